internal import Snapshots

/// Reads a line from left to right. Each method moves on only when it finds what it names.
struct ByteScanner {
    let view: ByteView
    var at: Int

    init(_ view: ByteView, at: Int = 0) {
        self.view = view
        self.at = at
    }

    var isAtEnd: Bool { at >= view.count }

    /// Reads `word`.
    mutating func skip(_ word: StaticString) -> Bool {
        guard view.has(word, at: at) else { return false }
        at += word.utf8CodeUnitCount
        return true
    }

    /// Moves behind the next `word`, wherever it is.
    mutating func skip(to word: StaticString) -> Bool {
        guard let place = view.find(word, from: at) else { return false }
        at = place + word.utf8CodeUnitCount
        return true
    }

    mutating func skipSpaces() {
        while view[at] == 0x20 || view[at] == 0x09 { at += 1 }
    }

    /// Reads 1 to 10 decimal digits that fit 32 bits and are not followed by another digit.
    mutating func decimal() -> UInt32? {
        var value: UInt64 = 0
        var end = at
        while view[end].isDigit, end - at < 10 {
            value = value * 10 + UInt64(view[end] - 0x30)
            end += 1
        }
        guard end > at, !view[end].isDigit, let number = UInt32(exactly: value) else { return nil }
        at = end
        return number
    }

    /// Reads hexadecimal digits, at least `least` and at most `most` of them.
    mutating func hex(_ least: Int, _ most: Int) -> UInt64? {
        var value: UInt64 = 0
        var end = at
        while end - at < most, let digit = view[end].hexValue {
            value = value << 4 | digit
            end += 1
        }
        guard end - at >= least, view[end].hexValue == nil else { return nil }
        at = end
        return value
    }

    /// Reads `0x` and up to 16 digits; one underscore among them, as in MMU fault addresses, is passed over.
    mutating func hexWord() -> UInt64? {
        let start = at
        guard skip("0x"), let high = hex(1, 16) else {
            at = start
            return nil
        }
        let end = at
        guard skip("_"), let low = hex(8, 8), high >> 32 == 0 else {
            at = end
            return high
        }
        return high << 32 | low
    }

    /// Reads a PCI address: `0000:3b:00.0`, `10000:01:00`, domain of 4 to 8 digits, function optional.
    mutating func busID() -> BusID? {
        var ahead = self
        guard let domain = ahead.hex(4, 8), ahead.skip(":"), let bus = ahead.hex(2, 2), ahead.skip(":"),
            let device = ahead.hex(2, 2), device < 32
        else { return nil }
        var function: UInt8 = 0
        if view[ahead.at] == UInt8(ascii: "."), (0x30...0x37).contains(view[ahead.at + 1]),
            view[ahead.at + 2].hexValue == nil
        {
            function = view[ahead.at + 1] - 0x30
            ahead.at += 2
        }
        at = ahead.at
        return BusID(domain: UInt32(domain), bus: UInt8(bus), device: UInt8(device), function: function)
    }
}

extension ByteView {
    /// The first PCI address with a function and a colon or space behind it, as dev_printk writes `nvidia 0000:18:00.0: `.
    func firstDeviceAddress() -> (id: BusID, start: Int, end: Int)? {
        var colon = find(":")
        while let place = colon {
            var start = place
            while start > 0, place - start < 8, self[start - 1].hexValue != nil { start -= 1 }
            var scanner = ByteScanner(self, at: start)
            if let id = scanner.busID(), self[scanner.at - 2] == UInt8(ascii: "."),
                self[scanner.at] == UInt8(ascii: ":")
            {
                return (id, start, scanner.at)
            }
            colon = find(":", from: place + 1)
        }
        return nil
    }
}
