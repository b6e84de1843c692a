extension JSONWriter {
    /// A string value, escaped as far as RFC 8259 demands: `"`, `\` and what is below 0x20.
    @inlinable public mutating func string(_ text: String) {
        let written: Void? = text.utf8.withContiguousStorageIfAvailable { string(utf8: $0) }
        if written == nil { Array(text.utf8).withUnsafeBufferPointer { string(utf8: $0) } }
    }

    /// A string value from UTF-8, which JSON text that is to travel inside a string also is.
    public mutating func string(utf8 text: UnsafeBufferPointer<UInt8>) {
        beginValue()
        // Text that is JSON itself has a quote every few bytes: this much room mostly spares growing twice.
        buffer.reserve(text.count + text.count / 2 + 16)
        buffer.append(UInt8(ascii: "\""))
        if let base = text.baseAddress { escaped(UnsafeRawPointer(base), count: text.count) }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Copies eight bytes at a time, of which those up to the first one to escape count.
    private mutating func escaped(_ text: UnsafeRawPointer, count: Int) {
        var position = 0
        while position + 8 <= count {
            let word = text.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            buffer.reserve(16)
            UnsafeMutableRawPointer(buffer.storage + buffer.count).storeBytes(of: word, as: UInt64.self)
            let found = ByteScan.special(word)
            let plain = found == 0 ? 8 : found.trailingZeroBitCount / 8
            buffer.count += plain
            position += plain
            guard found != 0 else { continue }
            escape(text.load(fromByteOffset: position, as: UInt8.self))
            position += 1
        }
        while position < count {
            let byte = text.load(fromByteOffset: position, as: UInt8.self)
            if ByteScan.isSpecial(byte) { escape(byte) } else { buffer.append(byte) }
            position += 1
        }
    }

    public mutating func string(utf8 text: [UInt8]) {
        text.withUnsafeBufferPointer { string(utf8: $0) }
    }

    private mutating func escape(_ byte: UInt8) {
        buffer.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer.append(byte)
        case 0x08: buffer.append(UInt8(ascii: "b"))
        case 0x09: buffer.append(UInt8(ascii: "t"))
        case 0x0A: buffer.append(UInt8(ascii: "n"))
        case 0x0C: buffer.append(UInt8(ascii: "f"))
        case 0x0D: buffer.append(UInt8(ascii: "r"))
        default:
            buffer.append(byte < 0x10 ? "u000" : "u001")
            let digit = byte & 0xF
            buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
