import CNVML

struct UtilizationFunctions {
    let rates: NVMLFunction<pfn_nvmlDeviceGetUtilizationRates>
    let encoder: NVMLFunction<DeviceUInt32Pair>
    let decoder: NVMLFunction<DeviceUInt32Pair>
    let fanCount: NVMLFunction<DeviceUInt32>
    let fanSpeed: NVMLFunction<DeviceSelectedUInt32>
    let onlyFanSpeed: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        rates = binder.optional("nvmlDeviceGetUtilizationRates")
        encoder = binder.optional("nvmlDeviceGetEncoderUtilization")
        decoder = binder.optional("nvmlDeviceGetDecoderUtilization")
        fanCount = binder.optional(.since(510, "nvmlDeviceGetNumFans"))
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

    /// Percent.
    package func encoderUtilization() throws(NVMLError) -> UInt32 {
        try pair(functions.pointee.utilization.encoder).0
    }

    /// Percent.
    package func decoderUtilization() throws(NVMLError) -> UInt32 {
        try pair(functions.pointee.utilization.decoder).0
    }

    /// 0 or not supported on boards that are cooled by the chassis.
    package func fanCount() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.utilization.fanCount) }

    /// The speed that a fan is asked for, in percent; the fan may be stuck all the same. Can be above 100.
    package func fanSpeed(_ fan: UInt32 = 0) throws(NVMLError) -> UInt32 {
        let group = functions.pointee.utilization
        if group.fanSpeed.address == nil, fan == 0 { return try uint32(group.onlyFanSpeed) }
        return try uint32(group.fanSpeed, fan)
    }
}
