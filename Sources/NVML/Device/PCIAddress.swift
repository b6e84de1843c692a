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

/// The position of a GPU in a rack (NVL systems).
package struct NVMLPlatformInfo: Hashable, Sendable {
    /// 2, or 1 where the library is older.
    package let version: UInt32
    /// InfiniBand GUID, 16 bytes.
    package let ibGuid: [UInt8]
    /// Version 2: the chassis' serial number; version 1: the rack's GUID. 16 bytes.
    package let chassis: [UInt8]
    package let slot: UInt8
    package let tray: UInt8
    package let host: UInt8
    /// How the GPUs of the platform are joined: 0 direct, 1 by a switch.
    package let peerType: UInt8
    package let module: UInt8
}

struct PCIAddressFunctions {
    let info: NVMLFunction<pfn_nvmlDeviceGetPciInfo_v3>
    let extended: NVMLFunction<pfn_nvmlDeviceGetPciInfoExt>
    let platform: NVMLFunction<pfn_nvmlDeviceGetPlatformInfo>

    init(_ binder: inout SymbolBinder) {
        info = binder.optional("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo")
        extended = binder.optional(.since(550, "nvmlDeviceGetPciInfoExt"))
        platform = binder.optional(.since(570, "nvmlDeviceGetPlatformInfo"))
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

    /// The position in the rack; not supported outside NVL systems.
    package func platformInfo() throws(NVMLError) -> NVMLPlatformInfo {
        let function = functions.pointee.pciAddress.platform
        // Both versions have the same size and the same places; only the meaning of the second field differs.
        var info = nvmlPlatformInfo_v2_t()
        info.version = nvmlPlatformInfo_v2
        var version: UInt32 = 2
        var code = answer(function) { $0(handle, &info) }
        if code == .argumentVersionMismatch {
            info = nvmlPlatformInfo_v2_t()
            info.version = nvmlPlatformInfo_v1
            version = 1
            code = answer(function) { $0(handle, &info) }
        }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return NVMLPlatformInfo(
            version: version, ibGuid: withUnsafeBytes(of: info.ibGuid) { Array($0) },
            chassis: withUnsafeBytes(of: info.chassisSerialNumber) { Array($0) }, slot: info.slotNumber,
            tray: info.trayIndex, host: info.hostId, peerType: info.peerType, module: info.moduleId)
    }
}
