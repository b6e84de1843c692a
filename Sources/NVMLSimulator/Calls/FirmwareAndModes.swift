public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetVbiosVersion")
public func nvmlDeviceGetVbiosVersion(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    readText(.deviceGetVbiosVersion, device, out, length) { $0.gpu.firmware.vbiosVersion }
}

@_cdecl("nvmlDeviceGetInforomImageVersion")
public func nvmlDeviceGetInforomImageVersion(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    readText(.deviceGetInforomImageVersion, device, out, length) { $0.gpu.firmware.inforomImage }
}

@_cdecl("nvmlDeviceGetInforomVersion")
public func nvmlDeviceGetInforomVersion(
    _ device: nvmlDevice_t?, _ object: UInt32, _ out: UnsafeMutablePointer<CChar>?, _ length: UInt32
) -> nvmlReturn_t {
    guard object <= NVML_INFOROM_POWER else { return NVML_ERROR_INVALID_ARGUMENT }
    return readText(.deviceGetInforomVersion, device, out, length) { device in
        let firmware = device.gpu.firmware
        return [firmware.inforomOEM, firmware.inforomECC, firmware.inforomPower][Int(object)]
    }
}

@_cdecl("nvmlDeviceGetInforomConfigurationChecksum")
public func nvmlDeviceGetInforomConfigurationChecksum(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetInforomConfigurationChecksum, device, out) { $0.gpu.firmware.inforomChecksum }
}

@_cdecl("nvmlDeviceValidateInforom")
public func nvmlDeviceValidateInforom(_ device: nvmlDevice_t?) -> nvmlReturn_t {
    onDevice(.deviceValidateInforom, device) { device in
        switch device.gpu.firmware.inforomValid {
        case .value(let signal): signal.start == 1 ? NVML_SUCCESS : NVML_ERROR_CORRUPTED_INFOROM
        case .absent: NVML_ERROR_NOT_SUPPORTED
        case .failed(let code): code.rawValue
        }
    }
}

@_cdecl("nvmlDeviceGetGspFirmwareMode")
public func nvmlDeviceGetGspFirmwareMode(
    _ device: nvmlDevice_t?, _ enabled: UnsafeMutablePointer<UInt32>?, _ byDefault: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetGspFirmwareMode, device) { device in
        guard let enabled, let byDefault else { return NVML_ERROR_INVALID_ARGUMENT }
        return all(device.gpu.firmware.gspEnabled, device.gpu.firmware.gspDefaultEnabled) { values in
            enabled.pointee = UInt32(truncatingIfNeeded: values[0])
            byDefault.pointee = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetGspFirmwareVersion")
public func nvmlDeviceGetGspFirmwareVersion(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<CChar>?
) -> nvmlReturn_t {
    readText(.deviceGetGspFirmwareVersion, device, out, UInt32(NVML_GSP_FIRMWARE_VERSION_BUF_SIZE)) {
        $0.gpu.firmware.gspVersion
    }
}

@_cdecl("nvmlDeviceGetPersistenceMode")
public func nvmlDeviceGetPersistenceMode(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPersistenceMode, device, out) { $0.gpu.modes.persistence }
}

@_cdecl("nvmlDeviceGetComputeMode")
public func nvmlDeviceGetComputeMode(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetComputeMode, device, out) { $0.gpu.modes.compute }
}

@_cdecl("nvmlDeviceGetVirtualizationMode")
public func nvmlDeviceGetVirtualizationMode(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetVirtualizationMode, device, out) { $0.gpu.modes.virtualization }
}

@_cdecl("nvmlDeviceGetDisplayMode")
public func nvmlDeviceGetDisplayMode(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetDisplayMode, device, out) { $0.gpu.modes.display }
}

@_cdecl("nvmlDeviceGetDisplayActive")
public func nvmlDeviceGetDisplayActive(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetDisplayActive, device, out) { $0.gpu.modes.displayActive }
}

@_cdecl("nvmlDeviceGetNumaNodeId")
public func nvmlDeviceGetNumaNodeId(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetNumaNodeId, device, out) { $0.gpu.modes.numaNodeID }
}

@_cdecl("nvmlDeviceGetC2cModeInfoV")
public func nvmlDeviceGetC2cModeInfoV(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlC2cModeInfo_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetC2cModeInfo, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(device.gpu.modes.c2c, &out.pointee.isC2cEnabled)
    }
}

@_cdecl("nvmlDeviceGetAddressingMode")
public func nvmlDeviceGetAddressingMode(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlDeviceAddressingMode_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetAddressingMode, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlDeviceAddressingMode_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        return put(device.gpu.modes.addressing, &out.pointee.value)
    }
}
