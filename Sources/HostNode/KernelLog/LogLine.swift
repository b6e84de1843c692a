/// What stands before the message in one line of a log file, whatever program printed it.
///
/// Known are dmesg (plain, -T, -x, -r, --time-format=iso, -H, with caller tags), journalctl (short, short-iso, short-full,
/// short-precise, short-monotonic, short-unix, json), syslog (RFC 3164 and 5424), Talos, what containers printed (CRI, Docker),
/// recorded /dev/kmsg records, and the marks that people paste around them. An unknown prefix stays in the message, where it
/// does no harm.
struct LogLine {
    var level: UInt8?
    var facility: UInt8?
    var sequence: UInt64?
    var monotonic: UInt64?
    var wall: Int64?
    /// True where the line does not say in which time zone `wall` is meant.
    var isZoneUnknown = false
    var bootID: String?
    /// False for a line that goes on with the one before.
    var hasStamp = false
    private var hasOrigin = false
    /// A date without brackets came first.
    private var isDated = false
    /// A time came in a form that only a kernel's log is printed in.
    private var hasKernelStamp = false
    /// Whether it is a line of the kernel, as far as it shows. Dates alone stand before the lines of any program.
    var isOfKernel: Bool { facility == 0 || hasKernelStamp && facility == nil }
    /// Where the message begins.
    private(set) var messageStart = 0
    /// The message where it is not the rest of the line.
    private var extracted: String?

    /// More parts than any program puts before a message.
    private static let partLimit = 8

    init(_ line: UnsafeBufferPointer<UInt8>, _ calendar: LogCalendar) {
        var cursor = LineCursor(line)
        cursor.skipPastedMarks()
        if let entry = JournalEntry(cursor.rest) {
            set(entry)
            return
        }
        if let printed = ContainerLine(cursor.rest) {
            set(printed, calendar)
            return
        }
        if let header = KmsgHeader(cursor.rest) {
            set(header)
            messageStart = cursor.position + header.length
            return
        }
        var count = 0
        while count < Self.partLimit, takePart(&cursor, calendar) {
            cursor.skipBlanks()
            // RFC 5424 puts it before a message, behind which other parts can follow.
            cursor.skipByteOrderMark()
            count += 1
        }
        messageStart = cursor.position
    }

    init(_ entry: JournalEntry) { set(entry) }

    private mutating func set(_ header: KmsgHeader) {
        (level, facility, sequence) = (header.level, header.facility, header.sequence)
        monotonic = header.microseconds
        (hasStamp, hasKernelStamp) = (true, true)
    }

    private mutating func set(_ entry: JournalEntry) {
        (level, facility, bootID) = (entry.level, entry.facility, entry.bootID)
        (monotonic, wall) = (entry.monotonic, entry.wall)
        extracted = entry.message
        hasStamp = true
    }

    /// What a container printed is a line like any other, only that its time may be missing.
    private mutating func set(_ printed: ContainerLine, _ calendar: LogCalendar) {
        var text = printed.text
        self = text.withUTF8 { bytes -> LogLine in
            var line = LogLine(bytes, calendar)
            line.extracted = line.message(in: bytes)
            return line
        }
        if wall == nil { setWall(printed.wall, isZoneKnown: true) }
        hasStamp = true
    }

    /// The message of this line.
    func message(in line: UnsafeBufferPointer<UInt8>) -> String {
        extracted ?? LogMessage.text(UnsafeBufferPointer(rebasing: line[messageStart...]))
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
        takeNewSyslog(&cursor)
        return true
    }

    /// `1 2026-11-22T03:14:15Z node-7 kernel - - - `, what RFC 5424 puts behind the priority.
    private mutating func takeNewSyslog(_ cursor: inout LineCursor) {
        let found = cursor.attempt { cursor -> (date: LogDate, zone: Int?, isKernel: Bool)? in
            guard cursor.skip("1 "), let (date, zone) = cursor.isoDate(), cursor.skip(UInt8(ascii: " ")) else {
                return nil
            }
            cursor.nextWord()
            let isKernel = cursor.starts(with: "kernel ")
            for _ in 0..<3 { cursor.nextWord() }
            cursor.skipStructuredData()
            return (date, zone, isKernel)
        }
        guard let (date, zone, isKernel) = found else { return }
        hasOrigin = true
        hasStamp = true
        if !isKernel, facility == 0 { facility = LogOrigin.programFacility }
        setWall(LogCalendar(now: 0).moment(date, zone: zone), isZoneKnown: zone != nil)
    }

