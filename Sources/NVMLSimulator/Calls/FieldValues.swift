public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetFieldValues")
public func nvmlDeviceGetFieldValues(
    _ device: nvmlDevice_t?, _ count: Int32, _ values: UnsafeMutablePointer<nvmlFieldValue_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetFieldValues, device) { device in
        guard let values, count > 0 else { return NVML_ERROR_INVALID_ARGUMENT }
        let now = SimulatedClock.epochMicroseconds
        for position in 0..<Int(count) {
            values[position].timestamp = now
            values[position].latencyUsec = 0
            values[position].nvmlReturn = fill(&values[position], of: device)
        }
        return NVML_SUCCESS
    }
}

private func fill(_ field: inout nvmlFieldValue_t, of device: SimulatedDevice) -> nvmlReturn_t {
    guard let entry = device.fields.entry(field.fieldId, scope: field.scopeId) else {
        return NVML_ERROR_INVALID_ARGUMENT
    }
    switch entry.reading {
    case .value(let signal):
        field.valueType = entry.type
        field.value = nvmlValue_t()
        // Wider and signed members share the low bytes with this one.
        field.value.sllVal = signal.now
        return NVML_SUCCESS
    case .absent: return NVML_ERROR_NOT_SUPPORTED
    case .failed(let code): return code.rawValue
    }
}
