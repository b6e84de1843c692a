extension JSONWriter {
    /// A string value, escaped as far as RFC 8259 demands: `"`, `\` and what is below 0x20.
    @inlinable public mutating func string(_ text: String) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable { string(utf8: $0) }
        if written == nil { Array(text.utf8).withUnsafeBufferPointer { string(utf8: $0) } }
    }

    /// A string value from UTF-8, which JSON text that is to travel inside a string also is.
    public mutating func string(utf8 text: UnsafeBufferPointer<UInt8>) {
        beginValue()
        if text.count <= Self.shortLength, let base = text.baseAddress, plainString(base, count: text.count) { return }
        // Text that is JSON itself has a quote every few bytes: this much room mostly spares growing twice.
        buffer.reserve(text.count + text.count / 2 + 16)
        buffer.append(UInt8(ascii: "\""))
        if let base = text.baseAddress { escaped(UnsafeRawPointer(base), count: text.count) }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Longer texts have mostly something to escape in them.
    private static let shortLength = 64

    /// Writes a string in which nothing is to be escaped; false, and nothing is written, if there is something.
    private mutating func plainString(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        buffer.reserve(count + 10)
        let (text, start) = (UnsafeRawPointer(text), UnsafeMutableRawPointer(buffer.storage + buffer.count + 1))
        var found: UInt64 = 0
        if count >= 8 {
            // The last word may begin within the one before.
            for position in stride(from: 0, to: count - 8, by: 8) { found |= Self.copyWord(text, start, position) }
            found |= Self.copyWord(text, start, count - 8)
        } else {
            let word = ByteScan.lastBytes(of: text, from: 0, count: count)
            start.storeBytes(of: word.littleEndian, as: UInt64.self)
            found = ByteScan.special(word | (ByteScan.ones &* 0x20) << UInt64(8 * count))
        }
        guard found == 0 else { return false }
        buffer.storage[buffer.count] = UInt8(ascii: "\"")
        buffer.storage[buffer.count + count + 1] = UInt8(ascii: "\"")
        buffer.count += count + 2
        return true
    }

    /// Copies eight bytes; tells whether one of them is special.
    @inline(__always)
    private static func copyWord(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ position: Int) -> UInt64 {
        let word = from.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        to.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
        return ByteScan.special(UInt64(littleEndian: word))
    }

    public mutating func string(utf8 text: [UInt8]) {
        text.withUnsafeBufferPointer { string(utf8: $0) }
    }

    /// Copies eight bytes at a time, of which those up to the first one to escape count.
    private mutating func escaped(_ text: UnsafeRawPointer, count: Int) {
        var position = 0
        while position + 8 <= count {
            // Room for a stretch of which every byte becomes six, so that what is inside need not ask.
            let stretch = min(count, position + 256)
            buffer.reserve(6 * (stretch - position) + 8)
            var end = UnsafeMutableRawPointer(buffer.storage + buffer.count)
            while position < stretch, position + 8 <= count {
                let word = text.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                position += Self.write(UInt64(littleEndian: word), bytes: 8, to: &end)
            }
            buffer.count = UnsafeMutableRawPointer(buffer.storage).distance(to: end)
        }
        buffer.reserve(6 * 7 + 8)
        var end = UnsafeMutableRawPointer(buffer.storage + buffer.count)
        while position < count {
            let word = ByteScan.lastBytes(of: text, from: position, count: count)
            position += Self.write(word, bytes: count - position, to: &end)
        }
        buffer.count = UnsafeMutableRawPointer(buffer.storage).distance(to: end)
    }

    /// Writes the lowest bytes of `word` up to the first one to escape, and that one's escape.
    ///
    /// - Parameter end: where to write, with room for eight bytes more than the escapes need.
    /// - Returns: how many bytes of the word are done.
    @inline(__always)
    private static func write(_ word: UInt64, bytes count: Int, to end: inout UnsafeMutableRawPointer) -> Int {
        end.storeBytes(of: word.littleEndian, as: UInt64.self)
        let found = ByteScan.special(word)
        let plain = found == 0 ? 8 : found.trailingZeroBitCount / 8
        guard plain < count else {
            end += count
            return count
        }
        end += plain
        let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * plain))
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            end.storeBytes(of: (UInt16(byte) << 8 | 0x5C).littleEndian, as: UInt16.self)
            end += 2
        } else {
            end += escape(control: byte, to: end)
        }
        return plain + 1
    }

    /// Writes the escape of a byte below 0x20; returns its length.
    private static func escape(control byte: UInt8, to end: UnsafeMutableRawPointer) -> Int {
        let short: UInt8? =
            switch byte {
            case 0x08: UInt8(ascii: "b")
            case 0x09: UInt8(ascii: "t")
            case 0x0A: UInt8(ascii: "n")
            case 0x0C: UInt8(ascii: "f")
            case 0x0D: UInt8(ascii: "r")
            default: nil
            }
        if let short {
            end.storeBytes(of: (UInt16(short) << 8 | 0x5C).littleEndian, as: UInt16.self)
            return 2
        }
        let digit = byte & 0xF
        let last = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        end.copyMemory(from: byte < 0x10 ? "\\u000" : "\\u001", byteCount: 5)
        end.storeBytes(of: last, toByteOffset: 5, as: UInt8.self)
        return 6
    }
}