    private mutating func setWall(_ moment: Int64?, isZoneKnown: Bool) {
        guard let moment else { return }
        (wall, isZoneUnknown) = (moment, !isZoneKnown)
    }

    /// Anything in brackets that is a time or a caller (`T1946`, `C0`); other brackets belong to the message.
    private mutating func takeBracket(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        var trial = cursor
        guard trial.skip(UInt8(ascii: "[")) else { return false }
        trial.skipBlanks()
        var isISO = false
        if let time = trial.secondsWithFraction() {
            monotonic = time
            Self.skipDelta(&trial)
        } else if let (date, zone) = trial.isoDate() {
            isISO = true
            setWall(calendar.moment(date, zone: zone), isZoneKnown: zone != nil || calendar.isZoneKnown)
        } else if let date = trial.ctimeDate() {
            setWall(calendar.moment(date), isZoneKnown: calendar.isZoneKnown)
        } else if !Self.skipOtherStamp(&trial) {
            return false
        }
        trial.skipBlanks()
        guard trial.skip(UInt8(ascii: "]")) else { return false }
        _ = trial.skip(UInt8(ascii: ":"))
        cursor = trial
        (hasStamp, hasKernelStamp) = (true, hasKernelStamp || !isISO)
        return true
    }

    /// ` <    0.000012>`, the time since the line before, as dmesg -d prints it beside the stamp.
    private static func skipDelta(_ cursor: inout LineCursor) {
        _ = cursor.attempt { cursor -> UInt64? in
            cursor.skipBlanks()
            guard cursor.skip(UInt8(ascii: "<")) else { return nil }
            cursor.skipBlanks()
            let delta = cursor.secondsWithFraction()
            return cursor.skip(UInt8(ascii: ">")) ? delta : nil
        }
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
        let start = cursor.position
        var hasZone = false
        if let (date, zone) = cursor.isoDate() {
            hasZone = zone != nil
            setWall(calendar.moment(date, zone: zone), isZoneKnown: zone != nil || calendar.isZoneKnown)
        } else if let unix = cursor.secondsWithFraction(), unix > 100_000_000_000_000 {
            setWall(Int64(clamping: unix), isZoneKnown: true)
        } else {
            return false
        }
        hasStamp = true
        // Only dmesg writes a comma for the point and a zone; no name of a writer follows there.
        let hasComma = cursor.bytes[start..<cursor.position].contains(UInt8(ascii: ","))
        hasKernelStamp = hasKernelStamp || hasComma && hasZone
        isDated = !hasComma && !cursor.skipStream()
        return true
    }

    /// `Nov 22 03:14:15`, or `Sat` before an ISO date.
    private mutating func takeDate(_ cursor: inout LineCursor, _ calendar: LogCalendar) -> Bool {
        if let date = cursor.syslogDate() {
            setWall(calendar.moment(date), isZoneKnown: calendar.isZoneKnown)
        } else {
            let found = cursor.attempt { cursor -> (LogDate, Int?)? in
                guard cursor.word().count == 3, cursor.skip(UInt8(ascii: " ")) else { return nil }
                return cursor.isoDate().map { ($0.date, $0.zone) }
            }
            guard let (date, zone) = found else { return false }
            setWall(calendar.moment(date, zone: zone), isZoneKnown: zone != nil || calendar.isZoneKnown)
        }
        (hasStamp, isDated) = (true, true)
        return true
    }

    /// `kern  :err   : `, as dmesg -x prints it, and Talos' `kern:  warning: `.
    private mutating func takeFacility(_ cursor: inout LineCursor) -> Bool {
        guard let found = LogFacility.take(&cursor) else { return false }
        (facility, level) = found
        hasStamp = true
        return true
    }

    /// `node-7 kernel: `: the word before the message says who wrote it, be there a host name or a date in another language.
    private mutating func takeOrigin(_ cursor: inout LineCursor) -> Bool {
        guard !hasOrigin, let origin = LogOrigin(cursor.rest, isDated: isDated, hasStamp: hasStamp) else {
            return false
        }
        hasOrigin = true
        switch origin.writer {
        case .kernel: facility = facility ?? 0
        case .program: if facility ?? 0 == 0 { facility = LogOrigin.programFacility }
        case .unknown: break
        }
        guard origin.length > 0 else { return false }
        cursor.position += origin.length
        hasStamp = true
        return true
    }
}
