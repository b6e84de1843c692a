internal import Snapshots

/// How the dates of a log file are to be understood.
package struct LogCalendar: Sendable, Hashable {
    /// Microseconds since 1970-01-01 UTC: dates without a year are the last such before this moment, and a day.
    package var now: Int64
    /// Seconds that local time was ahead of UTC where the log was written, for stamps that name no zone (dmesg -T, syslog); nil
    /// where nobody knows, then they are taken for UTC and marked.
    package var secondsFromUTC: Int?

    /// When the log's boot was, in microseconds since 1970-01-01 UTC: gives a time to lines that only count from it.
    package var bootTime: Int64?

    package init(now: Int64, secondsFromUTC: Int? = nil, bootTime: Int64? = nil) {
        self.now = now
        self.secondsFromUTC = secondsFromUTC
        self.bootTime = bootTime
    }

    /// Whether stamps without a zone have one all the same.
    var isZoneKnown: Bool { secondsFromUTC != nil }

    /// Microseconds since 1970-01-01 UTC; nil if there is no such date.
    /// - Parameter zone: seconds ahead of UTC; nil for the node's local time.
    func moment(_ date: LogDate, zone: Int? = nil) -> Int64? {
        guard let year = date.year else { return momentInLastYear(date, zone: zone) }
        guard (1970...9999).contains(year), (1...12).contains(date.month), (1...31).contains(date.day),
            (0...24).contains(date.hour), (0...59).contains(date.minute), (0...60).contains(date.second)
        else { return nil }
        let days = Self.days(year, date.month, date.day)
        let seconds = days * 86_400 + date.hour * 3600 + date.minute * 60 + date.second - (zone ?? secondsFromUTC ?? 0)
        return WallClock.plausible(Int64(seconds) * 1_000_000 + Int64(date.microsecond))
    }

    private func momentInLastYear(_ date: LogDate, zone: Int?) -> Int64? {
        var date = date
        let thisYear = Self.year(ofDay: Int(now / 86_400_000_000))
        for year in [thisYear + 1, thisYear, thisYear - 1] {
            date.year = year
            if let moment = moment(date, zone: zone), moment <= now + 86_400_000_000 { return moment }
        }
        return nil
    }

    /// Days from 1970-01-01 in the Gregorian calendar; months are counted from March, so that a leap day ends a year.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func year(ofDay day: Int) -> Int {
        var year = 1970 + day / 366
        while days(year + 1, 1, 1) <= day { year += 1 }
        return year
    }
}

/// A date as a log writes it.
struct LogDate: Hashable {
    var year: Int?
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int = 0
}
