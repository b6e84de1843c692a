package import Audit
internal import Synchronization

/// What the tools that change a node work with; only there in operator mode.
package struct OperatorContext: Sendable {
    /// Where everything is recorded.
    package let audit: AuditLog
    /// Where ``audit`` is written and read.
    let auditThread = AuditThread()
    package let plans: PlanStore
    /// The node's root as this process sees it, where processes and devices are acted on.
    package let hostRoot: String
    /// True where that is a real node and not a recorded folder or a scenario without one.
    package let hasRealHost: Bool
    /// True for a single call from the command line: its plans are found again in the audit log.
    package let isShell: Bool
    let running = RunningActions()
    let resets = ResetMemory()
    /// Told when something begins (true) that must not be broken off, and when it has ended (false). False where it must not
    /// begin any more.
    let announce: @Sendable (_ isBusy: Bool) -> Bool

    package init(
        audit: AuditLog, plans: PlanStore = PlanStore(), hostRoot: String, hasRealHost: Bool = true,
        isShell: Bool = false, announce: @escaping @Sendable (_ isBusy: Bool) -> Bool = { _ in true }
    ) {
        self.audit = audit
        self.plans = plans
        self.hostRoot = hostRoot
        self.hasRealHost = hasRealHost
        self.isShell = isShell
        self.announce = announce
    }
}

/// The actions that this process is doing, so that no two touch the same thing and none is forgotten at the end.
final class RunningActions: Sendable {
    private struct Entry: Sendable {
        let planID: String
        let targets: Set<String>
        var task: Task<Void, Never>?
        let isInterruptible: Bool
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        var isEnding = false

        func isBusy(_ targets: Set<String>) -> Bool { !entries.allSatisfy { $0.targets.isDisjoint(with: targets) } }
    }

    private let state = Mutex(State())

    /// Reserves these targets; false where another action has one of them, or the agent is about to end.
    func begin(_ planID: String, _ targets: [String], isInterruptible: Bool) -> Bool {
        state.withLock { state in
            let targets = Set(targets)
            guard !state.isEnding, !state.isBusy(targets) else { return false }
            state.entries.append(Entry(planID: planID, targets: targets, isInterruptible: isInterruptible))
            return true
        }
    }

    /// Whether another action has one of these targets.
    func isBusy(_ targets: [String]) -> Bool { state.withLock { $0.isBusy(Set(targets)) } }

    func set(_ task: Task<Void, Never>, for planID: String) {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.planID == planID }) else { return }
            state.entries[index].task = task
            if state.isEnding, state.entries[index].isInterruptible { task.cancel() }
        }
    }

    func end(_ planID: String) { state.withLock { $0.entries.removeAll { $0.planID == planID } } }

    func contains(_ planID: String) -> Bool { state.withLock { $0.entries.contains { $0.planID == planID } } }

    /// Lets no further action begin, breaks off those that may be, and waits for all.
    func finish() async {
        let tasks = state.withLock { state in
            state.isEnding = true
            for entry in state.entries where entry.isInterruptible { entry.task?.cancel() }
            return state.entries.compactMap(\.task)
        }
        for task in tasks { await task.value }
    }
}
