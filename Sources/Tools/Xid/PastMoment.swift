/// The times that people give to say from when on they want to look.
package enum PastMoment {
    /// `90s`, `30m`, `24h`, `7d`, `2w` before `now`, or an RFC 3339 date and time; microseconds since 1970-01-01 UTC.
    /// Nil for anything else.
    package static func microseconds(_ text: String, now: Int64) -> Int64? {
        duration(text).map { max(0, now - $0) } ?? date(text)
    }

    /// As long as it may be: whatever is longer than all time since 1970 means the same.
    private static func duration(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let unit = units[last], let count = digits(text.dropLast(), 1...9), count > 0
        else { return nil }
        let (microseconds, overflow) = count.multipliedReportingOverflow(by: unit * 1_000_000)
        return overflow ? .max : microseconds
    }

    /// A date may stand alone, and a time without a zone is UTC.
    private static func date(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { "Tt ".contains($0) })
        guard (1...2).contains(parts.count) else { return nil }
        let day = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard day.count == 3, let year = digits(day[0], 4...4), let month = digits(day[1], 2...2),
            let dayOfMonth = digits(day[2], 2...2), year >= 1970, (1...12).contains(month),
            (1...31).contains(dayOfMonth)
        else { return nil }
        let midnight = days(year, month, dayOfMonth) * 86_400_000_000
        guard parts.count == 2 else { return midnight }
        return timeOfDay(parts[1]).map { midnight + $0 }
    }

    /// `03:14:15.926+01:00` as microseconds after midnight UTC.
    private static func timeOfDay(_ text: Substring) -> Int64? {
        let zoneStart = text.firstIndex { "Zz+-".contains($0) } ?? text.endIndex
        guard let offset = zone(text[zoneStart...]) else { return nil }
        let seconds = text[..<zoneStart].split(separator: ".", omittingEmptySubsequences: false)
        let clock = seconds[0].split(separator: ":", omittingEmptySubsequences: false).map { digits($0, 2...2) }
        guard (2...3).contains(clock.count), let hour = clock[0], hour < 24, let minute = clock[1], minute < 60,
            let second = clock.count == 3 ? clock[2] : 0, second <= 60, seconds.count <= 2
        else { return nil }
        var fraction: Int64 = 0
        if seconds.count == 2 {
            let six = seconds[1].prefix(6)
            guard let value = digits(six, 1...6) else { return nil }
            fraction = (six.count..<6).reduce(value) { value, _ in value * 10 }
        }
        return ((hour * 60 + minute) * 60 + second - offset) * 1_000_000 + fraction
    }

    /// Seconds ahead of UTC.
    private static func zone(_ text: Substring) -> Int64? {
        guard let sign = text.first, sign != "Z", sign != "z" else { return text.count <= 1 ? 0 : nil }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = digits(parts[0], 2...2), hours < 24, let minutes = digits(parts[1], 2...2),
            minutes < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func digits(_ text: Substring, _ count: ClosedRange<Int>) -> Int64? {
        guard count.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day ends one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
