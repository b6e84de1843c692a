import CNVML

struct TemperatureFunctions {
    let versioned: NVMLFunction<pfn_nvmlDeviceGetTemperatureV>
    let plain: NVMLFunction<DeviceSelectedUInt32>
    let threshold: NVMLFunction<DeviceSelectedUInt32>
    let margin: NVMLFunction<pfn_nvmlDeviceGetMarginTemperature>

    init(_ binder: inout SymbolBinder) {
        versioned = binder.optional(.since(570, "nvmlDeviceGetTemperatureV"))
        plain = binder.optional("nvmlDeviceGetTemperature")
        threshold = binder.optional("nvmlDeviceGetTemperatureThreshold")
        margin = binder.optional(.since(570, "nvmlDeviceGetMarginTemperature"))
    }
}

/// A temperature at which the GPU does something.
package enum NVMLTemperatureThreshold: UInt32, CaseIterable, Sendable {
    case shutdown = 0
    case slowdown = 1
    case memoryMaximum = 2
}

// Everything in degrees Celsius.
extension NVMLDevice {
    /// The temperature of the GPU's core.
    package func temperature() throws(NVMLError) -> Int32 {
        var temperature = nvmlTemperature_v1_t()
        temperature.version = nvmlTemperature_v1
        temperature.sensorType = NVML_TEMPERATURE_GPU
        let function = functions.pointee.temperature.versioned
        let code = answer(function) { $0(handle, &temperature) }
        if code.meansTryOlder {
            // The library writes a signed number into the unsigned place.
            return Int32(bitPattern: try uint32(functions.pointee.temperature.plain, NVML_TEMPERATURE_GPU))
        }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return temperature.temperature
    }

    /// An absolute threshold; not supported where the GPU has none such. For Ada and newer the vendor points to the margin
    /// fields instead.
    package func temperatureThreshold(_ threshold: NVMLTemperatureThreshold) throws(NVMLError) -> UInt32 {
        var degrees: UInt32 = 0
        try call(choosing: functions.pointee.temperature.threshold) { $0(handle, threshold.rawValue, &degrees) }
        return degrees
    }

    /// How far the GPU is from slowing down; can be negative.
    package func marginTemperature() throws(NVMLError) -> Int32 {
        var margin = nvmlMarginTemperature_v1_t()
        margin.version = nvmlMarginTemperature_v1
        try call(functions.pointee.temperature.margin) { $0(handle, &margin) }
        return margin.marginTemperature
    }

    /// The temperature of the memory (HBM boards only; 0 or not supported elsewhere).
    package func memoryTemperature() throws(NVMLError) -> Int64 {
        try signedField(NVMLField(id: NVML_FI_DEV_MEMORY_TEMP))
    }
}
