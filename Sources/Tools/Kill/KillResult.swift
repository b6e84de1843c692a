internal import Operations

/// What came of the signals, in the words of an answer.
enum KillResult {
    static func result(_ outcomes: [KillOutcome], _ plan: KillPlan, isBrokenOff: Bool) -> ActionResult {
        var words = outcomes.map(sentence)
        if isBrokenOff, outcomes.contains(where: { $0.end == .stillRunning }) {
            words.append("The wait was interrupted.")
        }
        return ActionResult(
            outcome: outcome(outcomes), summary: words.prefix(8).joined(separator: " "),
            fields: [Field(key: "processes", value: .objects(outcomes.map(fields)))], next: next(outcomes, plan))
    }

    private static func outcome(_ outcomes: [KillOutcome]) -> ActionResult.Outcome {
        if outcomes.allSatisfy({ $0.end == .alreadyGone }) { return .notNeeded }
        if outcomes.allSatisfy(\.end.isOver) { return .done }
        return outcomes.contains(where: \.end.isOver) ? .partly : .failed
    }

    private static func sentence(_ outcome: KillOutcome) -> String {
        let subject = "Process \(outcome.target.pid) (\(outcome.target.name))"
        switch outcome.end {
        case .ended: return "\(subject) ended after TERM."
        case .killed: return "\(subject) was ended by KILL."
        case .alreadyGone: return "\(subject) had ended before a signal was sent."
        case .stillRunning: return "\(subject) got TERM and is still there."
        case .stuck: return "\(subject) got KILL and the kernel cannot end it: it is stuck in a driver."
        case .notSent: return "\(subject) got no signal: \(outcome.refusal?.message ?? "")"
        }
    }

    private static func fields(_ outcome: KillOutcome) -> [Field] {
        [
            Field(key: "pid", value: .int(Int64(outcome.target.pid))),
            Field(key: "name", value: .text(outcome.target.name)),
            Field(key: "end", value: .text(outcome.end.rawValue)),
        ]
    }

    private static func next(_ outcomes: [KillOutcome], _ plan: KillPlan) -> [String] {
        var lines: [String] = []
        if outcomes.contains(where: { $0.end == .stuck }) {
            lines.append("Drain and reboot the node: a process that KILL does not end keeps its GPU; do not reset it.")
        }
        if outcomes.contains(where: { $0.end == .stillRunning }) {
            lines.append("To end what ignores TERM: call again with signal=KILL, or with then_kill=true.")
        }
        let pods = Set(plan.chosen.compactMap(\.podRemedy)).sorted()
        if !pods.isEmpty {
            lines.append("The kubelet may have started the containers again. \(pods.prefix(3).joined(separator: " "))")
        }
        lines.append("Call list_gpu_processes to see who holds the GPU now.")
        return lines
    }
}

extension KillOutcome.End {
    /// Whether the process has ended.
    fileprivate var isOver: Bool { self == .ended || self == .killed || self == .alreadyGone }
}
