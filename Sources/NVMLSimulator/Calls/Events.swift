public import CNVML
internal import Scenarios

@_cdecl("nvmlEventSetCreate")
public func nvmlEventSetCreate(_ out: UnsafeMutablePointer<nvmlEventSet_t?>?) -> nvmlReturn_t {
    onNode(.eventSetCreate) { _ in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = Handle(.eventSet, simulator.eventSets.create()).pointer
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlEventSetFree")
public func nvmlEventSetFree(_ set: nvmlEventSet_t?) -> nvmlReturn_t {
    onNode(.eventSetFree) { _ in
        guard let handle = Handle(set), handle.kind == .eventSet, simulator.eventSets.free(handle.index) else {
            return NVML_ERROR_INVALID_ARGUMENT
        }
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetSupportedEventTypes")
public func nvmlDeviceGetSupportedEventTypes(
    _ device: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt64>?
) -> nvmlReturn_t {
    readNumber(.deviceGetSupportedEventTypes, device, out) { device in
        device.gpu.events.supported == .absent ? .value(Signal(0)) : device.gpu.events.supported
    }
}

/// One type that the GPU does not support fails the whole registration.
@_cdecl("nvmlDeviceRegisterEvents")
public func nvmlDeviceRegisterEvents(
    _ device: nvmlDevice_t?, _ types: UInt64, _ set: nvmlEventSet_t?
) -> nvmlReturn_t {
    onDevice(.deviceRegisterEvents, device) { device in
        guard let handle = Handle(set), handle.kind == .eventSet else { return NVML_ERROR_INVALID_ARGUMENT }
        let supported = UInt64(bitPattern: device.gpu.events.supported.orZero)
        guard types & ~supported == 0 else { return NVML_ERROR_NOT_SUPPORTED }
        let known = simulator.eventSets.register(handle.index, device: device.index, types: types)
        return known ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT
    }
}

@_cdecl("nvmlEventSetWait_v2")
public func nvmlEventSetWaitV2(
    _ set: nvmlEventSet_t?, _ out: UnsafeMutablePointer<nvmlEventData_t>?, _ timeout: UInt32
) -> nvmlReturn_t {
    waitForEvent(set, out, timeout, instances: true)
}

@_cdecl("nvmlEventSetWait")
public func nvmlEventSetWait(
    _ set: nvmlEventSet_t?, _ out: UnsafeMutablePointer<nvmlEventData_t>?, _ timeout: UInt32
) -> nvmlReturn_t {
    waitForEvent(set, out, timeout, instances: false)
}

/// - Parameters:
///   - timeout: milliseconds.
///   - instances: whether the caller's structure has the fields for MIG instances.
private func waitForEvent(
    _ set: nvmlEventSet_t?, _ out: UnsafeMutablePointer<nvmlEventData_t>?, _ timeout: UInt32, instances: Bool
) -> nvmlReturn_t {
    onNode(.eventSetWait) { node in
        guard let out, let handle = Handle(set), handle.kind == .eventSet,
            let registrations = simulator.eventSets.registrations(handle.index)
        else { return NVML_ERROR_INVALID_ARGUMENT }
        for registration in registrations {
            if let code = node.devices[registration.device].faults.pass(.eventSetWait) { return code }
        }
        let deadline = SimulatedClock.monotonic + Double(timeout) / 1000
        while true {
            let now = SimulatedClock.monotonic
            switch simulator.eventSets.take(handle.index, from: node.devices, at: now) {
            case .due(let device, let event):
                write(event, of: node.devices[device], out, instances)
                return NVML_SUCCESS
            case .later(let due) where due <= deadline: SimulatedClock.sleep(seconds: due - now)
            case .noSuchSet: return NVML_ERROR_INVALID_ARGUMENT
            default:
                SimulatedClock.sleep(seconds: deadline - now)
                return NVML_ERROR_TIMEOUT
            }
        }
    }
}

private func write(
    _ event: SimulatedEvent, of device: SimulatedDevice, _ out: UnsafeMutablePointer<nvmlEventData_t>, _ instances: Bool
) {
    out.pointee.device = device.handle
    out.pointee.eventType = event.type
    out.pointee.eventData = event.data
    guard instances else { return }
    out.pointee.gpuInstanceId = event.gpuInstance
    out.pointee.computeInstanceId = event.computeInstance
}
