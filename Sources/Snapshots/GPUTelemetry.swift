/// What a GPU does at this moment.
package struct GPUTelemetry: SnapshotCodable, Equatable {
    /// GPU core temperature, degrees Celsius.
    package var temperatureC: Reading<Int32> = .unavailable(.notRead)
    /// Memory (HBM) temperature, degrees Celsius (field 82).
    package var memoryTemperatureC: Reading<Int32> = .unavailable(.notRead)
    /// Degrees Celsius left before the GPU slows itself down; negative when past that point (driver R570 and newer).
    package var temperatureMarginC: Reading<Int32> = .unavailable(.notRead)
    /// Temperature at which the hardware slows down, degrees Celsius.
    package var slowdownTemperatureC: Reading<Int32> = .unavailable(.notRead)
    /// Temperature at which the GPU shuts down, degrees Celsius.
    package var shutdownTemperatureC: Reading<Int32> = .unavailable(.notRead)
    /// Power drawn, milliwatts; a one second average on Ampere and newer.
    package var powerMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Power limit in force, milliwatts.
    package var powerLimitEnforcedMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Energy used since the driver was loaded, millijoules.
    package var energyMillijoules: Reading<UInt64> = .unavailable(.notRead)
    /// Share of the last sample period in which a kernel ran, percent. 100 does not mean progress.
    package var utilizationGPUPercent: Reading<UInt32> = .unavailable(.notRead)
    /// Share of that period in which memory was read or written, percent.
    package var utilizationMemoryPercent: Reading<UInt32> = .unavailable(.notRead)
    /// Framebuffer memory in use.
    package var memory: Reading<MemoryUse> = .unavailable(.notRead)
    /// BAR1 window in use, bytes; this is what maps GPU memory for peers and NICs.
    package var bar1UsedBytes: Reading<UInt64> = .unavailable(.notRead)
    /// SM clock, MHz.
    package var clockSMMHz: Reading<UInt32> = .unavailable(.notRead)
    /// Memory clock, MHz.
    package var clockMemoryMHz: Reading<UInt32> = .unavailable(.notRead)
    /// Highest SM clock, MHz.
    package var clockSMMaxMHz: Reading<UInt32> = .unavailable(.notRead)
    /// Highest memory clock, MHz.
    package var clockMemoryMaxMHz: Reading<UInt32> = .unavailable(.notRead)
    /// P-state, 0 (fastest) to 15; 32 means that the driver does not know.
    package var performanceState: Reading<UInt32> = .unavailable(.notRead)
    /// Bits of `nvmlClocksEventReasons`.
    package var clocksEventReasons: Reading<UInt64> = .unavailable(.notRead)
    /// Those bits that this GPU can set at all.
    package var supportedClocksEventReasons: Reading<UInt64> = .unavailable(.notRead)
    /// PCIe generation in use; an idle GPU lowers it.
    package var pcieGeneration: Reading<UInt32> = .unavailable(.notRead)
    /// PCIe lanes in use; does not fall when idle.
    package var pcieWidth: Reading<UInt32> = .unavailable(.notRead)
    /// PCIe replays since the driver was loaded.
    package var pcieReplayCount: Reading<UInt32> = .unavailable(.notRead)
    /// Fan speed, percent of its maximum.
    package var fanSpeedPercent: Reading<UInt32> = .unavailable(.notRead)
    /// For how long each limiter has held the clocks down.
    package var limiters = ClockLimiterTimes()
    /// Highest temperature at which the memory works, degrees Celsius.
    package var memoryMaxTemperatureC: Reading<Int32> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&temperatureC)
        try coder.code(&memoryTemperatureC)
        try coder.code(&temperatureMarginC)
        try coder.code(&slowdownTemperatureC)
        try coder.code(&shutdownTemperatureC)
        try coder.code(&powerMilliwatts)
        try coder.code(&powerLimitEnforcedMilliwatts)
        try coder.code(&energyMillijoules)
        try coder.code(&utilizationGPUPercent)
        try coder.code(&utilizationMemoryPercent)
        try coder.code(&memory)
        try coder.code(&bar1UsedBytes)
        try coder.code(&clockSMMHz)
        try coder.code(&clockMemoryMHz)
        try coder.code(&clockSMMaxMHz)
        try coder.code(&clockMemoryMaxMHz)
        try coder.code(&performanceState)
        try coder.code(&clocksEventReasons)
        try coder.code(&supportedClocksEventReasons)
        try coder.code(&pcieGeneration)
        try coder.code(&pcieWidth)
        try coder.code(&pcieReplayCount)
        try coder.code(&fanSpeedPercent)
        try coder.code(&limiters)
        try coder.code(&memoryMaxTemperatureC)
    }
}

/// Framebuffer memory, bytes.
package struct MemoryUse: SnapshotCodable, Hashable {
    package var total: UInt64 = 0
    package var used: UInt64 = 0
    package var free: UInt64 = 0
    /// Held by the driver itself; nil where only the first version of the call exists, whose `used` includes it.
    package var reserved: UInt64?

    package init() {}
    package init(total: UInt64, used: UInt64, free: UInt64, reserved: UInt64?) {
        self.total = total
        self.used = used
        self.free = free
        self.reserved = reserved
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&total)
        try coder.code(&used)
        try coder.code(&free)
        try coder.code(&reserved)
    }
}

/// Nanoseconds since driver load during which each limiter held the clocks down (NVML fields 74 to 79).
package struct ClockLimiterTimes: SnapshotCodable, Equatable {
    package var power: Reading<UInt64> = .unavailable(.notRead)
    package var thermal: Reading<UInt64> = .unavailable(.notRead)
    package var syncBoost: Reading<UInt64> = .unavailable(.notRead)
    package var boardLimit: Reading<UInt64> = .unavailable(.notRead)
    package var lowUtilization: Reading<UInt64> = .unavailable(.notRead)
    package var reliability: Reading<UInt64> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&power)
        try coder.code(&thermal)
        try coder.code(&syncBoost)
        try coder.code(&boardLimit)
        try coder.code(&lowUtilization)
        try coder.code(&reliability)
    }
}
