internal import Diagnosis
internal import JSON
internal import Operations
internal import ProbeProtocol

/// What the caller of `kill_gpu_process` wants.
struct KillRequest: Sendable, Equatable {
    /// Whom of a GPU's holders.
    enum Selection: String, CaseIterable, Sendable {
        /// Those that NVML lists: they work on the GPU.
        case working
        /// Those that only hold its device node open: they block a reset.
        case idle
        case all
    }

    enum Whom: Sendable, Equatable {
        case process(Int32)
        case holders(of: [GPUSelector], Selection)
    }

    let whom: Whom
    let order: KillOrder

    static let graceDefault = 30

    init(_ arguments: JSONObject) throws(ToolFailure) {
        let gpus = try GPUArgument.selectors(in: arguments)
        let selection = arguments["processes"]?.stringValue.flatMap { Selection(rawValue: $0) }
        switch (arguments["pid"]?.intValue, gpus.isEmpty) {
        case (let pid?, true):
            guard selection == nil else { throw Self.wrong("processes goes with gpu, not with pid.") }
            // Numbers are checked against the schema before.
            whom = .process(Int32(clamping: pid))
        case (nil, false): whom = .holders(of: gpus, selection ?? .working)
        case (.some, false): throw Self.wrong("Give pid or gpu, not both.")
        case (nil, true):
            throw Self.wrong("Give pid=NUMBER, or gpu=INDEX with processes=working, idle or all.")
        }
        order = try Self.order(arguments)
    }

    private static func order(_ arguments: JSONObject) throws(ToolFailure) -> KillOrder {
        let signal = arguments["signal"]?.stringValue.flatMap { KillOrder.Signal(rawValue: $0) } ?? .term
        let thenKill = arguments["then_kill"]?.boolValue ?? false
        let grace = arguments["grace_seconds"]?.intValue
        guard signal == .term || (!thenKill && grace == nil) else {
            throw wrong("grace_seconds and then_kill go with signal=TERM; signal=KILL ends a process at once.")
        }
        return KillOrder(signal: signal, graceSeconds: Int(grace ?? Int64(graceDefault)), thenKill: thenKill)
    }

    private static func wrong(_ message: String) -> ToolFailure {
        ToolFailure(
            message:
                "kill_gpu_process: \(message) Nothing was done. Call list_gpu_processes to see who holds which GPU.",
            isWrongUsage: true)
    }
}
