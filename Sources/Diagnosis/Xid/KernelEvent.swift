package import Snapshots

/// One thing that a line of the kernel log says about a GPU, a switch or their PCIe path.
package struct KernelEvent: Sendable, Hashable {
    package var fault: KernelFault
    /// The GPU, the NVSwitch or the PCIe device; nil where the line names none or masks it.
    package var busID: BusID?
    package var moment: LogMoment
    /// True when a program wrote the line, not the kernel: shown, but evidence of nothing.
    package var isInjected: Bool
    /// True for what a port says of a device below it, which tells of the same error itself.
    package var isAnnouncement = false
    /// The line as logged, from the kernel's word on, capped at `KernelEventParser.lineLimit` bytes.
    package var line: String
}

/// What a line says.
package enum KernelFault: Sendable, Hashable {
    case xid(XidFault)
    case sxid(SXidFault)
    /// NVRM and other driver lines without an Xid number.
    case driver(DriverFault)
    case pcie(PCIeFault)
    case identity(GPUIdentityLine)
}

/// When something was logged, on the clocks that the log has.
package struct LogMoment: Sendable, Hashable {
    /// The record's number; the true order of lines.
    package var sequence: UInt64
    /// Microseconds since boot, without the time spent in suspend.
    package var monotonicMicroseconds: UInt64?
    /// Microseconds since 1970-01-01 UTC.
    package var wallMicroseconds: Int64?
    /// True where `wallMicroseconds` is local time of an unknown zone, taken for UTC.
    package var isZoneUnknown: Bool
    /// True in the part of an older file that was put behind a newer one: there only the dates tell the order.
    var isMisplaced = false

    /// How far local time can be from UTC, in microseconds.
    package static let zoneMicroseconds: Int64 = 14 * 3_600_000_000

    package init(
        sequence: UInt64, monotonicMicroseconds: UInt64? = nil, wallMicroseconds: Int64? = nil,
        isZoneUnknown: Bool = false
    ) {
        self.sequence = sequence
        self.monotonicMicroseconds = monotonicMicroseconds
        self.wallMicroseconds = wallMicroseconds
        self.isZoneUnknown = isZoneUnknown
    }

    init(_ record: KernelLogRecord) {
        self.init(
            sequence: record.sequence, monotonicMicroseconds: record.monotonicMicroseconds,
            wallMicroseconds: record.wallMicroseconds, isZoneUnknown: record.isZoneUnknown)
    }

    /// Microseconds since 1970-01-01 UTC, where the zone is known.
    package var utcMicroseconds: Int64? { isZoneUnknown ? nil : wallMicroseconds }

    /// Whether it came later than another moment, or with it: by the order of lines, unless that is wrong.
    func follows(_ other: LogMoment) -> Bool {
        if isMisplaced || other.isMisplaced, let passed = wallMicroseconds(since: other) { return passed >= 0 }
        return sequence >= other.sequence
    }

    /// Whether it is the newer of two of one kind, this one read later: as a rule it is.
    func replaces(_ other: LogMoment) -> Bool { !isMisplaced || follows(other) }

    /// The latest that it can have been, in microseconds since 1970-01-01 UTC.
    package var latestMicroseconds: Int64? {
        wallMicroseconds.map { isZoneUnknown ? $0.addingReportingOverflow(Self.zoneMicroseconds).partialValue : $0 }
    }

    /// RFC 3339, without its zone where nobody knows it: `2026-11-22T03:14:15.926`.
    package var wallText: String? {
        wallMicroseconds.map { isZoneUnknown ? String(WallClock.rfc3339($0).dropLast()) : WallClock.rfc3339($0) }
    }

    /// Microseconds from `earlier` to this moment: by the monotonic clock where both have it, else by the wall clock, else nil.
    package func microseconds(since earlier: LogMoment) -> Int64? {
        monotonicMicroseconds(since: earlier) ?? wallMicroseconds(since: earlier)
    }

    /// The same by the monotonic clock, where both have it.
    func monotonicMicroseconds(since earlier: LogMoment) -> Int64? {
        guard let from = earlier.monotonicMicroseconds, let to = monotonicMicroseconds else { return nil }
        return Int64(clamping: to).subtractingReportingOverflow(Int64(clamping: from)).partialValue
    }

    /// The same by the wall clock, where both are meant in the same zone.
    func wallMicroseconds(since earlier: LogMoment) -> Int64? {
        guard isZoneUnknown == earlier.isZoneUnknown, let from = earlier.wallMicroseconds, let to = wallMicroseconds
        else { return nil }
        let (difference, overflow) = to.subtractingReportingOverflow(from)
        return overflow ? nil : difference
    }
}
