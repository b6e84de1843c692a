import CNVML

/// Where a device sits on the PCI bus, and what it says it is.
package struct NVMLPCIInfo: Hashable, Sendable {
    package let domain: UInt32
    package let bus: UInt32
    package let device: UInt32
    /// The device id in the upper and the vendor (0x10de) in the lower 16 bits.
    package let deviceId: UInt32
    /// The subsystem's device and vendor id, as in `deviceId`.
    package let subsystemId: UInt32
    /// NVML's text, such as "00000000:3B:00.0".
    package let busId: String

    init(_ info: nvmlPciInfo_t) {
        domain = info.domain
        bus = info.bus
        device = info.device
        deviceId = info.pciDeviceId
        subsystemId = info.pciSubSystemId
        // The functions before _v3 fill only the short text.
        let text = String(terminatedIn: info.busId)
        busId = text.isEmpty ? String(terminatedIn: info.busIdLegacy) : text
    }
}

struct PCIAddressFunctions {
    let info: NVMLFunction<pfn_nvmlDeviceGetPciInfo_v3>
    let extended: NVMLFunction<pfn_nvmlDeviceGetPciInfoExt>

    init(_ binder: inout SymbolBinder) {
        info = binder.optional("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo")
        extended = binder.optional(.since(550, "nvmlDeviceGetPciInfoExt"))
    }
}

extension NVMLDevice {
    /// The PCI address and ids.
    package func pciInfo() throws(NVMLError) -> NVMLPCIInfo {
        var info = nvmlPciInfo_t()
        try call(functions.pointee.pciAddress.info) { $0(handle, &info) }
        return NVMLPCIInfo(info)
    }

    /// The PCI class: base 3 is a display controller, with subclass 0 VGA and 2 3D.
    package func pciClass() throws(NVMLError) -> (base: UInt32, sub: UInt32) {
        var info = nvmlPciInfoExt_v1_t()
        info.version = nvmlPciInfoExt_v1
        try call(functions.pointee.pciAddress.extended) { $0(handle, &info) }
        return (info.baseClass, info.subClass)
    }
}
