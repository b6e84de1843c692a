/// What stands between the parts of a line's prefix.
extension LineCursor {
    /// Passes a word and the blanks behind it.
    mutating func nextWord() {
        while !Text.isBlank(peek()), !isAtEnd { position += 1 }
        skipBlanks()
    }

    /// ` stderr F `, as the kubelet's container logs have it behind the time; then comes what the container printed.
    mutating func skipStream() -> Bool {
        attempt { cursor -> Bool? in
            guard cursor.skip(" stdout ") || cursor.skip(" stderr ") else { return nil }
            return cursor.skip("F ") || cursor.skip("P ") ? true : nil
        } ?? false
    }

    /// Structured data of RFC 5424: `- ` for none, or `[id name="value"][other]`, with a backslash before what a value quotes.
    mutating func skipStructuredData() {
        if skip("- ") { return }
        _ = attempt { cursor -> Bool? in
            while cursor.skip(UInt8(ascii: "[")) {
                // A time stamp, which begins with no letter, is none.
                guard !cursor.word().isEmpty, cursor.skipElement() else { return nil }
            }
            return cursor.skip(UInt8(ascii: " ")) ? true : nil
        }
    }

    /// Goes behind the bracket that closes an element; false where none does.
    private mutating func skipElement() -> Bool {
        var isQuoted = false
        while !isAtEnd {
            let byte = peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted: return true
            default: break
            }
        }
        return false
    }

    mutating func skipByteOrderMark() { _ = skip("\u{feff}") }

    /// Quote marks, bullets, back-ticks and the byte order mark that come with pasted text.
    mutating func skipPastedMarks() {
        skipByteOrderMark()
        while true {
            skipBlanks()
            let isBullet = (peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+")) && peek(1) == UInt8(ascii: " ")
            guard isBullet || Self.isMark(peek()) else { return }
            position += 1
        }
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ">") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "|")
    }
}
