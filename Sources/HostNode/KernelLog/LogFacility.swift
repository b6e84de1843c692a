/// The names that dmesg -x and Talos print before a message: `kern  :err   : `, `kern:  warning: `.
enum LogFacility {
    /// With their numbers, of all that syslog(3) knows; a name that begins another one stands behind it.
    private static let facilities: [(name: StaticString, number: UInt8)] = [
        ("kern", 0), ("user", 1), ("mail", 2), ("daemon", 3), ("authpriv", 10), ("auth", 4), ("syslog", 5), ("lpr", 6),
        ("news", 7), ("uucp", 8), ("cron", 9), ("ftp", 11), ("ntp", 12), ("audit", 13), ("alert", 14), ("clock", 15),
        ("local0", 16), ("local1", 17), ("local2", 18), ("local3", 19), ("local4", 20), ("local5", 21), ("local6", 22),
        ("local7", 23),
    ]

    /// Passes facility and level; nil if there are none here.
    static func take(_ cursor: inout LineCursor) -> (facility: UInt8, level: UInt8)? {
        cursor.attempt { cursor -> (facility: UInt8, level: UInt8)? in
            guard let facility = facilities.first(where: { cursor.starts(with: $0.name) }) else { return nil }
            cursor.position += facility.name.utf8CodeUnitCount
            cursor.skipBlanks()
            guard cursor.skip(UInt8(ascii: ":")) else { return nil }
            cursor.skipBlanks()
            let name = cursor.word()
            cursor.skipBlanks()
            guard let level = level(name), cursor.skip(UInt8(ascii: ":")) else { return nil }
            return (facility.number, level)
        }
    }

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
}
