package import Snapshots

extension HealthReport {
    /// Judges a node: each GPU by each rule, then the node by what they share.
    ///
    /// - Parameters:
    ///   - snapshot: with all identities filled in; sections that were not read become gaps in the evidence.
    ///   - log: what the kernel log adds.
    ///   - attribution: what does not fit between processes, pods and GPUs; told among the findings; only what is critical counts for
    ///     the node.
    ///   - window: an earlier reading of the counters. Without one no rate is known, and totals accuse nobody.
    package init(
        _ snapshot: NodeSnapshot, log: KernelLogEvidence, thresholds: HealthThresholds = .standard,
        attribution: [HealthFinding] = [], window: CounterWindow? = nil
    ) {
        let node = NodeCase(snapshot, log, thresholds, window)
        let ofNode = NodeRules.judge(node)
        var findings = ofNode.findings
        var verdicts: [GPUVerdict] = []
        for gpu in snapshot.gpus where gpu.isSelected {
            let results = Self.results(GPUCase(gpu: gpu, node: node))
            let own = results.flatMap(\.findings)
            findings += own
            let shared =
                ofNode.findings.filter { $0.gpu == gpu.index } + NodeRules.daemonFindings(ofNode.findings, of: gpu)
                + node.switchFindings(of: gpu)
            let unknown = node.switchGaps(of: gpu) + node.resetGaps(of: gpu) + node.unplacedGaps
            verdicts.append(GPUVerdict(gpu, own + shared, Self.gaps(results, own) + unknown))
        }
        verdicts += snapshot.missingGPUs.map { GPUVerdict($0, ofNode.findings) }
        if snapshot.gpus.isEmpty, verdicts.isEmpty {
            verdicts = snapshot.hostGPUs.map { GPUVerdict($0, ofNode.findings) }
        }
        let sorted = (findings + attribution).sorted(by: Self.isMoreUrgent)
        // A pod that lost its GPU may be all that still tells of that GPU.
        let grave = attribution.filter { $0.severity == .critical }
        let worst = (findings + grave).filter(\.isPresent).map(\.severity).max()
        // A node on which no GPU was seen at all has not been shown to be healthy.
        let hasGaps = !ofNode.gaps.isEmpty || verdicts.isEmpty
        let own = HealthVerdict(worst, hasGaps: hasGaps)
        verdict = verdicts.reduce(own) { $0.worse($1.verdict) }
        gpus = verdicts
        self.findings = sorted
        gaps = ofNode.gaps
    }

    private static func results(_ gpu: GPUCase) -> [RuleResult] {
        let hasHandle = gpu.gpu.refusal == nil
        let results = HealthRule.all.filter { hasHandle || $0.worksWithoutHandle }.map { rule in
            var result = RuleResult(rule.name, gpu: gpu.gpu.index, busID: gpu.gpu.busID.value)
            rule.judge(gpu, &result)
            return result
        }
        return results + [GPUAnswers.judge(gpu, results.flatMap(\.gaps))]
    }

    /// Each check and reading once. What a lost GPU, or one that waits for a reset, does not answer is no gap any more: it has
    /// a finding.
    private static func gaps(_ results: [RuleResult], _ findings: [HealthFinding]) -> [EvidenceGap] {
        let isExplained = findings.contains { ["gpu_access", "gpu_answers"].contains($0.rule) }
        var seen: Set<EvidenceGap> = []
        return results.flatMap(\.gaps).filter { gap in
            !(isExplained && [.gpuLost, .resetRequired].contains(gap.reason)) && seen.insert(gap).inserted
        }
    }

    private static func isMoreUrgent(_ left: HealthFinding, _ right: HealthFinding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.isDisagreement != right.isDisagreement { return right.isDisagreement }
        if left.time != right.time { return left.time < right.time }
        if left.authority != right.authority { return left.authority > right.authority }
        if left.action.urgency != right.action.urgency { return left.action.urgency > right.action.urgency }
        if left.gpu != right.gpu { return (left.gpu ?? .max) < (right.gpu ?? .max) }
        // What came first is nearer to the cause.
        return (left.since ?? .max) < (right.since ?? .max)
    }
}

extension NodeSnapshot {
    /// The GPUs that the host shows, for when NVML cannot be asked.
    fileprivate var hostGPUs: [MissingGPU] {
        let known = host?.procGPUs.value ?? []
        let onBus = host?.pciGPUs.value ?? []
        let all = Set(onBus + known.map(\.busID)).sorted()
        return all.map { busID in
            let identity = known.first { $0.busID.slot == busID.slot }
            return MissingGPU(
                busID: busID, uuid: identity?.uuid, model: identity?.model,
                isOnPCIBus: onBus.contains { $0.slot == busID.slot }, isInProc: identity != nil)
        }
    }
}

extension HealthFinding {
    /// History is told, but it makes nothing worse than it is.
    fileprivate var isPresent: Bool { time != .history }
}

extension GPUVerdict {
    fileprivate init(_ gpu: GPUSnapshot, _ findings: [HealthFinding], _ gaps: [EvidenceGap]) {
        self.init(
            index: gpu.index, busID: gpu.busID.value, uuid: gpu.uuid.value, name: gpu.name.value, verdict: .unknown,
            action: .none, nextActions: [], gaps: gaps)
        judge(findings)
    }

    /// A GPU that NVML does not list is never healthy.
    fileprivate init(_ missing: MissingGPU, _ findings: [HealthFinding]) {
        self.init(
            index: nil, busID: missing.busID, uuid: missing.uuid, name: missing.model, verdict: .unknown, action: .none,
            nextActions: [], gaps: [EvidenceGap(check: "gpu_access", reading: "device", reason: .notRead)])
        judge(findings.filter { $0.gpu == nil && $0.busID?.slot == missing.busID.slot })
    }

    /// The driver's recovery action goes first, then the vendor's flags, then the kernel log, then counters.
    private mutating func judge(_ findings: [HealthFinding]) {
        let present = findings.filter(\.isPresent)
        verdict = HealthVerdict(present.map(\.severity).max(), hasGaps: !gaps.isEmpty)
        let acting = present.filter { $0.severity >= .warning && $0.action != .none }
        let ordered = acting.sorted { left, right in
            if left.authority != right.authority { return left.authority > right.authority }
            if left.severity != right.severity { return left.severity > right.severity }
            return left.action.urgency > right.action.urgency
        }
        var actions: [Action] = []
        for finding in ordered where !actions.contains(finding.action) { actions.append(finding.action) }
        action = actions.first ?? .none
        nextActions = Array(actions.dropFirst())
    }
}

extension Action {
    /// Of several actions of equal weight the stronger one goes first, since it does what the weaker would.
    package var urgency: Int {
        switch self {
        case .none: 0
        case .checkApp, .restartApp, .updateSoftware: 1
        case .checkDriver, .checkUVM, .checkMechanicals, .checkThermals, .checkPower: 2
        case .checkPCIe, .checkNVLink, .checkFabric, .checkFabricManager: 3
        case .fieldDiagnostics, .contactSupport: 4
        case .restartVM, .resetGPU: 5
        case .resetFabric: 6
        case .rebootNode: 7
        }
    }
}
