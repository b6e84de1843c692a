internal import Diagnosis
internal import Snapshots

/// The judgement in one or two sentences.
struct HealthSummary {
    private let gpus: [GPUVerdict]
    /// Those that something has to be done about, the most urgent first.
    private let grave: [MergedFinding]

    /// - Parameter problems: what kept the evidence from being whole; told where there is no cause to tell.
    static func text(
        _ gpus: [GPUVerdict], _ findings: [MergedFinding], _ ofNode: HealthVerdict, _ problems: [AccessProblem] = []
    ) -> String {
        let counts = [HealthVerdict.unhealthy, .degraded, .unknown, .healthy].compactMap { verdict -> String? in
            let count = gpus.filter { $0.verdict == verdict }.count
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        let head = gpus.isEmpty ? "No GPU could be judged: \(ofNode.rawValue)." : counts.joined(separator: ", ") + "."
        let summary = HealthSummary(gpus: gpus, grave: findings.filter { $0.finding.severity > .info })
        let cause = summary.cause ?? (ofNode == .unknown ? problems.first?.message : nil)
        return ([head] + [cause, summary.action].compactMap { $0 }).joined(separator: " ")
    }

    /// Of the gravest findings the one that needs most.
    private var worst: MergedFinding? {
        grave.filter { $0.finding.severity == grave.first?.finding.severity }
            .max { action(of: $0).urgency < action(of: $1).urgency }
    }

    private var cause: String? {
        guard let worst else { return nil }
        // What is wrong says more than that something must be done about it.
        let causes = grave.filter { finding in
            !finding.finding.isSymptom && finding.finding.severity == worst.finding.severity
                && (worst.gpus.isEmpty ? finding.gpus.isEmpty : !worst.gpus.allSatisfy { !finding.gpus.contains($0) })
        }
        let cause = causes.first { $0.finding.authority > .counter } ?? causes.first ?? worst
        let place =
            cause.gpus.isEmpty ? cause.finding.busID.map { "\($0): " } ?? "" : "GPU \(NumberList.text(cause.gpus)): "
        return place + cause.finding.title
    }

    /// What is to be done first on the whole node, with its GPU where that is not the one spoken of.
    private var action: String? {
        guard let worst, let first = grave.max(by: { action(of: $0).urgency < action(of: $1).urgency }),
            case let action = action(of: first), action != .none
        else { return nil }
        let isElsewhere = action.urgency > self.action(of: worst).urgency && !first.gpus.isEmpty
        return "First: \(action.rawValue)\(isElsewhere ? " for GPU \(NumberList.text(first.gpus))" : "")."
    }

    private func action(of finding: MergedFinding) -> Action {
        guard !finding.finding.isDisagreement, let index = finding.gpus.first else { return finding.finding.action }
        return gpus.first { $0.index == index }?.action ?? finding.finding.action
    }
}
