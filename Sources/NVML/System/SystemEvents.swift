import CNVML

struct SystemEventFunctions {
    let create: NVMLFunction<pfn_nvmlSystemEventSetCreate>
    let register: NVMLFunction<pfn_nvmlSystemRegisterEvents>
    let wait: NVMLFunction<pfn_nvmlSystemEventSetWait>
    let free: NVMLFunction<pfn_nvmlSystemEventSetFree>

    init(_ binder: inout SymbolBinder) {
        create = binder.optional(.since(575, "nvmlSystemEventSetCreate"))
        register = binder.optional(.since(575, "nvmlSystemRegisterEvents"))
        wait = binder.optional(.since(575, "nvmlSystemEventSetWait"))
        free = binder.optional(.since(575, "nvmlSystemEventSetFree"))
    }
}

/// The driver took a GPU (`bound`) or let go of it.
package struct NVMLSystemEvent: Hashable, Sendable {
    /// 1 unbound, 2 bound.
    package let type: UInt64
    package let gpuId: UInt32
}

/// Waits for GPUs to come and go. Freed when it goes out of scope, which must be before the library is stopped.
package struct NVMLSystemEventSet: NVMLCaller, ~Copyable {
    let functions: UnsafePointer<NVMLFunctions>
    private let set: OpaquePointer

    init(_ functions: UnsafePointer<NVMLFunctions>, set: OpaquePointer) {
        self.functions = functions
        self.set = set
    }

    deinit {
        var request = nvmlSystemEventSetFreeRequest_v1_t(version: nvmlSystemEventSetFreeRequest_v1, set: set)
        _ = answer(functions.pointee.systemEvents.free) { $0(&request) }
    }

    /// Asks for binding and unbinding.
    package func register() throws(NVMLError) {
        var request = nvmlSystemRegisterEventRequest_v1_t()
        request.version = nvmlSystemRegisterEventRequest_v1
        request.eventTypes = nvmlSystemEventTypeGpuDriverUnbind | nvmlSystemEventTypeGpuDriverBind
        request.set = set
        try call(functions.pointee.systemEvents.register) { $0(&request) }
    }

    /// The events until now, or the next ones; empty when none came in time.
    package func wait(milliseconds: UInt32) throws(NVMLError) -> [NVMLSystemEvent] {
        let function = functions.pointee.systemEvents.wait
        var code = NVMLReturnCode.success
        let events = withUnsafeTemporaryAllocation(of: nvmlSystemEventData_v1_t.self, capacity: 32) { buffer in
            buffer.initialize(repeating: nvmlSystemEventData_v1_t())
            var request = nvmlSystemEventSetWaitRequest_v1_t()
            request.version = nvmlSystemEventSetWaitRequest_v1
            request.timeoutms = milliseconds
            request.set = set
            request.data = buffer.baseAddress
            request.dataSize = UInt32(buffer.count)
            code = answer(function) { $0(&request) }
            let count = code == .success ? min(Int(request.numEvent), buffer.count) : 0
            return buffer.prefix(count).map { NVMLSystemEvent(type: $0.eventType, gpuId: $0.gpuId) }
        }
        guard code == .success || code == .timeout else { throw NVMLError(code, function.symbolIndex) }
        return events
    }
}

extension NVMLLibrary {
    /// An empty set of system events (driver branch 575 and later).
    package func makeSystemEventSet() throws(NVMLError) -> NVMLSystemEventSet {
        var request = nvmlSystemEventSetCreateRequest_v1_t()
        request.version = nvmlSystemEventSetCreateRequest_v1
        let function = functions.pointee.systemEvents.create
        try call(function) { $0(&request) }
        guard let set = request.set else { throw NVMLError(.unreadableAnswer, function.symbolIndex) }
        return NVMLSystemEventSet(functions, set: set)
    }
}
