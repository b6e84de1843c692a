internal import Snapshots

/// What Xid 154 has said about one GPU in this boot.
struct RecoveryTrace: Sendable {
    let level: RecoveryLevel
    let moment: LogMoment
    /// The newest all-clear.
    let cleared: LogMoment?

    init(_ level: RecoveryLevel, _ moment: LogMoment, after earlier: RecoveryTrace?) {
        self.level = level
        self.moment = moment
        cleared = level == .none ? moment : earlier?.cleared
    }
}

/// What is known of the recovery action of each GPU: from the log, and from NVML, which speaks of now.
struct RecoveryView {
    let log: [BusID: RecoveryTrace]
    let nvml: [BusID: RecoveryLevel]

    /// The level that holds now.
    func current(_ busID: BusID) -> (level: RecoveryLevel, source: RecoverySource)? {
        nvml[busID].map { ($0, .nvml) } ?? log[busID].map { ($0.level, .xid154) }
    }

    /// Who says that a fault whose last line came at `moment` is over.
    func allClear(_ busID: BusID, after moment: LogMoment) -> RecoverySource? {
        if let cleared = log[busID]?.cleared, cleared.follows(moment) { return .xid154 }
        return nvml[busID] == RecoveryLevel.none ? .nvml : nil
    }
}

extension FaultJudge {
    mutating func judgeRecovery(_ index: Int) {
        guard let busID = bursts[index].busID, bursts[index].boot == newestBoot, bursts[index].code.xid != nil else {
            return
        }
        if needsReset(index) || bursts[index].code == .xid(154),
            let source = recovery.allClear(busID, after: bursts[index].last)
        {
            recover(index, source)
            groups[index].isDisputed = isDisputed(index, source)
        } else if let (level, source) = recovery.current(busID), level != .none, isTarget(index) {
            groups[index].action = level.action
            groups[index].severity = max(groups[index].severity, level.severity)
            groups[index].why = .recoveryAction(level, source)
            if groups[index].cause == .application { groups[index].cause = .unclear }
        }
    }

    private func needsReset(_ index: Int) -> Bool {
        judgements[index].action.isReset || judgements[index].followsRecovery
    }

    /// A reset that the driver no longer asks for is history.
    private mutating func recover(_ index: Int, _ source: RecoverySource) {
        groups[index].isRecovered = true
        groups[index].action = .none
        groups[index].why = .recovered(source)
        groups[index].severity = source == .xid154 ? .info : min(groups[index].severity, .warning)
    }

    /// The groups of a GPU that its recovery action is about: all that ask for a reset, or else the newest one.
    private func isTarget(_ index: Int) -> Bool {
        let candidates = links.samePlace(index).filter {
            bursts[$0].boot == newestBoot && !bursts[$0].isInjected
                && links.roots[$0] == nil
                && bursts[$0].code.xid != nil
        }
        let resets = candidates.filter(needsReset)
        guard resets.isEmpty else { return resets.contains(index) }
        let faults = candidates.filter { ![.legacy, .info, .display].contains(judgements[$0].faultClass) }
        let serious = faults.filter { judgements[$0].origin != .application }
        return (serious.last ?? faults.last) == index
    }

    /// The ladder: RESTART_APP, RESET_GPU, REBOOT_NODE, FIELD_DIAG, one step up if the fault is back; five bursts are for support.
    mutating func judgeReturn(_ index: Int) {
        let cause = groups[index].cause
        guard cause == .hardware || cause == .software || cause == .unclear, !isProgramFault(index), canReturn(index)
        else { return }
        let times = returns(index)
        guard times > 0 else { return }
        if times + 1 >= Self.supportBursts,
            groups[index].severity == .critical || judgements[index].severity == .critical
        {
            groups[index].action = .contactSupport
            groups[index].severity = .critical
            groups[index].why = .cameBack(times: times)
        } else if let next = (groups[index].isRecovered ? judgements[index].action : groups[index].action).nextStep {
            groups[index].action = next
            groups[index].severity =
                groups[index].isRecovered ? .warning : max(groups[index].severity, judgements[index].severity)
            groups[index].why = .cameBack(times: times)
        }
    }

    /// Lines without a number and Xid 154 repeat as long as a fault lasts: they say nothing about its return.
    private func canReturn(_ index: Int) -> Bool {
        guard judgements[index].action != .none, bursts[index].boot == newestBoot else { return false }
        switch bursts[index].code {
        case .xid(let number): return number != 154
        case .sxid: return true
        case .driver, .pcie: return false
        }
    }

    /// How often it was there before in those hours.
    private func returns(_ index: Int) -> Int {
        guard bursts[index].busID != nil else { return 0 }
        return earlier(index).reduce(bursts[index].bursts - 1) { $0 + bursts[$1].bursts }
    }

    /// The same fault on the same GPU in the 24 hours before this one.
    func earlier(_ index: Int) -> [Int] {
        guard bursts[index].busID != nil else { return [] }
        return links.samePlace(index).filter { other in
            guard other != index, bursts[other].code == bursts[index].code, !bursts[other].isInjected,
                links.roots[other] == nil, let since = since(other, index)
            else { return false }
            return since > 0 && since <= Self.returnMicroseconds
        }
    }

    /// Boots have their own monotonic clocks: between them only the wall clock compares.
    private func since(_ other: Int, _ index: Int) -> Int64? {
        guard bursts[other].boot != bursts[index].boot else {
            return bursts[index].first.microseconds(since: bursts[other].last)
        }
        return bursts[index].first.wallMicroseconds(since: bursts[other].last)
    }
}
