/// The time stamps that kernel logs carry when they are printed.
extension LineCursor {
    /// `Nov 22 03:14:15`, with a fraction in journalctl's short-precise.
    mutating func syslogDate() -> LogDate? {
        attempt { cursor in
            guard let month = cursor.month() else { return nil }
            cursor.skipBlanks()
            guard let day = cursor.number(digits: 2), cursor.skip(UInt8(ascii: " ")), let time = cursor.timeOfDay()
            else {
                return nil
            }
            return LogDate(month, Int(day), time)
        }
    }

    /// `Sat Nov 22 03:14:15 2026`, as ctime(3) and dmesg -T have it.
    mutating func ctimeDate() -> LogDate? {
        attempt { cursor in
            guard cursor.word().count == 3, cursor.skip(UInt8(ascii: " ")), var date = cursor.syslogDate() else {
                return nil
            }
            guard cursor.skip(UInt8(ascii: " ")), let year = cursor.digits(4) else { return nil }
            date.year = year
            return date
        }
    }

    /// `2026-11-22T03:14:15.123456+01:00` in all its variants: blank for T, comma for point, no zone, `Z`, ` UTC`, ` PST`.
    /// - Returns: the date and the seconds that its zone is ahead of UTC; nil if it names none, or one by letters, which stand
    ///   for several zones of the world.
    mutating func isoDate() -> (date: LogDate, zone: Int?)? {
        attempt { cursor in
            guard let year = cursor.digits(4), cursor.skip(UInt8(ascii: "-")), let month = cursor.digits(2),
                cursor.skip(UInt8(ascii: "-")), let day = cursor.digits(2),
                cursor.skip(UInt8(ascii: "T")) || cursor.skip(UInt8(ascii: " ")), let time = cursor.timeOfDay()
            else { return nil }
            var date = LogDate(month, day, time)
            date.year = year
            let zone = cursor.zone()
            if zone == nil { cursor.skipZoneName() }
            return (date, zone)
        }
    }

    /// `+01:00`, `+0100`, `Z` or ` UTC`.
    private mutating func zone() -> Int? {
        if skip(UInt8(ascii: "Z")) || skip(" UTC") || skip(" GMT") { return 0 }
        return attempt { cursor in
            let isAhead = cursor.peek() == UInt8(ascii: "+")
            guard cursor.skip(UInt8(ascii: "+")) || cursor.skip(UInt8(ascii: "-")), let hours = cursor.digits(2) else {
                return nil
            }
            _ = cursor.skip(UInt8(ascii: ":"))
            let seconds = hours * 3600 + (cursor.digits(2) ?? 0) * 60
            return isAhead ? seconds : -seconds
        }
    }

    /// ` CET`, ` PST`.
    private mutating func skipZoneName() {
        _ = attempt { cursor -> Bool? in
            guard cursor.skip(UInt8(ascii: " ")) else { return nil }
            let name = cursor.word()
            return (3...5).contains(name.count) && name.allSatisfy { (0x41...0x5a).contains($0) }
                && cursor.peek() == UInt8(ascii: " ") ? true : nil
        }
    }

    /// `03:14:15`, with a fraction or without.
    private mutating func timeOfDay() -> LogDate.Time? {
        guard let hour = digits(2), skip(UInt8(ascii: ":")), let minute = digits(2), skip(UInt8(ascii: ":")),
            let second = digits(2)
        else { return nil }
        guard peek() == UInt8(ascii: ".") || peek() == UInt8(ascii: ","), Text.isDigit(peek(1)) else {
            return LogDate.Time(hour: hour, minute: minute, second: second, microsecond: 0)
        }
        position += 1
        return LogDate.Time(hour: hour, minute: minute, second: second, microsecond: Int(fraction() ?? 0))
    }

    /// An English month name in short, as logs of the C locale have it.
    private mutating func month() -> Int? {
        let names: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        guard let index = names.firstIndex(where: { starts(with: $0) }) else { return nil }
        position += 3
        return index + 1
    }

    /// Seconds and microseconds, `12345.678901`, as microseconds; the fraction must be there.
    mutating func secondsWithFraction() -> UInt64? {
        attempt { cursor in
            guard let seconds = cursor.number(digits: 11), cursor.skip(UInt8(ascii: ".")),
                let fraction = cursor.fraction()
            else { return nil }
            return seconds * 1_000_000 + fraction
        }
    }
}

extension LogDate {
    struct Time {
        let hour: Int
        let minute: Int
        let second: Int
        let microsecond: Int
    }

    init(_ month: Int, _ day: Int, _ time: Time) {
        self.init(
            month: month, day: day, hour: time.hour, minute: time.minute, second: time.second,
            microsecond: time.microsecond)
    }
}
