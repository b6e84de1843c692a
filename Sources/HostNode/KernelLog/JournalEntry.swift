internal import JSON
internal import Snapshots

/// An entry of a journal as `journalctl -o json` and `-o export` print it. Its fields with an underscore are journald's own word,
/// not that of who wrote the message.
struct JournalEntry {
    let message: String
    /// Nil where nothing tells who wrote it.
    let facility: UInt8?
    let level: UInt8?
    let bootID: String?
    /// Microseconds since boot.
    let monotonic: UInt64?
    /// Microseconds since 1970-01-01 UTC.
    let wall: Int64?

    /// The fields that are looked at.
    static let names: Set<String> = [
        "MESSAGE", "_TRANSPORT", "SYSLOG_FACILITY", "SYSLOG_IDENTIFIER", "PRIORITY", "_BOOT_ID",
        "__MONOTONIC_TIMESTAMP", "__REALTIME_TIMESTAMP",
    ]

    /// Nil where there is no message.
    init?(_ field: (String) -> String?) {
        guard let text = field("MESSAGE") else { return nil }
        func number<Number: FixedWidthInteger>(_ name: String) -> Number? { field(name).flatMap { Number($0) } }
        message = Text.clean(text.utf8, limit: LogMessage.limit)
        facility = Self.facility(field("_TRANSPORT"), number("SYSLOG_FACILITY"), field("SYSLOG_IDENTIFIER"))
        level = number("PRIORITY").flatMap { (0...7).contains($0) ? $0 : nil }
        bootID = field("_BOOT_ID").map { Text.clean($0.utf8, limit: 64) }
        monotonic = number("__MONOTONIC_TIMESTAMP")
        wall = number("__REALTIME_TIMESTAMP").flatMap(WallClock.plausible)
    }

    /// A line of JSON; nil where it is something else.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard line.first == UInt8(ascii: "{"),
            UnsafeRawBufferPointer(line).firstIndex(of: "\"MESSAGE\"") != nil
        else { return nil }
        let fields: JSONValue
        do throws(JSONError) { fields = try JSONParser.parse(line) } catch {
            self.init(message: LogMessage.text(line), facility: Self.facility(damaged: line))
            return
        }
        self.init { Self.text(fields[$0]) }
    }

    /// journalctl writes what is not UTF-8, or has control characters, as an array of bytes.
    private static func text(_ field: JSONValue?) -> String? {
        guard let bytes = field?.arrayValue else { return field?.stringValue }
        return String(decoding: bytes.compactMap { $0.intValue.flatMap { UInt8(exactly: $0) } }, as: UTF8.self)
    }

    private init(message: String, facility: UInt8?) {
        (self.message, self.facility) = (message, facility)
        (level, bootID, monotonic, wall) = (nil, nil, nil, nil)
    }

    /// Only the transport cannot be chosen by programs.
    private static func facility(_ transport: String?, _ facility: UInt8?, _ identifier: String?) -> UInt8? {
        if transport == "kernel" { return facility ?? 0 }
        guard transport == nil else { return facility.flatMap { $0 == 0 ? nil : $0 } ?? LogOrigin.programFacility }
        if let facility { return facility }
        return identifier.map { $0 == "kernel" ? 0 : LogOrigin.programFacility }
    }

    /// Of a line that was cut. Within a message the quotation marks would have a backslash before them; the kernel's own
    /// messages are never so long that this reader cuts them.
    private static func facility(damaged line: UnsafeBufferPointer<UInt8>) -> UInt8? {
        let bytes = UnsafeRawBufferPointer(line)
        if bytes.firstIndex(of: "\"_TRANSPORT\":\"kernel\"") != nil { return 0 }
        let isTold = bytes.firstIndex(of: "\"_TRANSPORT\":\"") != nil
        return isTold || line.count >= LineSplitter.maximumLength ? LogOrigin.programFacility : nil
    }
}
