public import CNVML
internal import Scenarios

@_cdecl("nvmlSystemEventSetCreate")
public func nvmlSystemEventSetCreate(
    _ request: UnsafeMutablePointer<nvmlSystemEventSetCreateRequest_v1_t>?
) -> nvmlReturn_t {
    onNode(.systemEventSetCreate) { _ in
        guard let request else { return NVML_ERROR_INVALID_ARGUMENT }
        guard request.pointee.version == nvmlSystemEventSetCreateRequest_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        request.pointee.set = Handle(.systemEventSet, simulator.eventSets.create()).pointer
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemEventSetFree")
public func nvmlSystemEventSetFree(
    _ request: UnsafeMutablePointer<nvmlSystemEventSetFreeRequest_v1_t>?
) -> nvmlReturn_t {
    onNode(.systemEventSetFree) { _ in
        guard let request else { return NVML_ERROR_INVALID_ARGUMENT }
        guard request.pointee.version == nvmlSystemEventSetFreeRequest_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard let handle = Handle(request.pointee.set), handle.kind == .systemEventSet,
            simulator.eventSets.free(handle.index)
        else { return NVML_ERROR_INVALID_ARGUMENT }
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlSystemRegisterEvents")
public func nvmlSystemRegisterEvents(
    _ request: UnsafeMutablePointer<nvmlSystemRegisterEventRequest_v1_t>?
) -> nvmlReturn_t {
    onNode(.systemRegisterEvents) { _ in
        guard let request else { return NVML_ERROR_INVALID_ARGUMENT }
        guard request.pointee.version == nvmlSystemRegisterEventRequest_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard let handle = Handle(request.pointee.set), handle.kind == .systemEventSet else {
            return NVML_ERROR_INVALID_ARGUMENT
        }
        return NVML_SUCCESS
    }
}

/// No GPU of a simulated machine is bound or unbound while it runs: the wait always ends by its time-out.
@_cdecl("nvmlSystemEventSetWait")
public func nvmlSystemEventSetWait(
    _ request: UnsafeMutablePointer<nvmlSystemEventSetWaitRequest_v1_t>?
) -> nvmlReturn_t {
    onNode(.systemEventSetWait) { _ in
        guard let request else { return NVML_ERROR_INVALID_ARGUMENT }
        guard request.pointee.version == nvmlSystemEventSetWaitRequest_v1 else {
            return NVML_ERROR_ARGUMENT_VERSION_MISMATCH
        }
        guard let handle = Handle(request.pointee.set), handle.kind == .systemEventSet else {
            return NVML_ERROR_INVALID_ARGUMENT
        }
        SimulatedClock.sleep(seconds: Double(request.pointee.timeoutms) / 1000)
        request.pointee.numEvent = 0
        return NVML_ERROR_TIMEOUT
    }
}
