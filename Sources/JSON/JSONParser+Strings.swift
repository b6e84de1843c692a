extension JSONParser {
    /// The string that starts with the quote here.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlain()
        if byte == UInt8(ascii: "\"") {
            let plain = UnsafeBufferPointer(rebasing: text[start..<position])
            let string = try decode(plain, at: start)
            position += 1
            return string
        }
        return try escapedString(from: start)
    }

    /// Moves to the next quote, backslash or control character, or to the end.
    @inline(__always) private mutating func skipPlain() {
        let rest = UnsafeBufferPointer(rebasing: text[position...])
        position += ByteScan.plainPrefix(of: rest)
    }

    private func decode(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONError) -> String {
        // `decoding:` is several times as fast as `validating:`, and exact where there is nothing to repair.
        if ByteScan.isASCII(bytes) { return String(decoding: bytes, as: UTF8.self) }
        if let string = String(validating: bytes, as: UTF8.self) { return string }
        throw JSONError(.invalidUTF8, at: start + ByteScan.validUTF8Prefix(of: bytes))
    }

    /// The rest of a string that is not plain: from `start` to here it is.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        scratch.removeAll(keepingCapacity: true)
        var plain = start
        while true {
            scratch.append(contentsOf: text[plain..<position])
            guard position < text.count else { throw unexpected() }
            switch text[position] {
            case UInt8(ascii: "\""):
                let string = try decodeScratch(from: start)
                position += 1
                return string
            case UInt8(ascii: "\\"): try escape()
            case let control: throw error(.controlCharacter(control))
            }
            plain = position
            skipPlain()
        }
    }

    private func decodeScratch(from start: Int) throws(JSONError) -> String {
        if let string = String(validating: scratch, as: UTF8.self) { return string }
        // Escapes only ever add whole scalars, so the fault is in the text itself.
        let raw = UnsafeBufferPointer(rebasing: text[start..<position])
        throw JSONError(.invalidUTF8, at: start + ByteScan.validUTF8Prefix(of: raw))
    }

    private mutating func escape() throws(JSONError) {
        let start = position
        position += 1
        let kind = byte
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(kind)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "u"): try unicodeEscape(from: start)
        default: throw start + 1 < text.count ? JSONError(.invalidEscape, at: start) : endOfText
        }
    }

    private var endOfText: JSONError { JSONError(.unexpectedEnd, at: text.count) }

    private mutating func unicodeEscape(from start: Int) throws(JSONError) {
        var code = UInt32(try hexQuad(from: start))
        if UTF16.isLeadSurrogate(UInt16(truncatingIfNeeded: code)) {
            guard position + 1 < text.count, text[position] == UInt8(ascii: "\\"),
                text[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(.loneSurrogate, at: start) }
            position += 2
            let trail = try hexQuad(from: start)
            guard UTF16.isTrailSurrogate(trail) else { throw JSONError(.loneSurrogate, at: start) }
            code = 0x10000 + ((code & 0x3FF) << 10) + (UInt32(trail) & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
        scratch.append(contentsOf: scalar.utf8)
    }

    private mutating func hexQuad(from start: Int) throws(JSONError) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard position < text.count else { throw endOfText }
            guard let digit = Self.hexDigit(text[position]) else { throw JSONError(.invalidEscape, at: start) }
            code = code << 4 | UInt16(digit)
            position += 1
        }
        return code
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
