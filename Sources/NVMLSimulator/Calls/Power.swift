public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetPowerUsage")
public func nvmlDeviceGetPowerUsage(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetPowerUsage, device, out) { $0.gpu.power.usage }
}

@_cdecl("nvmlDeviceGetTotalEnergyConsumption")
public func nvmlDeviceGetTotalEnergyConsumption(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetTotalEnergyConsumption, device, out) { $0.gpu.power.energy }
}

@_cdecl("nvmlDeviceGetPowerManagementMode")
public func nvmlDeviceGetPowerManagementMode(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPowerManagementMode, device, out) { device in
        device.gpu.power.limit == .absent ? .absent : .value(Signal(1))
    }
}

@_cdecl("nvmlDeviceGetPowerManagementLimit")
public func nvmlDeviceGetPowerManagementLimit(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPowerManagementLimit, device, out) { $0.gpu.power.limit }
}

@_cdecl("nvmlDeviceGetPowerManagementDefaultLimit")
public func nvmlDeviceGetPowerManagementDefaultLimit(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPowerManagementDefaultLimit, device, out) { $0.gpu.power.defaultLimit }
}

@_cdecl("nvmlDeviceGetPowerManagementLimitConstraints")
public func nvmlDeviceGetPowerManagementLimitConstraints(
    _ device: nvmlDevice_t?, _ low: UnsafeMutablePointer<UInt32>?, _ high: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetPowerManagementLimitConstraints, device) { device in
        guard let low, let high else { return NVML_ERROR_INVALID_ARGUMENT }
        return all(device.gpu.power.minLimit, device.gpu.power.maxLimit) { values in
            low.pointee = UInt32(truncatingIfNeeded: values[0])
            high.pointee = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetEnforcedPowerLimit")
public func nvmlDeviceGetEnforcedPowerLimit(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetEnforcedPowerLimit, device, out) { $0.gpu.power.enforcedLimit }
}

@_cdecl("nvmlDeviceGetPowerSource")
public func nvmlDeviceGetPowerSource(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetPowerSource, device, out) { $0.gpu.power.source }
}

@_cdecl("nvmlDeviceGetPowerState")
public func nvmlDeviceGetPowerState(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetPowerState, device, out) { $0.gpu.performanceState }
}
