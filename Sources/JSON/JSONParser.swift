/// Reads one JSON text, strictly by RFC 8259, in one pass over its bytes.
///
/// What other parsers let pass is refused here: duplicate keys, a byte order mark, trailing commas, invalid UTF-8, half
/// surrogate pairs, and numbers beyond `Double`.
public struct JSONParser {
    /// What a text may ask of us.
    public struct Limits: Sendable {
        /// Levels of arrays and objects, at most 512 whatever is asked, since each level costs stack.
        public let depth: Int
        /// Bytes of the whole text.
        public let bytes: Int

        public init(depth: Int = 128, bytes: Int = 8 << 20) {
            self.depth = min(depth, 512)
            self.bytes = bytes
        }
    }

    let text: UnsafeBufferPointer<UInt8>
    let limits: Limits
    var position = 0
    /// Reused for strings with escapes.
    var scratch: [UInt8] = []

    private init(_ text: UnsafeBufferPointer<UInt8>, _ limits: Limits) {
        self.text = text
        self.limits = limits
    }

    /// The value that the whole text spells.
    public static func parse(
        _ text: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()
    ) throws(JSONError) -> JSONValue {
        guard text.count <= limits.bytes else { throw JSONError(.tooLarge(limit: limits.bytes), at: limits.bytes) }
        var parser = JSONParser(text, limits)
        return try parser.document()
    }

    public static func parse(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        try parse(text[...], limits: limits)
    }

    public static func parse(_ text: ArraySlice<UInt8>, limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        let result = text.withUnsafeBufferPointer { bytes in
            Result { () throws(JSONError) in try parse(bytes, limits: limits) }
        }
        return try result.get()
    }

    public static func parse(_ text: String, limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    private mutating func document() throws(JSONError) -> JSONValue {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONError(.byteOrderMark, at: 0) }
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard position == text.count else { throw error(.trailingData) }
        return value
    }

    func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason, at: position) }

    /// The error for a byte that cannot stand here, or for the end of the text.
    func unexpected() -> JSONError {
        position < text.count ? error(.unexpectedByte(text[position])) : error(.unexpectedEnd)
    }

    /// The byte here, or 0 at the end; 0 itself is no JSON either.
    @inline(__always) var byte: UInt8 { position < text.count ? text[position] : 0 }

    @inline(__always) mutating func skipSpace() {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }
}
