import CNVML

struct PowerFunctions {
    let usage: NVMLFunction<DeviceUInt32>
    let energy: NVMLFunction<DeviceUInt64>
    let limit: NVMLFunction<DeviceUInt32>
    let defaultLimit: NVMLFunction<DeviceUInt32>
    let limitRange: NVMLFunction<DeviceUInt32Pair>
    let enforcedLimit: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        usage = binder.optional("nvmlDeviceGetPowerUsage")
        energy = binder.optional("nvmlDeviceGetTotalEnergyConsumption")
        limit = binder.optional("nvmlDeviceGetPowerManagementLimit")
        defaultLimit = binder.optional("nvmlDeviceGetPowerManagementDefaultLimit")
        limitRange = binder.optional("nvmlDeviceGetPowerManagementLimitConstraints")
        enforcedLimit = binder.optional("nvmlDeviceGetEnforcedPowerLimit")
    }
}

// Everything in milliwatts. The average and the instant value of newer drivers are fields 185 and 186.
extension NVMLDevice {
    /// Power draw; on most GPUs since Ampere the average of the last second.
    package func powerUsage() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.power.usage) }

    /// Millijoules since the driver was loaded.
    package func totalEnergy() throws(NVMLError) -> UInt64 { try uint64(functions.pointee.power.energy) }

    /// The limit that was asked for.
    package func powerLimit() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.power.limit) }

    /// The limit that holds unless someone changes it.
    package func defaultPowerLimit() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.power.defaultLimit) }

    /// The range in which the limit may be set.
    package func powerLimitRange() throws(NVMLError) -> (min: UInt32, max: UInt32) {
        let (min, max) = try pair(functions.pointee.power.limitRange)
        return (min, max)
    }

    /// The limit in force, from all sources. Below the default: someone capped the GPU.
    package func enforcedPowerLimit() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.power.enforcedLimit)
    }
}
