/// An entry of `journalctl -o export` that is being read: a line for each field, an empty line at its end.
struct JournalExport {
    private var fields: [String: String] = [:]

    /// With these an entry begins, and no line of any other log does.
    private static let beginnings: [StaticString] = ["__CURSOR=", "__REALTIME_TIMESTAMP=", "MESSAGE="]

    /// Nil for a line that begins no entry.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard let first = line.first, first == UInt8(ascii: "_") || first == UInt8(ascii: "M"),
            Self.beginnings.contains(where: { LineCursor(line).starts(with: $0) })
        else { return nil }
        _ = add(line)
    }

    /// - Returns: false for a line that is no field: then this is no entry, whatever it began like.
    mutating func add(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let equals = line.firstIndex(ofByte: UInt8(ascii: "=")), (1...64).contains(equals),
            line[..<equals].allSatisfy(Self.isNameByte)
        else { return false }
        let name = String(decoding: line[..<equals], as: UTF8.self)
        if JournalEntry.names.contains(name), fields[name] == nil {
            fields[name] = LogMessage.text(UnsafeBufferPointer(rebasing: line[(equals + 1)...]))
        }
        return true
    }

    /// Nil where there was no message.
    var entry: JournalEntry? { JournalEntry { fields[$0] } }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        Text.isDigit(byte) || (0x41...0x5a).contains(byte) || byte == UInt8(ascii: "_")
    }
}
