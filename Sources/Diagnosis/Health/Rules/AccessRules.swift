internal import Snapshots

/// Whether the GPU can be reached at all, and what the driver itself asks for.
let accessRules: [HealthRule] = [
    HealthRule("gpu_access", worksWithoutHandle: true) { gpu, result in
        guard let refusal = gpu.gpu.refusal else {
            // Others of its name are what much of a GPU is compared with.
            _ = result.value("name", gpu.gpu.name)
            return
        }
        gpu.judgeRefusal(refusal, &result)
    },
    HealthRule("recovery_action") { gpu, result in
        guard let raw = result.value("recovery_action", gpu.memory.recoveryAction) else {
            return gpu.judgeLogLevel(&result)
        }
        let level = RecoveryLevel(UInt32(clamping: raw))
        guard level != .none else { return }
        result.find(
            level.severity, "The driver asks for recovery: \(level.name) (\(level.advice)).",
            HealthEvidence("recovery_action", "\(raw)", threshold: "0"), action: level.action,
            authority: .recoveryAction,
            confirm: "It returns to 0 after the recovery; from driver branch 565 on Xid 154 says when it changed.")
    },
    HealthRule("recovery_action_disagreement") { gpu, result in
        guard let raw = gpu.memory.recoveryAction.value, let busID = gpu.gpu.busID.value,
            let logged = gpu.node.logLevel(busID)
        else { return }
        let level = RecoveryLevel(UInt32(clamping: raw))
        guard level != logged else { return }
        result.find(
            .info, "NVML and the newest Xid 154 name different recovery actions; NVML's is the present one.",
            HealthEvidence("recovery_action", level.name), HealthEvidence("xid_154", logged.name, .kernelLog),
            action: .none, time: .history, confirm: "A reset since the Xid explains it.")
    },
]

extension GPUCase {
    fileprivate func judgeRefusal(_ refusal: Unavailable, _ result: inout RuleResult) {
        let evidence = HealthEvidence("device_handle", refusal.word)
        guard let problem = gpu.accessProblem, let (severity, action) = refusal.handleJudgement else {
            // Unread or not permitted: no fault of the GPU, but nothing is known of it.
            _ = result.value("device", Reading<Bool>.unavailable(refusal == .notSupported ? .notRead : refusal))
            return
        }
        result.find(
            severity, "NVML cannot open the GPU: \(refusal.word).", evidence, action: action, authority: .flag,
            confirm: problem.remedy)
    }

    /// Without field 230 (drivers before 570) the newest Xid 154 has the word.
    fileprivate func judgeLogLevel(_ result: inout RuleResult) {
        guard let busID = gpu.busID.value, let level = node.logLevel(busID), level != .none else { return }
        result.find(
            level.severity, "The driver asked for recovery: \(level.name) (\(level.advice)).",
            HealthEvidence("xid_154", level.name, .kernelLog), action: level.action, time: .event,
            authority: .recoveryAction, confirm: "Ask NVML's recovery action again, or look for a later Xid 154.")
    }
}

extension Unavailable {
    /// What a refused handle means; nil where it says nothing about the GPU.
    fileprivate var handleJudgement: (Severity, Action)? {
        switch self {
        case .gpuLost: (.critical, .rebootNode)
        case .resetRequired: (.critical, .resetGPU)
        case .error(code: 8): (.critical, .checkPower)
        case .error(code: 14): (.warning, .resetGPU)
        // In use, out of memory, out of resources, not ready: the host's state, or one that passes.
        case .error(code: 19), .error(code: 20), .error(code: 23), .error(code: 27): nil
        case .error: (.critical, .rebootNode)
        case .notSupported, .noPermission, .timedOut, .notRead, .unusable: nil
        }
    }
}
