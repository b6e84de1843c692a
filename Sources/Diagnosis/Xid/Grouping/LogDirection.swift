internal import Snapshots

/// Whether a log has its oldest lines first, as the kernel writes them, or was printed the other way round.
struct LogDirection: Sendable {
    private var last: LogMoment?
    private var stepsOn = 0
    private var stepsBack = 0
    /// How far the wall clock went back, in all.
    private var backMicroseconds: Int64 = 0

    /// Lines out of order and clocks that are set go back as well, but not most of the time.
    private static let leastMicroseconds: Int64 = 30_000_000

    mutating func note(_ moment: LogMoment) {
        guard let passed = last.flatMap({ moment.wallMicroseconds(since: $0) }) else {
            last = moment
            return
        }
        last = moment
        if passed > 0 { stepsOn += 1 }
        guard passed < 0 else { return }
        stepsBack += 1
        backMicroseconds = backMicroseconds.subtractingReportingOverflow(passed).partialValue
    }

    /// Then nothing can be told of what came after a fault, and ended it.
    var isNewestFirst: Bool { stepsBack > stepsOn && backMicroseconds > Self.leastMicroseconds }
}
