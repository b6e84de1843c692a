internal import Snapshots

/// What the kernel log says of the GPU.
let kernelLogRules: [HealthRule] = [
    HealthRule("kernel_log", worksWithoutHandle: true) { gpu, result in
        if let gap = gpu.node.log.gap { _ = result.value("kernel_log", Reading<Bool>.unavailable(gap)) }
        for fault in gpu.node.log.faults where gpu.concerns(fault) { result.add(fault.finding(gpu.gpu)) }
    }
]

extension GPUCase {
    /// Whether a fault is of this GPU or of the PCIe port above it.
    fileprivate func concerns(_ fault: KernelLogFault) -> Bool {
        guard let busID = fault.busID else { return false }
        if busID.slot == gpu.busID.value?.slot { return true }
        return pci.value?.upstream?.busID == busID
    }
}

extension KernelLogEvidence {
    /// Why faults may be missing; nil where the log was read to its end without a hole.
    var gap: Unavailable? {
        guard let absence else { return missedRecords > 0 ? .notRead : nil }
        return absence == .notSupported ? .notRead : absence
    }
}

extension KernelLogFault {
    /// Xid and SXid are known by their numbers; other lines only by what they say.
    private var isNumbered: Bool { code.xid != nil || code.sxid != nil }

    /// The fault as a finding of a GPU, or of the node.
    func finding(_ gpu: GPUSnapshot?) -> HealthFinding {
        guard !isDisputed else { return disagreement(gpu) }
        let isHarmless = isApplication || isHistory
        let times = count == 1 ? "once" : "\(count) times"
        var evidence = [HealthEvidence(code.label, "\(times): \(line.prefix(160))", .kernelLog)]
        if !followers.isEmpty {
            evidence.append(
                HealthEvidence("followed_by", followers.prefix(6).map(\.label).joined(separator: ", "), .kernelLog))
        }
        return HealthFinding(
            rule: "kernel_log", severity: isHarmless ? .info : severity, time: isHistory ? .history : .event,
            gpu: gpu?.index, busID: gpu?.busID.value ?? busID,
            title:
                "\(isNumbered ? "\(code.label): " : "")\(title)\(isApplication ? "; a program's fault, the GPU is fine" : "").",
            evidence: evidence,
            action: isHistory ? .none : action, authority: .kernelLog,
            confirm: lookNext.isEmpty ? reason : lookNext, since: firstMicroseconds, code: code)
    }

    /// The log and NVML do not agree: either the GPU was reset and nobody logged it, or NVML does not know what it has lost.
    private func disagreement(_ gpu: GPUSnapshot?) -> HealthFinding {
        HealthFinding(
            rule: "kernel_log_disagreement", severity: .warning, time: .event, gpu: gpu?.index,
            busID: gpu?.busID.value ?? busID, title: "\(code.label): \(title), but NVML says that nothing is needed.",
            evidence: [
                HealthEvidence(
                    code.label, "\(count == 1 ? "once" : "\(count) times"): \(line.prefix(160))", .kernelLog),
                HealthEvidence("recovery_action", RecoveryLevel.none.name),
            ], action: action, authority: .kernelLog,
            confirm:
                "Whether the GPU was reset since, of which the log has neither Xid 154 nor a start of the driver; if not, "
                + "run a short job on it before it gets work.", since: firstMicroseconds, code: code)
    }
}
