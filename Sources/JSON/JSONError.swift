/// Why a text is not JSON that we accept, and where.
public struct JSONError: Error, Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        /// Bytes that are not UTF-8, among them overlong forms and encoded surrogates.
        case invalidUTF8
        /// A `\u` escape that is half of a surrogate pair.
        case loneSurrogate
        case invalidEscape
        /// A byte below 0x20 inside a string, where it must be escaped.
        case controlCharacter(UInt8)
        case leadingZero
        case invalidNumber
        /// A number beyond `Double`, or one with more digits than any needs.
        case numberOutOfRange
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case tooLarge(limit: Int)
        /// Something other than white space after the value.
        case trailingData
        case byteOrderMark
    }

    public let reason: Reason
    /// Bytes from the start of the text.
    public let offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedEnd: "unexpected end of text"
        case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
        case .invalidUTF8: "invalid UTF-8"
        case .loneSurrogate: "half of a surrogate pair"
        case .invalidEscape: "invalid escape in a string"
        case .controlCharacter(let byte): "raw control character \(Self.name(of: byte)) in a string"
        case .leadingZero: "number with a leading zero"
        case .invalidNumber: "malformed number"
        case .numberOutOfRange: "number out of range"
        case .duplicateKey(let key): "duplicate key \"\(key.prefix(64))\""
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooLarge(let limit): "longer than \(limit) bytes"
        case .trailingData: "text after the value"
        case .byteOrderMark: "byte order mark"
        }
    }

    private static func name(of byte: UInt8) -> String {
        if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x" + (digits.utf8.count == 1 ? "0" : "") + digits
    }
}
