/// What stands before the message in one line of a log file, whatever program printed it.
///
/// Known are dmesg (plain, -T, -x, -r, --time-format=iso, -H, with caller tags), journalctl (short, short-iso, short-full,
/// short-precise, short-monotonic, short-unix), syslog, Talos, recorded /dev/kmsg records, and the marks that people paste
/// around them. An unknown prefix stays in the message, where it does no harm.
struct LogLine {
    var level: UInt8?
    var facility: UInt8?
    var sequence: UInt64?
    var monotonic: UInt64?
    var wall: Int64?
    /// False for a line that goes on with the one before.
    var hasStamp = false
    private var hasOrigin = false
    /// Where the message begins.
    private(set) var messageStart = 0

    init(_ line: UnsafeBufferPointer<UInt8>, _ calendar: LogCalendar) {
        var cursor = LineCursor(line)
        cursor.skipPastedMarks()
        if let header = KmsgHeader(cursor.rest) {
            set(header)
            messageStart = cursor.position + header.length
            return
        }
        for _ in 0..<8 where takePart(&cursor, calendar) { cursor.skipBlanks() }
        messageStart = cursor.position
    }

    private mutating func set(_ header: KmsgHeader) {
        (level, facility, sequence) = (header.level, header.facility, header.sequence)
        monotonic = header.microseconds
        hasStamp = true
    }

