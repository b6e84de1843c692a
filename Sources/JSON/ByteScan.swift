/// Looks over text eight bytes at a time.
@usableFromInline enum ByteScan {
    @usableFromInline static let ones: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let highs: UInt64 = 0x8080_8080_8080_8080

    /// How many leading bytes are neither `"` nor `\` nor below 0x20, and so stand for themselves in a JSON string.
    @inlinable static func plainPrefix(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let raw = UnsafeRawPointer(base)
        var position = 0
        while position + 8 <= bytes.count {
            let found = special(raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < bytes.count, !isSpecial(bytes[position]) { position += 1 }
        return position
    }

    @inlinable static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The high bit of the first special byte of the word (its lowest address), perhaps with others above it; else 0.
    ///
    /// The subtraction's borrow can mark a byte falsely only above a byte that is rightly marked.
    @inlinable static func special(_ word: UInt64) -> UInt64 {
        let word = UInt64(littleEndian: word)
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highs
    }

    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let raw = UnsafeRawPointer(base)
        var position = 0
        var seen: UInt64 = 0
        while position + 8 <= bytes.count {
            seen |= raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            position += 8
        }
        while position < bytes.count {
            seen |= UInt64(bytes[position])
            position += 1
        }
        return seen & highs == 0
    }

    /// How many leading bytes are whole, valid UTF-8 scalars.
    static func validUTF8Prefix(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var valid = 0
        while case .valid(let scalar) = parser.parseScalar(from: &rest) { valid += scalar.count }
        return valid
    }
}
