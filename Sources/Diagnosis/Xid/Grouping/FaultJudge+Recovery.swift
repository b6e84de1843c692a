internal import Snapshots

/// The driver's recovery action per GPU, with who told it.
struct RecoveryView {
    struct Entry {
        let level: RecoveryLevel
        let source: RecoverySource
        /// When Xid 154 said so; nil for NVML, which speaks of now.
        let moment: LogMoment?
    }

    let entries: [BusID: Entry]

    /// NVML's level is newer than any line of the log.
    init(log: [BusID: (level: RecoveryLevel, moment: LogMoment)], nvml: [BusID: RecoveryLevel]) {
        var entries = log.mapValues { Entry(level: $0.level, source: .xid154, moment: $0.moment) }
        for (busID, level) in nvml { entries[busID] = Entry(level: level, source: .nvml, moment: nil) }
        self.entries = entries
    }
}

extension FaultJudge {
    mutating func judgeRecovery(_ index: Int) {
        guard let busID = bursts[index].busID, bursts[index].boot == newestBoot, bursts[index].code.xid != nil,
            let entry = recovery.entries[busID]
        else { return }
        if entry.level == .none {
            recover(index, entry)
        } else if isTarget(index, busID) {
            groups[index].action = entry.level.action
            groups[index].severity = max(groups[index].severity, entry.level.severity)
            groups[index].why = .recoveryAction(entry.level, entry.source)
            if groups[index].cause == .application { groups[index].cause = .unclear }
        }
    }

    /// A reset that the driver no longer asks for is history.
    private mutating func recover(_ index: Int, _ entry: RecoveryView.Entry) {
        guard groups[index].action.isReset || judgements[index].followsRecovery || bursts[index].code == .xid(154)
        else { return }
        if let moment = entry.moment, moment.sequence < bursts[index].last.sequence { return }
        groups[index].isRecovered = true
        groups[index].action = .none
        groups[index].why = .recovered(entry.source)
        groups[index].severity = entry.source == .xid154 ? .info : min(groups[index].severity, .warning)
    }

    /// The groups of a GPU that its recovery action is about: all that ask for a reset, or else the newest one.
    private func isTarget(_ index: Int, _ busID: BusID) -> Bool {
        let candidates = bursts.indices.filter {
            bursts[$0].busID == busID && bursts[$0].boot == newestBoot && !bursts[$0].isInjected
                && links.roots[$0] == nil
                && bursts[$0].code.xid != nil
        }
        let resets = candidates.filter { judgements[$0].action.isReset || judgements[$0].followsRecovery }
        if resets.isEmpty == false { return resets.contains(index) }
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
            groups[index].severity = max(groups[index].severity, judgements[index].severity)
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

    /// Bursts of the same fault on the same GPU in the 24 hours before this one.
    private func returns(_ index: Int) -> Int {
        let burst = bursts[index]
        guard burst.busID != nil else { return 0 }
        let earlier = bursts.indices.filter { other in
            guard other != index, bursts[other].code == burst.code, bursts[other].busID == burst.busID,
                !bursts[other].isInjected, links.roots[other] == nil, let since = since(other, index),
                // A lost GPU is reported again at every access: only a reboot can bring it back to be lost anew.
                burst.code != .xid(79) || bursts[other].boot != burst.boot
            else { return false }
            return since > 0 && since <= Self.returnMicroseconds
        }
        return earlier.reduce(burst.code == .xid(79) ? 0 : burst.bursts - 1) { $0 + bursts[$1].bursts }
    }

    /// Boots have their own monotonic clocks: between them only the wall clock compares.
    private func since(_ other: Int, _ index: Int) -> Int64? {
        guard bursts[other].boot != bursts[index].boot else {
            return bursts[index].first.microseconds(since: bursts[other].last)
        }
        guard let from = bursts[other].last.wallMicroseconds, let to = bursts[index].first.wallMicroseconds else {
            return nil
        }
        return to.subtractingReportingOverflow(from).partialValue
    }
}
