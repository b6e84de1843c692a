internal import Snapshots

/// Whether a log has its oldest lines first, as the kernel writes them: only then their order tells what came after a fault,
/// and ended it. Some are printed the other way round, some are joined from files of which the newer one came first.
struct LogDirection: Sendable {
    /// The last line with a date.
    private var last: LogMoment?
    /// The line with the newest date, since the clock was set last.
    private var newest: LogMoment?
    private var stepsOn = 0
    private var stepsBack = 0
    /// How far the wall clock went back, in all.
    private var backMicroseconds: Int64 = 0
    /// A mark between boots came last, and had no date.
    private var isAtMark = false
    /// An older file began somewhere.
    private var hasOlderPart = false

    /// Lines out of order and clocks that are set go back as well, but not most of the time.
    private static let leastMicroseconds: Int64 = 30_000_000
    /// More than daylight saving time and lines out of order go back.
    private static let fallMicroseconds: Int64 = 7_200_000_000
    /// A boot begins with what the board's own clock says, and goes on with what the network says.
    private static let settlingMicroseconds: UInt64 = 3_600_000_000

    /// Takes the next line.
    mutating func note(_ record: KernelLogRecord) {
        let moment = LogMoment(record)
        guard moment.wallMicroseconds != nil else {
            isAtMark = isAtMark || record.isBootMark
            return
        }
        let (before, isBoot) = (last, isAtMark || record.isBootMark)
        (last, isAtMark) = (moment, false)
        guard let previous = before, let passed = moment.wallMicroseconds(since: previous),
            passed >= -Self.fallMicroseconds || !Self.isOfClock(passed, moment, since: previous)
        else {
            newest = moment
            return
        }
        count(passed)
        if passed < -Self.fallMicroseconds, !isBoot, !Self.isSettling(moment) { hasOlderPart = true }
        if let newest, moment.wallMicroseconds(since: newest) ?? 0 < 0 { return }
        newest = moment
    }

    private mutating func count(_ passed: Int64) {
        if passed > 0 { stepsOn += 1 }
        guard passed < 0 else { return }
        stepsBack += 1
        backMicroseconds = backMicroseconds.subtractingReportingOverflow(passed).partialValue
    }

    private static func isSettling(_ moment: LogMoment) -> Bool {
        moment.monotonicMicroseconds.map { $0 < settlingMicroseconds } ?? false
    }

    /// Whether the clock was set back while the boot went on, or the dates were computed from uptimes, which say more themselves.
    private static func isOfClock(_ passed: Int64, _ moment: LogMoment, since previous: LogMoment) -> Bool {
        guard let uptime = moment.monotonicMicroseconds(since: previous) else { return false }
        return uptime == passed || (uptime > 0 && isSettling(moment))
    }

    /// Then nothing can be told of what came after a fault, and ended it.
    var isNewestFirst: Bool { stepsBack > stepsOn && backMicroseconds > Self.leastMicroseconds }

    /// The same where files were joined in the wrong order: an older one began in the middle of a boot, or stands at the end.
    var isOutOfOrder: Bool {
        guard !hasOlderPart, let newest, let last, let ahead = newest.wallMicroseconds(since: last) else {
            return hasOlderPart
        }
        return ahead > Self.fallMicroseconds
    }

    /// Whether the last line stands in an older file behind a newer one.
    var isInOlderPart: Bool {
        guard hasOlderPart, let newest, let last else { return false }
        return last.wallMicroseconds(since: newest) ?? 0 < 0
    }
}
