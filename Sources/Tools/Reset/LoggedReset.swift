internal import Diagnosis
internal import Operations
internal import Snapshots

/// When a GPU was last reset as the driver's own lines tell: an Xid 154 takes its wish for a reset back once one is done, by
/// whomever. Drivers before branch 565 have no such line.
struct LoggedReset {
    private let target: ResetTarget
    /// Microseconds since 1970-01-01 UTC.
    private var newest: Int64?

    init(of target: ResetTarget) { self.target = target }

    mutating func take(_ record: KernelLogRecord) {
        for event in KernelEventParser.events(in: record) where event.busID?.slot == target.busID.slot {
            guard !event.isInjected, case .xid(let xid) = event.fault, case .recovery(let from, let to)? = xid.detail,
                from.action == .resetGPU, to == RecoveryLevel.none, let time = event.moment.utcMicroseconds
            else { continue }
            newest = max(newest ?? time, time)
        }
    }

    /// Nil where no line tells of one.
    func secondsAgo(now: Int64) -> Int? {
        newest.map { Int(max(0, now.subtractingReportingOverflow($0).partialValue) / 1_000_000) }
    }
}
