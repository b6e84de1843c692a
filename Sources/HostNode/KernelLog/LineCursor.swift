/// A place in a line of bytes; beyond its end everything reads as 0, which no format has.
struct LineCursor {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[min(position, bytes.count)...]) }
    var isAtEnd: Bool { position >= bytes.count }

    func peek(_ offset: Int = 0) -> UInt8 {
        let index = position + offset
        return index >= 0 && index < bytes.count ? bytes[index] : 0
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte, !isAtEnd else { return false }
        position += 1
        return true
    }

    mutating func skip(_ word: StaticString) -> Bool {
        guard starts(with: word) else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    func starts(with word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount where peek(index) != word.utf8Start[index] { return false }
        return true
    }

    mutating func skipBlanks() {
        while Text.isBlank(peek()), !isAtEnd { position += 1 }
    }

    /// A decimal number of at most `digits` digits.
    mutating func number(digits: Int = 19) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while count < digits, Text.isDigit(peek()) {
            value = value * 10 + UInt64(peek() - UInt8(ascii: "0"))
            position += 1
            count += 1
        }
        return count > 0 && !Text.isDigit(peek()) ? value : nil
    }

    /// Exactly `count` digits, whatever follows.
    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for index in 0..<count {
            guard Text.isDigit(peek(index)) else { return nil }
            value = value * 10 + Int(peek(index) - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    /// The microseconds in a fraction of a second whose point or comma was just passed.
    mutating func fraction() -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while Text.isDigit(peek()) {
            if count < 6 { value = value * 10 + UInt64(peek() - UInt8(ascii: "0")) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// A run of ASCII letters.
    mutating func word() -> UnsafeBufferPointer<UInt8> {
        let start = position
        while isLetter(peek()) { position += 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// What `parse` makes of the text from here on; nothing is passed if it makes nothing of it.
    mutating func attempt<Value>(_ parse: (inout LineCursor) -> Value?) -> Value? {
        var trial = self
        guard let value = parse(&trial) else { return nil }
        self = trial
        return value
    }
}
