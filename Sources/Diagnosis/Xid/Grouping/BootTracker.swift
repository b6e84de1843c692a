internal import Snapshots

/// Tells where in a log another boot begins: what happened before that is history.
///
/// A wrong guess hides faults, so marks and journald's own ids count, and clocks only where they cannot mean anything else: lines
/// come out of order, wall clocks are set, and local time jumps by an hour twice a year.
struct BootTracker: Sendable {
    /// The kernel's own buffer holds one boot only: nothing is guessed.
    var isSingle = false
    /// Counted from 0.
    private(set) var number = 0
    /// The record with the newest monotonic stamp of this boot.
    private var newest: LogMoment?
    private var bootID: String?

    /// Without a wall clock the monotonic one has to fall back by more than this.
    private static let fallMicroseconds: Int64 = 60_000_000
    /// By so much the wall clock has to gain on the monotonic one.
    private static let jumpMicroseconds: Int64 = 120_000_000

    /// Takes the next record.
    ///
    /// - Returns: true when another boot begins with it.
    mutating func note(_ record: KernelLogRecord) -> Bool {
        guard !isSingle, !record.isInjected else { return false }
        let moment = LogMoment(record)
        let isNew = isOtherBoot(record) || (record.isBootMark && !isBackwards(moment)) || hasNewClock(moment)
        if isNew {
            number += 1
            newest = nil
        }
        bootID = record.bootID ?? bootID
        if moment.monotonicMicroseconds ?? 0 >= newest?.monotonicMicroseconds ?? 0 { newest = moment }
        return isNew
    }

    private func isOtherBoot(_ record: KernelLogRecord) -> Bool {
        guard let bootID, let other = record.bootID else { return false }
        return bootID != other
    }

    /// A log that was printed with the newest line first has its marks behind what they begin.
    private func isBackwards(_ mark: LogMoment) -> Bool {
        guard let newest, let passed = mark.wallMicroseconds(since: newest) else { return false }
        return passed < -Self.fallMicroseconds
    }

    private func hasNewClock(_ moment: LogMoment) -> Bool {
        guard let newest, let uptime = moment.monotonicMicroseconds.map(Int64.init(clamping:)),
            let before = newest.monotonicMicroseconds.map(Int64.init(clamping:))
        else { return false }
        // Where it goes on, a wall clock that gains on it tells of a suspended machine as well, or of a clock that was set.
        guard uptime < before else { return false }
        guard let passed = moment.wallMicroseconds(since: newest) else {
            return before - uptime > Self.fallMicroseconds
        }
        // Between the two the new boot has been up all that time.
        return passed >= uptime
            && passed.subtractingReportingOverflow(uptime - before).partialValue > Self.jumpMicroseconds
    }
}
