import CNVML

struct UtilizationFunctions {
    let rates: NVMLFunction<pfn_nvmlDeviceGetUtilizationRates>
    let fanSpeed: NVMLFunction<DeviceSelectedUInt32>
    let onlyFanSpeed: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        rates = binder.optional("nvmlDeviceGetUtilizationRates")
        fanSpeed = binder.optional("nvmlDeviceGetFanSpeed_v2")
        onlyFanSpeed = binder.optional("nvmlDeviceGetFanSpeed")
    }
}

extension NVMLDevice {
    /// Percent of the last sample period in which a kernel ran, and in which memory was read or written. Not supported
    /// while MIG is on. 100 does not mean progress: a hung kernel shows 100.
    package func utilization() throws(NVMLError) -> (gpu: UInt32, memory: UInt32) {
        var utilization = nvmlUtilization_t()
        try call(functions.pointee.utilization.rates) { $0(handle, &utilization) }
        return (utilization.gpu, utilization.memory)
    }

    /// The speed that a fan is asked for, in percent; the fan may be stuck all the same. Can be above 100.
    package func fanSpeed(_ fan: UInt32 = 0) throws(NVMLError) -> UInt32 {
        let group = functions.pointee.utilization
        if group.fanSpeed.address == nil, fan == 0 { return try uint32(group.onlyFanSpeed) }
        return try uint32(group.fanSpeed, fan)
    }
}
