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
            let found = special(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < bytes.count, !isSpecial(bytes[position]) { position += 1 }
        return position
    }

    /// The fewer than eight bytes that are left of a text, the first one lowest; none of its neighbours is touched.
    @inline(__always)
    static func lastBytes(of text: UnsafeRawPointer, from position: Int, count: Int) -> UInt64 {
        let left = count - position
        if count >= 8 {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
            return word >> UInt64(8 * (8 - left))
        }
        if left >= 4 {
            let first = UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            let last = UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
            return first | last << UInt64(8 * (left - 4))
        }
        var word: UInt64 = 0
        for offset in 0..<left {
            word |= UInt64(text.load(fromByteOffset: position + offset, as: UInt8.self)) << UInt64(8 * offset)
        }
        return word
    }

    @inlinable static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// The high bit of the first special byte of the word (its lowest byte), perhaps with others above it; else 0.
    ///
    /// The subtraction's borrow can mark a byte falsely only above a byte that is rightly marked.
    @inlinable static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highs
    }

    static func isSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count, let ours = left.baseAddress, let theirs = right.baseAddress else {
            return left.count == right.count
        }
        let (first, second) = (UnsafeRawPointer(ours), UnsafeRawPointer(theirs))
        var position = 0
        while position + 8 <= left.count {
            let word = first.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            if word != second.loadUnaligned(fromByteOffset: position, as: UInt64.self) { return false }
            position += 8
        }
        guard position < left.count else { return true }
        let rest = lastBytes(of: first, from: position, count: left.count)
        return rest == lastBytes(of: second, from: position, count: left.count)
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
