/// One record of the kernel's ring buffer, or one line of a file that was copied from it.
package struct KernelLogRecord: Sendable, Hashable {
    /// The record's number in this boot's ring buffer (`/dev/kmsg`), or the line number of a plain file.
    package var sequence: UInt64
    /// Syslog severity, 0 (emergency) to 7 (debug); nil where the source does not tell.
    package var level: UInt8?
    /// Syslog facility; 0 is the kernel itself, anything else was written by a program (priority >= 8 in /dev/kmsg). Nil: unknown.
    package var facility: UInt8?
    /// Microseconds since boot (CLOCK_MONOTONIC as printk has it); nil where the source has only wall-clock time.
    package var monotonicMicroseconds: UInt64?
    /// Microseconds since 1970-01-01 UTC, computed or read; nil where it cannot be known.
    package var wallMicroseconds: Int64?
    /// The text, control characters removed, capped in length; continuation lines (dictionary) left out.
    package var message: String
    /// True where `wallMicroseconds` is local time that was taken for UTC, because nothing names its zone.
    package var isZoneUnknown: Bool
    /// The boot that it is of, where the source says so for each record (a journal's JSON).
    package var bootID: String?

    package init(
        sequence: UInt64, level: UInt8?, facility: UInt8?, monotonicMicroseconds: UInt64?, wallMicroseconds: Int64?,
        message: String, isZoneUnknown: Bool = false, bootID: String? = nil
    ) {
        self.sequence = sequence
        self.level = level
        self.facility = facility
        self.monotonicMicroseconds = monotonicMicroseconds
        self.wallMicroseconds = wallMicroseconds
        self.message = message
        self.isZoneUnknown = isZoneUnknown
        self.bootID = bootID
    }

    /// True for what stands between two boots in a log that holds several: the mark of a journal, the kernel's first line.
    package var isBootMark: Bool {
        !isInjected
            && (message.hasPrefix("Linux version ") || message.hasPrefix("-- Boot ")
                || message.hasPrefix("-- Reboot --"))
    }

    /// True when a program, not the kernel, wrote this record: such a line is evidence of nothing.
    package var isInjected: Bool { facility.map { $0 != 0 } ?? false }
}
