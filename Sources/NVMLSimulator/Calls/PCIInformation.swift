public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetPciInfo")
public func nvmlDeviceGetPciInfo(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?) -> nvmlReturn_t {
    writePCIInfo(device, out, long: false)
}

@_cdecl("nvmlDeviceGetPciInfo_v2")
public func nvmlDeviceGetPciInfoV2(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?
) -> nvmlReturn_t {
    writePCIInfo(device, out, long: false)
}

@_cdecl("nvmlDeviceGetPciInfo_v3")
public func nvmlDeviceGetPciInfoV3(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?
) -> nvmlReturn_t {
    writePCIInfo(device, out, long: true)
}

/// The structures before version 3 end before the long bus id.
private func writePCIInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPciInfo_t>?, long: Bool
) -> nvmlReturn_t {
    onDevice(.deviceGetPciInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        device.pciInfo.write(out, long: long)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetPciInfoExt")
public func nvmlDeviceGetPciInfoExt(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPciInfoExt_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetPciInfoExt, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlPciInfoExt_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        device.pciInfo.write(out)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetBusType")
public func nvmlDeviceGetBusType(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    // 2 is PCI Express.
    readNumber(.deviceGetBusType, device, out) { _ in .value(Signal(2)) }
}

@_cdecl("nvmlDeviceGetPlatformInfo")
public func nvmlDeviceGetPlatformInfo(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlPlatformInfo_v2_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetPlatformInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard let place = device.gpu.platform else { return NVML_ERROR_NOT_SUPPORTED }
        // Version 1 has the same size; where version 2 has the chassis' serial number it has a rack GUID.
        guard [nvmlPlatformInfo_v1, nvmlPlatformInfo_v2].contains(out.pointee.version) else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        let digits = Array(place.ibGUID.utf8)
        let guid = stride(from: 0, to: digits.count - 1, by: 2).compactMap { start in
            UInt8(String(decoding: digits[start...(start + 1)], as: UTF8.self), radix: 16)
        }
        fill(&out.pointee.ibGuid, guid)
        fill(&out.pointee.chassisSerialNumber, Array(place.chassisSerial.utf8))
        out.pointee.slotNumber = UInt8(truncatingIfNeeded: place.slot)
        out.pointee.trayIndex = UInt8(truncatingIfNeeded: place.tray)
        out.pointee.hostId = UInt8(truncatingIfNeeded: place.hostID)
        out.pointee.peerType = UInt8(truncatingIfNeeded: place.peerType)
        out.pointee.moduleId = UInt8(truncatingIfNeeded: place.moduleID)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetPdi")
public func nvmlDeviceGetPdi(_ device: nvmlDevice_t?, _ out: UnsafeMutableRawPointer?) -> nvmlReturn_t {
    onDevice(.deviceGetPdi, device) { device in
        // nvmlPdi_v1_t: version, then 8 bytes at 8.
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.load(as: UInt32.self) == 0x0100_0010 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        return put(device.gpu.identity.pdi, (out + 8).assumingMemoryBound(to: UInt64.self))
    }
}
