internal import Snapshots

/// The head of a /dev/kmsg record: `priority,sequence,microseconds,flags[,more];` (Documentation/ABI/testing/dev-kmsg).
struct KmsgHeader {
    /// 0 to 7.
    let level: UInt8
    /// 0 for the kernel itself.
    let facility: UInt8
    let sequence: UInt64
    let microseconds: UInt64
    /// Where the message begins.
    let length: Int

    /// The time of day, in microseconds since 1970-01-01 UTC.
    /// - Parameter clockOffset: microseconds from boot to the time of day.
    func wall(_ clockOffset: Int64) -> Int64? {
        let (wall, overflow) = Int64(clamping: microseconds).addingReportingOverflow(clockOffset)
        return overflow ? nil : WallClock.plausible(wall)
    }

    /// Nil if the bytes do not begin with such a head. Fields that this reader does not know are passed over, as the
    /// kernel's documentation asks for.
    init?(_ record: UnsafeBufferPointer<UInt8>) {
        guard let first = record.first, Text.isDigit(first) else { return nil }
        var cursor = LineCursor(record)
        let comma = UInt8(ascii: ",")
        guard let priority = cursor.number(digits: 5), cursor.skip(comma), let sequence = cursor.number(),
            cursor.skip(comma),
            let microseconds = cursor.number(), cursor.skip(comma)
        else { return nil }
        while cursor.peek() != UInt8(ascii: ";") {
            guard !cursor.isAtEnd, cursor.position < 256, cursor.peek() >= 0x20 else { return nil }
            cursor.position += 1
        }
        level = UInt8(priority & 7)
        facility = UInt8(clamping: priority >> 3)
        self.sequence = sequence
        self.microseconds = microseconds
        length = cursor.position + 1
    }
}
