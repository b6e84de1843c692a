import CNVML

struct ClockFunctions {
    let current: NVMLFunction<DeviceSelectedUInt32>
    let maximum: NVMLFunction<DeviceSelectedUInt32>
    let application: NVMLFunction<DeviceSelectedUInt32>
    let byId: NVMLFunction<pfn_nvmlDeviceGetClock>
    let performanceState: NVMLFunction<DeviceUInt32>
    let eventReasons: NVMLFunction<DeviceUInt64>
    let supportedEventReasons: NVMLFunction<DeviceUInt64>
    let violation: NVMLFunction<pfn_nvmlDeviceGetViolationStatus>
    let monitor: NVMLFunction<pfn_nvmlDeviceGetClkMonStatus>

    init(_ binder: inout SymbolBinder) {
        current = binder.optional("nvmlDeviceGetClockInfo")
        maximum = binder.optional("nvmlDeviceGetMaxClockInfo")
        application = binder.optional("nvmlDeviceGetApplicationsClock")
        byId = binder.optional("nvmlDeviceGetClock")
        performanceState = binder.optional("nvmlDeviceGetPerformanceState", "nvmlDeviceGetPowerState")
        eventReasons = binder.optional(
            .since(535, "nvmlDeviceGetCurrentClocksEventReasons"), "nvmlDeviceGetCurrentClocksThrottleReasons")
        supportedEventReasons = binder.optional(
            .since(535, "nvmlDeviceGetSupportedClocksEventReasons"), "nvmlDeviceGetSupportedClocksThrottleReasons")
        violation = binder.optional("nvmlDeviceGetViolationStatus")
        monitor = binder.optional(.since(455, "nvmlDeviceGetClkMonStatus"))
    }
}

/// A clock domain.
package enum NVMLClock: UInt32, CaseIterable, Sendable {
    case graphics = 0
    case sm = 1
    case memory = 2
    case video = 3
}

/// Which of a domain's clocks.
package enum NVMLClockValue: UInt32, CaseIterable, Sendable {
    case current = 0
    case applicationTarget = 1
    case applicationDefault = 2
    case customerBoostMaximum = 3
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

    /// The clock that applications asked for; deprecated by newer drivers.
    package func applicationClock(_ clock: NVMLClock) throws(NVMLError) -> UInt32 {
        try uint32(functions.pointee.clocks.application, clock.rawValue)
    }

    /// One of a domain's clocks.
    package func clock(_ clock: NVMLClock, _ value: NVMLClockValue) throws(NVMLError) -> UInt32 {
        var megahertz: UInt32 = 0
        try call(functions.pointee.clocks.byId) { $0(handle, clock.rawValue, value.rawValue, &megahertz) }
        return megahertz
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

    /// Whether the clock monitor found a fault, and the faulty domains. The vendor documents it for root only.
    package func clockMonitor() throws(NVMLError) -> (faulty: Bool, domainMasks: [UInt32: UInt32]) {
        var status = nvmlClkMonStatus_t()
        try call(functions.pointee.clocks.monitor) { $0(handle, &status) }
        let count = Int(min(status.clkMonListSize, UInt32(MAX_CLK_DOMAINS)))
        let faults = withUnsafeBytes(of: status.clkMonList) { raw in
            raw.bindMemory(to: nvmlClkMonFaultInfo_t.self).prefix(count).map {
                ($0.clkApiDomain, $0.clkDomainFaultMask)
            }
        }
        return (status.bGlobalStatus != 0, Dictionary(faults, uniquingKeysWith: { $0 | $1 }))
    }
}
