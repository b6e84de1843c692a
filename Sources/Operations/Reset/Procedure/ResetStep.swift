/// One thing that a reset does to the node, told before it is done.
package struct ResetStep: Sendable, Hashable {
    /// The kind of step, for programs: `close_driver`, `unbind`, ...
    package let name: String
    /// What exactly is done, for people.
    package let text: String
    /// True for a step that only puts back what an earlier one changed: it is done even if it cannot be recorded.
    package let isRestoring: Bool

    package init(_ name: String, _ text: String, isRestoring: Bool = false) {
        self.name = name
        self.text = text
        self.isRestoring = isRestoring
    }

    init(_ control: HostControl, isRestoring: Bool = false) {
        self.init(control.stepName, "\(control)", isRestoring: isRestoring)
    }
}

extension HostControl {
    /// The word for it in records.
    var stepName: String {
        switch self {
        case .power: "power_control"
        case .unbindLock(_, let held): held ? "take_unbind_lock" : "release_unbind_lock"
        case .unbind: "unbind"
        case .reset: "function_reset"
        case .resetSubordinate: "bus_reset"
        case .remove: "remove"
        case .rescan: "rescan"
        case .probeDrivers: "bind"
        }
    }
}

/// A step that was taken, and what came of it.
package struct StepReport: Sendable, Hashable {
    package let step: ResetStep
    /// `done`, or what the kernel or the driver's tool answered.
    package let result: String
}

/// Where the steps of a reset are recorded.
package struct ResetJournal: Sendable {
    /// Called before each step: false where it could not be recorded, and then the step is not taken.
    package let willTake: @Sendable (ResetStep) async -> Bool
    /// Called after each step.
    package let didTake: @Sendable (StepReport) async -> Void

    package init(
        willTake: @escaping @Sendable (ResetStep) async -> Bool,
        didTake: @escaping @Sendable (StepReport) async -> Void
    ) {
        self.willTake = willTake
        self.didTake = didTake
    }
}

/// Why a reset did not get to its end, and what is left to do.
package struct ResetFailure: Error, Sendable, Hashable {
    /// What state the GPU is in now.
    package enum State: String, Sendable, Hashable {
        /// As before; what was changed on the way was put back.
        case untouched
        /// A reset was begun or may have been; the node may be used on after checks.
        case uncertain
        /// Nothing but a reboot of the node, or a cold power cycle, brings it back.
        case needsReboot = "needs_reboot"
    }

    package var state: State
    /// One word for programs: `in_use`, `not_supported`, `hung`, ...
    package var kind: String
    package var reason: String
    package var remedy: String

    package init(_ state: State, _ kind: String, _ reason: String, remedy: String) {
        self.state = state
        self.kind = kind
        self.reason = reason
        self.remedy = remedy
    }
}

/// What a reset did, step by step.
package struct ResetRun: Sendable, Hashable {
    package var steps: [StepReport] = []
    /// Nil when every step was taken; whether the GPU is well again is for ``ResetVerification`` to say.
    package var failure: ResetFailure?

    package init() {}
}

/// Takes steps one by one and keeps their reports.
struct StepRunner: Sendable {
    let journal: ResetJournal
    private(set) var reports: [StepReport] = []

    init(_ journal: ResetJournal) { self.journal = journal }

    /// Records the step, takes it, and records what came of it: nil for done, else what went wrong.
    mutating func take(_ step: ResetStep, _ body: () async -> String?) async throws(ResetFailure) -> String? {
        let isRecorded = await journal.willTake(step)
        guard isRecorded || step.isRestoring else { throw .notRecorded(step, afterOthers: !reports.isEmpty) }
        let problem = await body()
        let report = StepReport(step: step, result: problem ?? "done")
        reports.append(report)
        await journal.didTake(report)
        return problem
    }
}

extension ResetFailure {
    fileprivate static func notRecorded(_ step: ResetStep, afterOthers: Bool) -> ResetFailure {
        ResetFailure(
            afterOthers ? .uncertain : .untouched, "not_recorded",
            "the step \"\(step.text)\" could not be written to the audit log, so it was not taken",
            remedy: "make room for the audit log or name another file with --audit-log, then ask for a new plan")
    }

    /// A child that sleeps in the kernel where not even SIGKILL reaches it.
    static func hung(_ what: String, _ child: StuckChild) -> ResetFailure {
        let place = child.stack.first.map { " in \($0)" } ?? ""
        guard !child.wasKilled else {
            return ResetFailure(
                .uncertain, "timed_out", "\(what) did not end in time and was killed\(place)",
                remedy: "check the GPU with diagnose_gpu_node before it is used; if it does not answer, reboot the node"
            )
        }
        return ResetFailure(
            .needsReboot, "hung",
            "\(what) sleeps in the kernel\(place) and cannot be killed (process \(child.pid))",
            remedy: "nothing but a reboot of the node is left: cordon it, move its work away and reboot")
    }
}
