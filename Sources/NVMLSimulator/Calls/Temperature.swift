public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetTemperature")
public func nvmlDeviceGetTemperature(
    _ device: nvmlDevice_t?, _ sensor: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    guard sensor == NVML_TEMPERATURE_GPU else { return NVML_ERROR_INVALID_ARGUMENT }
    return readNumber(.deviceGetTemperature, device, out) { $0.gpu.temperature.gpu }
}

@_cdecl("nvmlDeviceGetTemperatureV")
public func nvmlDeviceGetTemperatureV(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlTemperature_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetTemperature, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlTemperature_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        guard out.pointee.sensorType == NVML_TEMPERATURE_GPU else { return NVML_ERROR_INVALID_ARGUMENT }
        return put(device.gpu.temperature.gpu, &out.pointee.temperature)
    }
}

@_cdecl("nvmlDeviceGetTemperatureThreshold")
public func nvmlDeviceGetTemperatureThreshold(
    _ device: nvmlDevice_t?, _ threshold: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetTemperatureThreshold, device, out) { device in
        switch threshold {
        case NVML_TEMPERATURE_THRESHOLD_SHUTDOWN: device.gpu.temperature.shutdown
        case NVML_TEMPERATURE_THRESHOLD_SLOWDOWN: device.gpu.temperature.slowdown
        case NVML_TEMPERATURE_THRESHOLD_MEM_MAX: device.gpu.temperature.memoryMax
        case NVML_TEMPERATURE_THRESHOLD_GPU_MAX: device.gpu.temperature.gpuMax
        // The acoustic ones and that of GPS: no server board has them.
        case 4...7: .absent
        default: .failed(.invalidArgument)
        }
    }
}

@_cdecl("nvmlDeviceGetMarginTemperature")
public func nvmlDeviceGetMarginTemperature(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlMarginTemperature_v1_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetMarginTemperature, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        guard out.pointee.version == nvmlMarginTemperature_v1 else { return NVML_ERROR_ARGUMENT_VERSION_MISMATCH }
        return put(device.gpu.temperature.margin, &out.pointee.marginTemperature)
    }
}

@_cdecl("nvmlDeviceGetThermalSettings")
public func nvmlDeviceGetThermalSettings(
    _ device: nvmlDevice_t?, _ sensor: UInt32, _ out: UnsafeMutablePointer<nvmlGpuThermalSettings_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetThermalSettings, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee.count = 1
        out.pointee.sensor.0.controller = 1
        out.pointee.sensor.0.defaultMinTemp = 0
        out.pointee.sensor.0.defaultMaxTemp = Int32(device.gpu.temperature.gpuMax.orZero)
        out.pointee.sensor.0.target = 1
        return put(device.gpu.temperature.gpu, &out.pointee.sensor.0.currentTemp)
    }
}
