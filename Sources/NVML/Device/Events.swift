import CNVML

struct EventFunctions {
    let create: NVMLFunction<pfn_nvmlEventSetCreate>
    let supported: NVMLFunction<DeviceUInt64>
    let register: NVMLFunction<pfn_nvmlDeviceRegisterEvents>
    let wait: NVMLFunction<pfn_nvmlEventSetWait_v2>
    let free: NVMLFunction<pfn_nvmlEventSetFree>

    init(_ binder: inout SymbolBinder) {
        create = binder.optional("nvmlEventSetCreate")
        supported = binder.optional("nvmlDeviceGetSupportedEventTypes")
        register = binder.optional("nvmlDeviceRegisterEvents")
        wait = binder.optional(.since(450, "nvmlEventSetWait_v2"), "nvmlEventSetWait")
        free = binder.optional("nvmlEventSetFree")
    }
}

/// Kinds of device events.
package struct NVMLEventTypes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let singleBitECC = NVMLEventTypes(rawValue: 0x1)
    package static let doubleBitECC = NVMLEventTypes(rawValue: 0x2)
    package static let performanceState = NVMLEventTypes(rawValue: 0x4)
    package static let xid = NVMLEventTypes(rawValue: 0x8)
    package static let clock = NVMLEventTypes(rawValue: 0x10)
    package static let powerSource = NVMLEventTypes(rawValue: 0x80)
    package static let migConfiguration = NVMLEventTypes(rawValue: 0x100)
    package static let singleBitStorm = NVMLEventTypes(rawValue: 0x200)
    package static let dramRetirement = NVMLEventTypes(rawValue: 0x400)
    package static let dramRetirementFailure = NVMLEventTypes(rawValue: 0x800)
    package static let nonFatalPoison = NVMLEventTypes(rawValue: 0x1000)
    package static let fatalPoison = NVMLEventTypes(rawValue: 0x2000)
    package static let gpuUnavailable = NVMLEventTypes(rawValue: 0x4000)
    package static let recoveryAction = NVMLEventTypes(rawValue: 0x8000)
}

/// Something that happened on a GPU after it was registered.
package struct NVMLEvent: Hashable {
    /// nil when the library names no device.
    package let device: NVMLDevice?
    package let types: NVMLEventTypes
    /// For an Xid event its number; 999 is "not known".
    package let data: UInt64
    /// nil outside MIG.
    package let gpuInstanceId: UInt32?
    package let computeInstanceId: UInt32?
}

/// Waits for events. Frees the library's set when it goes out of scope, which must be before the library is stopped.
package struct NVMLEventSet: NVMLCaller, ~Copyable {
    let functions: UnsafePointer<NVMLFunctions>
    private let set: OpaquePointer

    init(_ functions: UnsafePointer<NVMLFunctions>, set: OpaquePointer) {
        self.functions = functions
        self.set = set
    }

    deinit {
        _ = answer(functions.pointee.events.free) { $0(set) }
    }

    /// Adds the events of a GPU; ask only for supported types, because a single other one fails the whole call.
    package func register(_ device: NVMLDevice, _ types: NVMLEventTypes) throws(NVMLError) {
        try call(functions.pointee.events.register) { $0(device.handle, types.rawValue, set) }
    }

    /// The next event, or nil when none came in time. `gpuIsLost` is a finding, not a failure of the wait.
    package func wait(milliseconds: UInt32) throws(NVMLError) -> NVMLEvent? {
        var data = nvmlEventData_t()
        // The function without suffix leaves these two alone.
        data.gpuInstanceId = NVML_INSTANCE_NOT_AVAILABLE
        data.computeInstanceId = NVML_INSTANCE_NOT_AVAILABLE
        let function = functions.pointee.events.wait
        let code = answer(function) { $0(set, &data, milliseconds) }
        if code == .timeout { return nil }
        guard code == .success else { throw NVMLError(code, function.symbolIndex) }
        return NVMLEvent(
            device: data.device.map { NVMLDevice(handle: $0, functions: functions) },
            types: NVMLEventTypes(rawValue: data.eventType), data: data.eventData,
            gpuInstanceId: data.gpuInstanceId == NVML_INSTANCE_NOT_AVAILABLE ? nil : data.gpuInstanceId,
            computeInstanceId: data.computeInstanceId == NVML_INSTANCE_NOT_AVAILABLE ? nil : data.computeInstanceId)
    }
}

extension NVMLDevice {
    /// The kinds of events that this GPU can report.
    package func supportedEventTypes() throws(NVMLError) -> NVMLEventTypes {
        NVMLEventTypes(rawValue: try uint64(functions.pointee.events.supported))
    }
}

extension NVMLLibrary {
    /// An empty event set.
    package func makeEventSet() throws(NVMLError) -> NVMLEventSet {
        var set: OpaquePointer?
        let function = functions.pointee.events.create
        try call(function) { $0(&set) }
        guard let set else { throw NVMLError(.unreadableAnswer, function.symbolIndex) }
        return NVMLEventSet(functions, set: set)
    }
}
