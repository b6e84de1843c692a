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

    package init(
        sequence: UInt64, level: UInt8?, facility: UInt8?, monotonicMicroseconds: UInt64?, wallMicroseconds: Int64?,
        message: String
    ) {
        self.sequence = sequence
        self.level = level
        self.facility = facility
        self.monotonicMicroseconds = monotonicMicroseconds
        self.wallMicroseconds = wallMicroseconds
        self.message = message
    }

    /// True when a program, not the kernel, wrote this record: such a line is evidence of nothing.
    package var isInjected: Bool { facility.map { $0 != 0 } ?? false }
}
