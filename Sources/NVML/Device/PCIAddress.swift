import CNVML

/// Where a device sits on the PCI bus.
package struct NVMLPCIInfo: Hashable, Sendable {
    package let domain: UInt32
    package let bus: UInt32
    package let device: UInt32

    init(_ info: nvmlPciInfo_t) {
        domain = info.domain
        bus = info.bus
        device = info.device
    }
}

struct PCIAddressFunctions {
    let info: NVMLFunction<pfn_nvmlDeviceGetPciInfo_v3>

    init(_ binder: inout SymbolBinder) {
        info = binder.optional("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo")
    }
}

extension NVMLDevice {
    /// The PCI address.
    package func pciInfo() throws(NVMLError) -> NVMLPCIInfo {
        var info = nvmlPciInfo_t()
        try call(functions.pointee.pciAddress.info) { $0(handle, &info) }
        return NVMLPCIInfo(info)
    }
}
