import CNVML

struct ClockFunctions {
    let current: NVMLFunction<DeviceSelectedUInt32>
    let maximum: NVMLFunction<DeviceSelectedUInt32>
    let performanceState: NVMLFunction<DeviceUInt32>
    let eventReasons: NVMLFunction<DeviceUInt64>
    let supportedEventReasons: NVMLFunction<DeviceUInt64>
    let violation: NVMLFunction<pfn_nvmlDeviceGetViolationStatus>

    init(_ binder: inout SymbolBinder) {
        current = binder.optional("nvmlDeviceGetClockInfo")
        maximum = binder.optional("nvmlDeviceGetMaxClockInfo")
        performanceState = binder.optional("nvmlDeviceGetPerformanceState", "nvmlDeviceGetPowerState")
        eventReasons = binder.optional(
            .since(535, "nvmlDeviceGetCurrentClocksEventReasons"), "nvmlDeviceGetCurrentClocksThrottleReasons")
        supportedEventReasons = binder.optional(
            .since(535, "nvmlDeviceGetSupportedClocksEventReasons"), "nvmlDeviceGetSupportedClocksThrottleReasons")
        violation = binder.optional("nvmlDeviceGetViolationStatus")
    }
}

/// A clock domain.
package enum NVMLClock: UInt32, CaseIterable, Sendable {
    case sm = 1
    case memory = 2
}

// Everything in MHz.
extension NVMLDevice {
    /// A domain's clock now.
    package func clock(_ clock: NVMLClock) throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.clocks.current, clock.rawValue)
    }

    /// The highest clock of a domain by its design.
    package func maximumClock(_ clock: NVMLClock) throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.clocks.maximum, clock.rawValue)
    }

    /// 0 (fastest) to 15; 32 is unknown.
    package func performanceState() throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.clocks.performanceState)
    }

    /// Why the clocks are lower than they could be, as NVML's bits: 0x1 idle, 0x2 application clocks, 0x4 software power
    /// cap, 0x8 hardware slowdown, 0x10 sync boost, 0x20 software thermal, 0x40 hardware thermal, 0x80 power brake, 0x100
    /// display, 0x200 board limit, 0x400 reliability. One sample is noise: see `limiterTimes`.
    package func clocksEventReasons() throws(NVMLError) -> UInt64 {
        try uint64(functions.pointee.clocks.eventReasons)
    }

    /// The bits that this GPU can report at all.
    package func supportedClocksEventReasons() throws(NVMLError) -> UInt64 {
        try uint64(functions.pointee.clocks.supportedEventReasons)
    }
}