    /// Passes one part of the prefix; false if there is none here.
    private mutating func takePart(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        switch cursor.peek() {
        case UInt8(ascii: "["): takeBracket(&cursor, calendar)
        case UInt8(ascii: "<"): takePriority(&cursor)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): takeDigits(&cursor, calendar) || takeOrigin(&cursor)
        default: takeFacility(&cursor) || takeDate(&cursor, calendar) || takeOrigin(&cursor)
        }
    }

    /// `<4>`, as dmesg -r prints it.
    private mutating func takePriority(_ cursor: inout LineCursor) -> Bool {
        let priority = cursor.attempt { cursor -> UInt64? in
            guard cursor.skip(UInt8(ascii: "<")), let number = cursor.number(digits: 3), cursor.skip(UInt8(ascii: ">"))
            else {
                return nil
            }
            return number
        }
        guard let priority else { return false }
        level = UInt8(priority & 7)
        facility = UInt8(clamping: priority >> 3)
        return true
    }

    /// Anything in brackets that is a time or a caller (`T1946`, `C0`); other brackets belong to the message.
    private mutating func takeBracket(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        var trial = cursor
        guard trial.skip(UInt8(ascii: "[")) else { return false }
        trial.skipBlanks()
        if let time = trial.secondsWithFraction() {
            monotonic = time
        } else if let (date, zone) = trial.isoDate() {
            wall = calendar.moment(date, zone: zone) ?? wall
        } else if let date = trial.ctimeDate() {
            wall = calendar.moment(date) ?? wall
        } else if !Self.skipOtherStamp(&trial) {
            return false
        }
        trial.skipBlanks()
        guard trial.skip(UInt8(ascii: "]")) else { return false }
        _ = trial.skip(UInt8(ascii: ":"))
        cursor = trial
        hasStamp = true
        return true
    }

    /// `+0.000844` (time since the line before), `T1946`, `C0`, `Nov22 03:14`: known, but of no use.
    private static func skipOtherStamp(_ cursor: inout LineCursor) -> Bool {
        if cursor.skip(UInt8(ascii: "+")) {
            cursor.skipBlanks()
            return cursor.secondsWithFraction() != nil
        }
        if cursor.skip(UInt8(ascii: "T")) || cursor.skip(UInt8(ascii: "C")) { return cursor.number(digits: 10) != nil }
        guard cursor.word().count == 3, cursor.number(digits: 2) != nil, cursor.skip(UInt8(ascii: " ")) else {
            return false
        }
        return cursor.digits(2) != nil && cursor.skip(UInt8(ascii: ":")) && cursor.digits(2) != nil
    }

    /// An ISO date, or seconds since 1970 with a fraction.
    private mutating func takeDigits(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        if let (date, zone) = cursor.isoDate() {
            wall = calendar.moment(date, zone: zone) ?? wall
        } else if let unix = cursor.secondsWithFraction(), unix > 100_000_000_000_000 {
            wall = Int64(clamping: unix)
        } else {
            return false
        }
        hasStamp = true
        return true
    }

    /// `Nov 22 03:14:15`, or `Sat` before an ISO date.
    private mutating func takeDate(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        if let date = cursor.syslogDate() {
            wall = calendar.moment(date) ?? wall
        } else {
            let found = cursor.attempt { cursor -> (LogDate, Int?)? in
                guard cursor.word().count == 3, cursor.skip(UInt8(ascii: " ")) else { return nil }
                return cursor.isoDate().map { ($0.date, $0.zone) }
            }
            guard let (date, zone) = found else { return false }
            wall = calendar.moment(date, zone: zone) ?? wall
        }
        hasStamp = true
        return true
    }

    /// `kern  :err   : `, as dmesg -x prints it, and Talos' `kern:  warning: `.
    private mutating func takeFacility(_ cursor: inout LineCursor) -> Bool {
        let found = cursor.attempt { cursor -> (facility: UInt8, level: UInt8)? in
            guard let facility = Self.facilities.firstIndex(where: { cursor.starts(with: $0) }) else { return nil }
            _ = cursor.word()
            cursor.skipBlanks()
            guard cursor.skip(UInt8(ascii: ":")) else { return nil }
            cursor.skipBlanks()
            let name = cursor.word()
            cursor.skipBlanks()
            guard let level = Self.level(name), cursor.skip(UInt8(ascii: ":")) else { return nil }
            return (UInt8(facility), level)
        }
        guard let found else { return false }
        (facility, level) = found
        hasStamp = true
        return true
    }

    private static let facilities: [StaticString] = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
    ]

    private static func level(_ name: UnsafeBufferPointer<UInt8>) -> UInt8? {
        switch String(decoding: name.prefix(10), as: UTF8.self) {
        case "emerg": 0
        case "alert": 1
        case "crit": 2
        case "err", "error": 3
        case "warn", "warning": 4
        case "notice": 5
        case "info": 6
        case "debug": 7
        default: nil
        }
    }

    /// `node-7 kernel: `: what comes before the word `kernel:` is passed, be it a host name or a date in another language.
    /// Before `kern:` only one word is, an address that Talos prints.
    private mutating func takeOrigin(_ cursor: inout LineCursor) -> Bool {
        guard !hasOrigin, !cursor.starts(with: "NVRM:") else { return false }
        let window = UnsafeBufferPointer(rebasing: cursor.rest.prefix(128))
        guard let found = UnsafeRawBufferPointer(window).firstIndex(of: "kern"), !Self.isMessage(window.prefix(found))
        else {
            return false
        }
        hasOrigin = true
        var trial = cursor
        trial.position += found
        if trial.skip("kernel: ") || trial.skip("kernel[0]: ") {
            facility = facility ?? 0
        } else if !trial.starts(with: "kern: ") || window.prefix(max(0, found - 1)).contains(UInt8(ascii: " ")) {
            return false
        }
        guard trial.position > cursor.position else { return false }
        cursor = trial
        hasStamp = true
        return true
    }

    /// A driver's word before `kernel:` means that `kernel:` is part of its message.
    private static func isMessage(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let raw = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes))
        let words: [StaticString] = ["NVRM", "Xid", "nvidia", "AER"]
        return words.contains { raw.firstIndex(of: $0) != nil }
    }
}

extension LineCursor {
    /// Quote marks, bullets, back-ticks and the byte order mark that come with pasted text.
    fileprivate mutating func skipPastedMarks() {
        _ = skip("\u{feff}")
        while true {
            skipBlanks()
            let isBullet = (peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+")) && peek(1) == UInt8(ascii: " ")
            guard
                isBullet
                    || [UInt8(ascii: ">"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "|")].contains(peek())
            else { return }
            position += 1
        }
    }
}
