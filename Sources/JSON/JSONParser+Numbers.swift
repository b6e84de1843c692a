extension JSONParser {
    /// A number's literal may be this long; no finite `Double` needs more than 800 digits to be told from the next.
    private var longestNumber: Int { 1_024 }

    /// The number that starts with the minus sign or digit here.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let negative = byte == UInt8(ascii: "-")
        if negative { position += 1 }
        let whole = try digits(from: start)
        if whole.count > 1, text[whole.start] == UInt8(ascii: "0") { throw JSONError(.leadingZero, at: whole.start) }
        let isInteger = byte != UInt8(ascii: ".") && byte | 0x20 != UInt8(ascii: "e")
        if isInteger { return try integer(whole, negative: negative, from: start) }
        return .double(try fraction(whole, negative: negative, from: start))
    }

    private struct Digits {
        let start: Int
        let count: Int
        /// Their value, if it fits.
        let value: UInt64?
    }

    private mutating func digits(from numberStart: Int) throws(JSONError) -> Digits {
        let start = position
        var value: UInt64 = 0
        var overflow = false
        while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit <= 9 {
            let (tenfold, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
            value = sum
            overflow = overflow || over || carry
            position += 1
        }
        guard position > start else {
            throw position < text.count ? JSONError(.invalidNumber, at: numberStart) : unexpected()
        }
        return Digits(start: start, count: position - start, value: overflow ? nil : value)
    }

    private func integer(_ digits: Digits, negative: Bool, from start: Int) throws(JSONError) -> JSONValue {
        // Beyond 64 bits a number is what it would be if it were written with an exponent.
        guard let value = digits.value else { return .double(try slowDouble(from: start)) }
        guard negative else { return JSONValue(value) }
        guard value <= UInt64(Int64.max) + 1 else { return .double(try slowDouble(from: start)) }
        return .int(Int64(truncatingIfNeeded: 0 &- value))
    }

    private mutating func fraction(_ whole: Digits, negative: Bool, from start: Int) throws(JSONError) -> Double {
        var simple = whole.value
        var places = 0
        if byte == UInt8(ascii: ".") {
            position += 1
            let fraction = try digits(from: start)
            places = fraction.count
            simple = Self.join(simple, fraction.value, places)
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            simple = nil
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            _ = try digits(from: start)
        }
        if let simple, simple <= 1 << 53, places <= Self.exactPowers.count - 1 {
            // Both are exact as Double, so that one division rounds correctly.
            let value = Double(simple) / Self.exactPowers[places]
            return negative ? -value : value
        }
        return try slowDouble(from: start)
    }

    private static let exactPowers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private static func join(_ whole: UInt64?, _ fraction: UInt64?, _ places: Int) -> UInt64? {
        guard let whole, let fraction, places < exactPowers.count else { return nil }
        let (shifted, over) = whole.multipliedReportingOverflow(by: UInt64(exactPowers[places]))
        let (sum, carry) = shifted.addingReportingOverflow(fraction)
        return over || carry ? nil : sum
    }

    private func slowDouble(from start: Int) throws(JSONError) -> Double {
        guard position - start <= longestNumber else { throw JSONError(.numberOutOfRange, at: start) }
        let literal = String(decoding: text[start..<position], as: UTF8.self)
        guard let value = Double(literal), value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        return value
    }
}
