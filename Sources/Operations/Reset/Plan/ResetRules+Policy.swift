internal import Snapshots

/// Whether a reset makes sense now.
extension ResetRules {
    /// A GPU is not reset twice within this time: a fault that comes back so soon needs another remedy.
    package static let loopGuardSeconds = 3_600

    static func recovery(_ facts: ResetFacts) -> ResetPrecondition {
        let pending = facts.pending.joined(separator: ", ")
        switch facts.recoveryAction {
        case .value(1), .value(4): return .holds("recovery_action", "the driver asks for a reset")
        case .value(6) where facts.method == .bus: return .holds("recovery_action", "the driver asks for a bus reset")
        case .value(6):
            return .policy(
                "recovery_action", "the driver asks for a bus reset",
                remedy: "use method bus; with force this one is tried")
        case .value(0), .value(3):
            if !pending.isEmpty { return .holds("recovery_action", "a reset is outstanding for: \(pending)") }
            return .policy(
                "recovery_action", "nothing asks for a reset of this GPU",
                remedy: "look at diagnose_gpu_node first; with force it is reset all the same")
        case .value(5):
            return .policy(
                "recovery_action", "the driver asks for the IMEX domain to be recovered, which a reset does not do",
                remedy: "restart nvidia-imex in the whole domain; with force the GPU is reset all the same")
        case .value(let action):
            return .policy(
                "recovery_action", "the driver asks for a reboot (recovery action \(action)): a reset is not enough",
                remedy: "cordon and reboot the node; with force the reset is tried first")
        case .unavailable(let reason):
            return unknownRecovery(facts, reason, pending)
        }
    }

    private static func unknownRecovery(
        _ facts: ResetFacts, _ reason: Unavailable, _ pending: String
    ) -> ResetPrecondition {
        guard pending.isEmpty else { return .holds("recovery_action", "a reset is outstanding for: \(pending)") }
        guard facts.path != .kernel else {
            return .holds(
                "recovery_action", "not known (\(reason.word)); that the driver does not answer is reason enough")
        }
        return .policy(
            "recovery_action", "whether anything asks for a reset of this GPU is not known (\(reason.word))",
            remedy: "look at diagnose_gpu_node first; with force it is reset all the same", isUnknown: true)
    }

    static func loopGuard(_ facts: ResetFacts) -> ResetPrecondition {
        switch facts.lastReset {
        case .none: return .holds("loop_guard", "not reset within the last hour")
        case .unknown:
            // With the log on standard error this is so for every first reset: a rule that always needs force is none.
            return ResetPrecondition(
                "loop_guard", .note, .unknown,
                "no audit log records earlier resets: make sure that this is not one of many")
        case .secondsAgo(let seconds) where seconds >= loopGuardSeconds:
            return .holds("loop_guard", "last reset \(seconds / 60) minutes ago")
        case .secondsAgo(let seconds):
            return .policy(
                "loop_guard",
                "this GPU was reset \(seconds / 60) minutes ago: a fault that is back within the hour is not "
                    + "cured by another reset",
                remedy: "reboot the node, or have the board replaced; with force it is reset once more")
        }
    }

    static func scheduling(_ facts: ResetFacts) -> ResetPrecondition {
        switch facts.node.scheduling {
        case .cordoned: .holds("scheduling", "the node is cordoned")
        case .schedulable:
            .policy(
                "scheduling", "the node is schedulable: a new pod can take the GPU in the middle of the reset",
                remedy: "kubectl cordon it first; with force the risk is taken")
        case .unknown:
            .note(
                "scheduling",
                "unknown: the agent asks no API server; cordon the node (kubectl cordon) before you confirm")
        }
    }
}
