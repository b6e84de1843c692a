public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetUtilizationRates")
public func nvmlDeviceGetUtilizationRates(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlUtilization_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetUtilizationRates, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        return all(device.gpu.utilization.gpu, device.gpu.utilization.memory) { values in
            out.pointee.gpu = UInt32(truncatingIfNeeded: values[0])
            out.pointee.memory = UInt32(truncatingIfNeeded: values[1])
        }
    }
}

@_cdecl("nvmlDeviceGetEncoderUtilization")
public func nvmlDeviceGetEncoderUtilization(
    _ device: nvmlDevice_t?, _ utilization: UnsafeMutablePointer<UInt32>?, _ period: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readEngine(.deviceGetEncoderUtilization, device, utilization, period) { $0.gpu.utilization.encoder }
}

@_cdecl("nvmlDeviceGetDecoderUtilization")
public func nvmlDeviceGetDecoderUtilization(
    _ device: nvmlDevice_t?, _ utilization: UnsafeMutablePointer<UInt32>?, _ period: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readEngine(.deviceGetDecoderUtilization, device, utilization, period) { $0.gpu.utilization.decoder }
}

@_cdecl("nvmlDeviceGetJpgUtilization")
public func nvmlDeviceGetJpgUtilization(
    _ device: nvmlDevice_t?, _ utilization: UnsafeMutablePointer<UInt32>?, _ period: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readEngine(.deviceGetJpgUtilization, device, utilization, period) { $0.gpu.utilization.jpeg }
}

@_cdecl("nvmlDeviceGetOfaUtilization")
public func nvmlDeviceGetOfaUtilization(
    _ device: nvmlDevice_t?, _ utilization: UnsafeMutablePointer<UInt32>?, _ period: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readEngine(.deviceGetOfaUtilization, device, utilization, period) { $0.gpu.utilization.ofa }
}

/// Utilization of a video engine, with the period over which it was sampled.
private func readEngine(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ utilization: UnsafeMutablePointer<UInt32>?,
    _ period: UnsafeMutablePointer<UInt32>?, _ pick: (SimulatedDevice) -> NumericReading
) -> nvmlReturn_t {
    onDevice(call, device) { device in
        guard let utilization, let period else { return NVML_ERROR_INVALID_ARGUMENT }
        let code = put(pick(device), utilization)
        if code == NVML_SUCCESS { period.pointee = 167_000 }
        return code
    }
}

@_cdecl("nvmlDeviceGetEncoderStats")
public func nvmlDeviceGetEncoderStats(
    _ device: nvmlDevice_t?, _ sessions: UnsafeMutablePointer<UInt32>?, _ fps: UnsafeMutablePointer<UInt32>?,
    _ latency: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetEncoderStats, device) { _ in
        guard let sessions, let fps, let latency else { return NVML_ERROR_INVALID_ARGUMENT }
        (sessions.pointee, fps.pointee, latency.pointee) = (0, 0, 0)
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetNumFans")
public func nvmlDeviceGetNumFans(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetNumFans, device, out) { .value(Signal(Int64($0.gpu.fans.count))) }
}

@_cdecl("nvmlDeviceGetFanSpeed")
public func nvmlDeviceGetFanSpeed(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    readNumber(.deviceGetFanSpeed, device, out) { $0.gpu.fans.first?.speedPercent ?? .absent }
}

@_cdecl("nvmlDeviceGetFanSpeed_v2")
public func nvmlDeviceGetFanSpeedV2(
    _ device: nvmlDevice_t?, _ fan: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readFan(.deviceGetFanSpeed, device, fan, out) { $0.speedPercent }
}

@_cdecl("nvmlDeviceGetTargetFanSpeed")
public func nvmlDeviceGetTargetFanSpeed(
    _ device: nvmlDevice_t?, _ fan: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readFan(.deviceGetTargetFanSpeed, device, fan, out) { $0.targetPercent }
}

@_cdecl("nvmlDeviceGetFanSpeedRPM")
public func nvmlDeviceGetFanSpeedRPM(_ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?) -> nvmlReturn_t {
    onDevice(.deviceGetFanSpeedRPM, device) { device in
        // nvmlFanSpeedInfo_v1_t: version, fan, speed.
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out[0] == 0x0100_000c else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard !device.gpu.fans.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        guard Int(out[1]) < device.gpu.fans.count else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(device.gpu.fans[Int(out[1])].rpm, out + 2)
    }
}

@_cdecl("nvmlDeviceGetMinMaxFanSpeed")
public func nvmlDeviceGetMinMaxFanSpeed(
    _ device: nvmlDevice_t?, _ low: UnsafeMutablePointer<UInt32>?, _ high: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetMinMaxFanSpeed, device) { device in
        guard let low, let high else { return NVML_ERROR_INVALID_ARGUMENT }
        guard !device.gpu.fans.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        (low.pointee, high.pointee) = (30, 100)
        return NVML_SUCCESS
    }
}

private func readFan(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ fan: UInt32, _ out: UnsafeMutablePointer<UInt32>?,
    _ pick: (FanReadings) -> NumericReading
) -> nvmlReturn_t {
    onDevice(call, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard !device.gpu.fans.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        guard Int(fan) < device.gpu.fans.count else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(pick(device.gpu.fans[Int(fan)]), out)
    }
}
