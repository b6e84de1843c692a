public import CNVML
internal import Scenarios

@_cdecl("nvmlDeviceGetClockInfo")
public func nvmlDeviceGetClockInfo(
    _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readClock(.deviceGetClockInfo, device, type, out) { $0.current }
}

@_cdecl("nvmlDeviceGetMaxClockInfo")
public func nvmlDeviceGetMaxClockInfo(
    _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readClock(.deviceGetMaxClockInfo, device, type, out) { $0.max }
}

@_cdecl("nvmlDeviceGetApplicationsClock")
public func nvmlDeviceGetApplicationsClock(
    _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readClock(.deviceGetApplicationsClock, device, type, out) { $0.application }
}

@_cdecl("nvmlDeviceGetDefaultApplicationsClock")
public func nvmlDeviceGetDefaultApplicationsClock(
    _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readClock(.deviceGetDefaultApplicationsClock, device, type, out) { $0.defaultApplication }
}

@_cdecl("nvmlDeviceGetMaxCustomerBoostClock")
public func nvmlDeviceGetMaxCustomerBoostClock(
    _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readClock(.deviceGetMaxCustomerBoostClock, device, type, out) { $0.maxCustomer }
}

@_cdecl("nvmlDeviceGetClock")
public func nvmlDeviceGetClock(
    _ device: nvmlDevice_t?, _ type: UInt32, _ id: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    guard id <= NVML_CLOCK_ID_CUSTOMER_BOOST_MAX else { return NVML_ERROR_INVALID_ARGUMENT }
    return readClock(.deviceGetClock, device, type, out) { domain in
        switch id {
        case NVML_CLOCK_ID_CURRENT: domain.current
        case NVML_CLOCK_ID_APP_CLOCK_TARGET: domain.application
        case NVML_CLOCK_ID_APP_CLOCK_DEFAULT: domain.defaultApplication
        default: domain.maxCustomer
        }
    }
}

private func readClock(
    _ call: NVMLCall, _ device: nvmlDevice_t?, _ type: UInt32, _ out: UnsafeMutablePointer<UInt32>?,
    _ pick: (ClockDomain) -> NumericReading
) -> nvmlReturn_t {
    readNumber(call, device, out) { device in
        switch type {
        case NVML_CLOCK_GRAPHICS: pick(device.gpu.clocks.graphics)
        case NVML_CLOCK_SM: pick(device.gpu.clocks.sm)
        case NVML_CLOCK_MEM: pick(device.gpu.clocks.memory)
        case NVML_CLOCK_VIDEO: pick(device.gpu.clocks.video)
        default: .failed(.invalidArgument)
        }
    }
}

@_cdecl("nvmlDeviceGetSupportedMemoryClocks")
public func nvmlDeviceGetSupportedMemoryClocks(
    _ device: nvmlDevice_t?, _ count: UnsafeMutablePointer<UInt32>?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetSupportedMemoryClocks, device) { device in
        let clocks = device.gpu.clocks.supportedMemory
        return clocks.isEmpty ? NVML_ERROR_NOT_SUPPORTED : put(clocks.map { UInt32($0) }, count, out)
    }
}

@_cdecl("nvmlDeviceGetSupportedGraphicsClocks")
public func nvmlDeviceGetSupportedGraphicsClocks(
    _ device: nvmlDevice_t?, _ memory: UInt32, _ count: UnsafeMutablePointer<UInt32>?,
    _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onDevice(.deviceGetSupportedGraphicsClocks, device) { device in
        let clocks = device.gpu.clocks
        guard !clocks.supportedGraphics.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        guard clocks.supportedMemory.contains(UInt64(memory)) else { return NVML_ERROR_NOT_FOUND }
        return put(clocks.supportedGraphics.map { UInt32($0) }, count, out)
    }
}

@_cdecl("nvmlDeviceGetPerformanceState")
public func nvmlDeviceGetPerformanceState(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    readNumber(.deviceGetPerformanceState, device, out) { $0.gpu.performanceState }
}

@_cdecl("nvmlDeviceGetCurrentClocksEventReasons")
public func nvmlDeviceGetCurrentClocksEventReasons(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetCurrentClocksEventReasons, device, out) { $0.gpu.eventReasons.active }
}

@_cdecl("nvmlDeviceGetCurrentClocksThrottleReasons")
public func nvmlDeviceGetCurrentClocksThrottleReasons(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetCurrentClocksEventReasons, device, out) { $0.gpu.eventReasons.active }
}

@_cdecl("nvmlDeviceGetSupportedClocksEventReasons")
public func nvmlDeviceGetSupportedClocksEventReasons(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetSupportedClocksEventReasons, device, out) { $0.gpu.eventReasons.supported }
}

@_cdecl("nvmlDeviceGetSupportedClocksThrottleReasons")
public func nvmlDeviceGetSupportedClocksThrottleReasons(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetSupportedClocksEventReasons, device, out) { $0.gpu.eventReasons.supported }
}

@_cdecl("nvmlDeviceGetViolationStatus")
public func nvmlDeviceGetViolationStatus(
    _ device: nvmlDevice_t?, _ policy: UInt32, _ out: UnsafeMutablePointer<nvmlViolationTime_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetViolationStatus, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        let limiters = device.gpu.limiters
        let reading: NumericReading
        switch policy {
        case NVML_PERF_POLICY_POWER: reading = limiters.power
        case NVML_PERF_POLICY_THERMAL: reading = limiters.thermal
        case NVML_PERF_POLICY_SYNC_BOOST: reading = limiters.syncBoost
        case NVML_PERF_POLICY_BOARD_LIMIT: reading = limiters.boardLimit
        case NVML_PERF_POLICY_LOW_UTILIZATION: reading = limiters.lowUtilization
        case NVML_PERF_POLICY_RELIABILITY: reading = limiters.reliability
        case NVML_PERF_POLICY_TOTAL_APP_CLOCKS: reading = limiters.appClocks
        case NVML_PERF_POLICY_TOTAL_BASE_CLOCKS: reading = limiters.baseClocks
        default: return NVML_ERROR_INVALID_ARGUMENT
        }
        out.pointee.referenceTime = UInt64(SimulatedClock.epochMicroseconds)
        return put(reading, &out.pointee.violationTime)
    }
}

@_cdecl("nvmlDeviceGetClkMonStatus")
public func nvmlDeviceGetClkMonStatus(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<nvmlClkMonStatus_t>?
) -> nvmlReturn_t {
    onDevice(.deviceGetClkMonStatus, device) { device in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        // No monitor of a clock has found a fault.
        guard device.gpu.identity.architecture.orZero >= Int64(NVML_DEVICE_ARCH_AMPERE) else {
            return NVML_ERROR_NOT_SUPPORTED
        }
        out.pointee.bGlobalStatus = 0
        out.pointee.clkMonListSize = 0
        return NVML_SUCCESS
    }
}
