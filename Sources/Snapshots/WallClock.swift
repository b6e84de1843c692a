#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day.
package enum WallClock {
    /// Microseconds since 1970-01-01 UTC.
    package static var microseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// RFC 3339 with milliseconds, UTC: `2026-11-22T03:14:15.926Z`; words where the year has not four digits.
    package static func rfc3339(_ microseconds: Int64) -> String {
        let milliseconds = (microseconds >= 0 ? microseconds : microseconds - 999) / 1_000
        let second = (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1_000
        let (day, secondOfDay) = (floorDivide(second, 86_400), second - floorDivide(second, 86_400) * 86_400)
        let (year, month, dayOfMonth) = civil(day)
        guard (0...9_999).contains(year) else { return "beyond RFC 3339" }
        return String(unsafeUninitializedCapacity: 24) { text in
            var length = 0
            func put(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
                var rest = value
                for place in stride(from: length + digits - 1, through: length, by: -1) {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[length + digits] = UInt8(ascii: separator)
                length += digits + 1
            }
            put(year, digits: 4, then: "-")
            put(month, digits: 2, then: "-")
            put(dayOfMonth, digits: 2, then: "T")
            put(secondOfDay / 3_600, digits: 2, then: ":")
            put(secondOfDay / 60 % 60, digits: 2, then: ":")
            put(secondOfDay % 60, digits: 2, then: ".")
            put(milliseconds - second * 1_000, digits: 3, then: "Z")
            return length
        }
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }

    /// Days since 1970-01-01 to a date of the Gregorian calendar, counted in 400-year cycles that begin on 1 March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let cycle = floorDivide(shifted, 146_097)
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
