extension JSONWriter {
    @inlinable public mutating func int(_ value: some FixedWidthInteger) {
        beginValue()
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        digits(UInt64(value.magnitude))
    }

    @usableFromInline mutating func digits(_ value: UInt64) {
        var rest = value
        var length = 1
        var bound: UInt64 = 10
        while length < 20, value >= bound {
            length += 1
            bound = length < 20 ? bound &* 10 : .max
        }
        buffer.reserve(length)
        var end = buffer.storage + (buffer.count + length)
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            end -= 1
            end.pointee = UInt8(ascii: "0") + UInt8(digit)
            rest = quotient
        } while rest > 0
        buffer.count += length
    }

    /// A number in the shortest form that reads back as the same `Double`; whole ones keep their fraction (`65.0`), so
    /// that they read back as doubles.
    ///
    /// - Returns: false, and nothing is written, for NaN and infinity.
    @discardableResult
    public mutating func double(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        beginValue()
        var text = value.description
        text.withUTF8 { buffer.append($0) }
        return true
    }

    /// A number rounded to so many decimals (0 to 9), without trailing zeros: `65.5`, `65`.
    ///
    /// - Returns: false, and nothing is written, for NaN and infinity.
    @discardableResult
    public mutating func double(_ value: Double, decimals: Int) -> Bool {
        guard value.isFinite else { return false }
        var scale: UInt64 = 1
        for _ in 0..<min(max(decimals, 0), 9) { scale *= 10 }
        // Half a unit up and cut off, since rounded() would need the C maths library.
        let scaled = value.magnitude * Double(scale) + 0.5
        guard scaled < 1e15 else { return double(value) }
        beginValue()
        fixed(UInt64(scaled), scale: scale, negative: value < 0)
        return true
    }

    private mutating func fixed(_ scaled: UInt64, scale: UInt64, negative: Bool) {
        if negative, scaled > 0 { buffer.append(UInt8(ascii: "-")) }
        digits(scaled / scale)
        var fraction = scaled % scale
        guard fraction > 0 else { return }
        buffer.append(UInt8(ascii: "."))
        var place = scale / 10
        while fraction > 0 {
            buffer.append(UInt8(ascii: "0") + UInt8(fraction / place))
            fraction %= place
            place = max(place / 10, 1)
        }
    }
}
