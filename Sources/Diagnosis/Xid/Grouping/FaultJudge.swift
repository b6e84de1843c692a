internal import Snapshots

/// Turns bursts into judged groups: the catalogue first, then what the rest of the log and the driver's recovery action say.
///
/// The order of authority: recovery action, the line's own words, the catalogue; then one step up the ladder if the fault
/// came back.
struct FaultJudge {
    /// What is known beside the lines and their recovery actions.
    struct JudgementContext {
        /// The newest start of the driver in this boot.
        let loaded: LogMoment?
        /// When the PCIe link of a port or device last came back in this boot.
        let linksBack: [BusID: LogMoment]
        /// The port above each GPU.
        let ports: [BusID: BusID]
        /// GPUs that NVML reads.
        let answering: Set<BusID>
        let isReady: Bool
        let isComplete: Bool
    }

    /// A fault that is back within this time is worse than a first one.
    static let returnMicroseconds: Int64 = 86_400_000_000
    /// So many bursts of a critical fault in that time are a case for support (NVSentinel's rule).
    static let supportBursts = 5

    let bursts: [FaultBurst]
    let judgements: [CatalogueJudgement]
    let links: FaultLinks
    let newestBoot: Int
    let recovery: RecoveryView
    let context: JudgementContext
    var groups: [FaultGroup] = []

    init(
        _ bursts: [FaultBurst], _ judgements: [CatalogueJudgement], _ links: FaultLinks, _ newestBoot: Int,
        _ recovery: RecoveryView, _ context: JudgementContext
    ) {
        self.bursts = bursts
        self.judgements = judgements
        self.links = links
        self.newestBoot = newestBoot
        self.recovery = recovery
        self.context = context
        groups = bursts.indices.map { plain($0) }
        for index in bursts.indices {
            judgeCause(index)
        }
        for index in bursts.indices where !bursts[index].isInjected && links.roots[index] == nil {
            if !judgeEnd(index) { judgeRecovery(index) }
            judgeReturn(index)
            judgeFrequency(index)
        }
    }

    /// The group as the catalogue has it.
    private func plain(_ index: Int) -> FaultGroup {
        let burst = bursts[index]
        let judgement = judgements[index]
        return FaultGroup(
            id: index + 1, code: burst.code, busID: burst.busID, first: burst.first, last: burst.last,
            count: burst.count,
            bursts: burst.bursts, name: judgement.name, faultClass: judgement.faultClass, severity: judgement.severity,
            cause: cause(judgement), meaning: judgement.meaning, action: judgement.action, why: judgement.why,
            lookNext: judgement.lookNext, processes: burst.processes, hasMoreProcesses: burst.hasMoreProcesses,
            instances: burst.instances, details: burst.details, nvlink5: judgement.nvlink5, links: burst.links,
            firstLine: burst.firstLine, rootID: links.roots[index].map { $0 + 1 },
            companionIDs: links.companions[index].map { $0 + 1 }, related: judgement.related, notes: judgement.notes,
            isInjected: burst.isInjected, isRecovered: false, isDisputed: false, isEarlierBoot: burst.boot < newestBoot)
    }

    private func cause(_ judgement: CatalogueJudgement) -> FaultCause {
        switch judgement.origin {
        case .application: .application
        case .hardware: .hardware
        case .software: .software
        case .either: judgement.faultClass == .firmware ? .software : .unclear
        case .consequence: .consequence
        case .none: .notice
        }
    }

    private mutating func judgeCause(_ index: Int) {
        if bursts[index].isInjected {
            set(index, .info, .injected, .none, .injected)
        } else if let root = links.roots[index] {
            judgeConsequence(index, root)
        } else if isProgramFault(index) {
            judgeApplication(index)
        } else if groups[index].cause == .consequence {
            groups[index].cause = .notice
        }
    }

    /// A program's fault, or one that a program as well as the GPU can cause and that ends the program only.
    func isProgramFault(_ index: Int) -> Bool {
        judgements[index].origin == .application
            || (judgements[index].origin == .either && judgements[index].action == .restartApp)
    }

    /// The root is what must be acted on. Xid 154 keeps the action that it names, and a link error its own where it tells which
    /// GPU is behind a switch's port.
    private mutating func judgeConsequence(_ index: Int, _ root: Int) {
        let isOwnGPU = bursts[root].busID == bursts[index].busID
        let reason = ActionReason.follows(bursts[root].code)
        guard bursts[index].code != .xid(154) else {
            (groups[index].cause, groups[index].severity) = (.consequence, .info)
            judgeRecovery(index)
            return
        }
        if !isOwnGPU, judgeEnd(index) {
            groups[index].cause = .consequence
            return
        }
        guard !links.namesPort(index) else {
            (groups[index].cause, groups[index].why) = (.consequence, reason)
            judgeRecovery(index)
            return
        }
        let isOver = isCleared(index) || links.areLinksUp(index) && isLinkError(index)
        let severity = isOwnGPU || isOver ? .info : min(groups[index].severity, .warning)
        set(index, severity, .consequence, .none, reason)
    }

    private func isLinkError(_ index: Int) -> Bool {
        bursts[index].code.xid.map(FaultLinks.linkErrors.contains) ?? false
    }

    /// Whether the driver says that the GPU needs nothing.
    private func isCleared(_ index: Int) -> Bool {
        bursts[index].busID.map { recovery.allClear($0, after: bursts[index].last) != nil } ?? false
    }

    private mutating func set(
        _ index: Int, _ severity: Severity, _ cause: FaultCause, _ action: Action, _ why: ActionReason
    ) {
        groups[index].severity = severity
        groups[index].cause = cause
        groups[index].action = action
        groups[index].why = why
    }
}
