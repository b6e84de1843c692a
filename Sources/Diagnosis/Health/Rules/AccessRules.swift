internal import Snapshots

/// Whether the GPU can be reached at all, and what the driver itself asks for.
let accessRules: [HealthRule] = [
    HealthRule("gpu_access", worksWithoutHandle: true) { gpu, result in
        guard let refusal = gpu.gpu.refusal else { return }
        gpu.judgeRefusal(refusal, &result)
    },
    HealthRule("gpu_answers") { gpu, result in
        if gpu.memory.isInforomValid.reason != .error(code: 14) {
            _ = result.value("inforom", gpu.memory.isInforomValid)
        }
        guard let (reading, reason) = gpu.gpu.gravestFailure else { return }
        let evidence = HealthEvidence(reading, reason.word)
        switch reason {
        case .gpuLost:
            result.find(
                .critical, "The GPU is lost: readings answer GPU_IS_LOST.", evidence, action: .rebootNode,
                authority: .flag, confirm: "Xid 79 in the kernel log; the PCI configuration space reads as all ones.")
        case .resetRequired:
            result.find(
                .critical, "The GPU answers RESET_REQUIRED: it does nothing more until it is reset.", evidence,
                action: .resetGPU, authority: .flag,
                confirm: "The recovery action (field 230) and Xid 154 say the same.")
        case .error(code: 14):
            result.find(
                .warning, "The InfoROM is corrupted.", evidence, action: .resetGPU, authority: .flag,
                confirm: "If it stays after one reset, the board is to be replaced.")
        default: break
        }
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
            authority: .recoveryAction, confirm: "It returns to 0 after the recovery; Xid 154 tells when it changed.")
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
        case .error: (.critical, .rebootNode)
        case .notSupported, .noPermission, .timedOut, .notRead, .unusable: nil
        }
    }
}

extension GPUSnapshot {
    /// The worst thing that a reading answered: lost, then reset required, then a corrupted InfoROM.
    fileprivate var gravestFailure: (reading: String, reason: Unavailable)? {
        let reasons: [(String, Unavailable?)] = [
            ("name", name.reason), ("ecc_mode", inventory?.eccMode.reason),
            ("inforom_image_version", inventory?.inforomImageVersion.reason),
            ("power_w", telemetry?.powerMilliwatts.reason), ("temperature_c", telemetry?.temperatureC.reason),
            ("memory_used_bytes", telemetry?.memory.reason), ("clock_sm_mhz", telemetry?.clockSMMHz.reason),
            ("utilization_gpu_percent", telemetry?.utilizationGPUPercent.reason),
            ("performance_state", telemetry?.performanceState.reason),
            ("remapped_rows", memoryHealth?.remappedRows.reason), ("inforom", memoryHealth?.isInforomValid.reason),
            ("compute_processes", processes?.compute.reason),
        ]
        let order: [Unavailable] = [.gpuLost, .resetRequired, .error(code: 14)]
        for grave in order {
            if let found = reasons.first(where: { $0.1 == grave }) { return (found.0, grave) }
        }
        return nil
    }
}
