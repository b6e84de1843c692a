internal import CNVML
internal import Scenarios
internal import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What goes wrong in calls to one GPU, or to the node: passed before each call.
struct FaultGate: Sendable {
    /// The faults of each call, by its number; nil where nothing ever goes wrong.
    private let faults: [[CountedFault]]?

    init(_ faults: [Fault]) {
        guard !faults.isEmpty else {
            self.faults = nil
            return
        }
        let counted = faults.map(CountedFault.init)
        self.faults = NVMLCall.allCases.map { call in counted.filter { $0.concerns(call) } }
    }

    /// - Returns: the code to answer with, or nil when the call may go on.
    @inline(__always)
    func pass(_ call: NVMLCall) -> nvmlReturn_t? {
        guard let faults else { return nil }
        return Self.strike(faults[call.rawValue])
    }

    private static func strike(_ faults: [CountedFault]) -> nvmlReturn_t? {
        for fault in faults {
            if let code = fault.strike() { return code }
        }
        return nil
    }
}

/// A fault, and how often its calls have been made.
private final class CountedFault: Sendable {
    private let fault: Fault
    private let calls = Atomic<Int>(0)

    init(_ fault: Fault) { self.fault = fault }

    func concerns(_ call: NVMLCall) -> Bool { fault.calls?.contains(call) ?? true }

    func strike() -> nvmlReturn_t? {
        let before = calls.add(1, ordering: .relaxed).oldValue
        guard before >= fault.afterCalls else { return nil }
        if let times = fault.times, before - fault.afterCalls >= times { return nil }
        switch fault.effect {
        case .result(let code): return code.rawValue
        case .hang(let seconds):
            SimulatedClock.sleep(seconds: seconds ?? .infinity)
            return nil
        case .crash:
            signal(SIGSEGV, SIG_DFL)
            raise(SIGSEGV)
            return NVML_ERROR_UNKNOWN
        }
    }
}
