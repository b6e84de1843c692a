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

    /// A time from outside, if it is one that can be meant: of the years 1970 to 9999.
    package static func plausible(_ microseconds: Int64) -> Int64? {
        (0..<253_402_300_800_000_000).contains(microseconds) ? microseconds : nil
    }

    /// RFC 3339 with milliseconds, UTC: `2026-11-22T03:14:15.926Z`. A year that has not four digits, which RFC 3339 cannot
    /// write, gets a sign and six digits as ECMAScript writes it: whoever cuts the text at its end cuts at the same places.
    package static func rfc3339(_ microseconds: Int64) -> String {
        let (second, microsecond) = floorDivide(microseconds, 1_000_000)
        let (day, secondOfDay) = floorDivide(second, 86_400)
        let (year, month, dayOfMonth) = civil(day)
        let isOrdinary = (0...9_999).contains(year)
        return String(unsafeUninitializedCapacity: 27) { text in
            var length = 0
            if !isOrdinary {
                text[0] = year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
                length = 1
            }
            func put(_ value: Int64, digits: Int, then separator: Unicode.Scalar) {
                var rest = value
                for place in stride(from: length + digits - 1, through: length, by: -1) {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[length + digits] = UInt8(ascii: separator)
                length += digits + 1
            }
            put(abs(year), digits: isOrdinary ? 4 : 6, then: "-")
            put(month, digits: 2, then: "-")
            put(dayOfMonth, digits: 2, then: "T")
            put(secondOfDay / 3_600, digits: 2, then: ":")
            put(secondOfDay / 60 % 60, digits: 2, then: ":")
            put(secondOfDay % 60, digits: 2, then: ".")
            put(microsecond / 1_000, digits: 3, then: "Z")
            return length
        }
    }

    /// Rounded down, with a rest that is never negative; no value is too large or too small for it.
    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    /// Days since 1970-01-01 to a date of the Gregorian calendar, counted in 400-year cycles that begin on 1 March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (cycle, dayOfCycle) = floorDivide(days + 719_468, 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
