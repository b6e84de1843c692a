internal import Audit
internal import JSON
internal import Operations
internal import Snapshots

/// An action of which the audit log knows the beginning and no end.
struct EarlierAction: Sendable {
    let action: UnfinishedAction
    /// Its agent still works on it.
    let isRunning: Bool

    /// What a person must know of it, in one sentence.
    var sentence: String {
        let tool = action.began.tool ?? "an action"
        let when = action.began.time ?? "an unknown time"
        if isRunning { return "\(tool) of \(when) is still in progress." }
        let step = action.steps.last.map { "at step \($0)" } ?? "before its first step"
        return
            "An earlier \(tool) on this target, begun \(when), stopped \(step) and left no result: its agent was killed."
    }

    var fields: [Field] {
        var fields: [Field] = []
        func add(_ key: String, _ text: String?) {
            if let text { fields.append(Field(key: key, value: .text(text))) }
        }
        add("tool", action.began.tool)
        add("plan_id", action.began.planID)
        add("began_at", action.began.time)
        fields.append(Field(key: "steps", value: .texts(action.steps)))
        add("last_step", action.steps.last)
        fields.append(Field(key: "in_progress", value: .flag(isRunning)))
        return fields
    }

    var refusal: Refusal {
        Refusal(
            "action_in_progress", message: sentence,
            remedy: "Wait for its result in the audit log (plan \(action.began.planID ?? "unknown")), then call again.")
    }
}

extension OperatorContext {
    /// What earlier entries of the audit log tell; nil where nothing can be read back.
    func history() async throws(AuditError) -> AuditHistory? {
        let audit = audit
        return try await auditThread.run { () throws(AuditError) in try audit.history() }
    }

    /// What the audit log tells of actions on these targets that never came to an end.
    func earlierActions(on targets: [String]) async throws(AuditError) -> [EarlierAction] {
        guard let history = try await history() else { return [] }
        return history.unfinished(on: targets).map { EarlierAction(action: $0, isRunning: isRunning($0)) }
    }

    private func isRunning(_ action: UnfinishedAction) -> Bool {
        guard let pid = action.began.agentPID, let start = action.began.agentStartTicks else { return false }
        if pid == OwnProcess.pid, start == OwnProcess.startTicks {
            return action.began.planID.map(running.contains) ?? false
        }
        return OwnProcess.startTicks(of: pid) == start
    }
}
