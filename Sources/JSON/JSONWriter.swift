/// Writes compact JSON into a buffer of its own, without building a tree first.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object { w in
///     w.field("index", 0)
///     w.field("power_w", 65.5)
///     w.array("warnings") { w in w.string("hot") }
/// }
/// send(writer.finish())
/// ```
/// Commas and colons are placed by the writer; that values and keys come in a sensible order is the caller's part.
/// NaN and infinity have no JSON form: a field or element with such a value is left out, never written as null.
@frozen public struct JSONWriter: ~Copyable, Sendable {
    @usableFromInline var buffer: ByteBuffer
    /// Whether a value stands right before, so that the next one needs a comma.
    @usableFromInline var needsComma = false

    public init(reserving capacity: Int = 512) {
        buffer = ByteBuffer(capacity: capacity)
    }

    /// How many bytes have been written.
    public var count: Int { buffer.count }

    /// The text so far.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(buffer.bytes)
    }

    /// The text, and the end of the writer.
    public consuming func finish() -> [UInt8] { Array(buffer.bytes) }

    /// Forgets what was written and keeps the room for it, unless that is more than `limit` bytes.
    public mutating func removeAll(keepingUpTo limit: Int = .max) {
        if buffer.capacity > limit { buffer = ByteBuffer(capacity: 4_096) }
        buffer.count = 0
        needsComma = false
    }

    /// Ends a text or a piece of one, so that another may follow in the same buffer without a comma.
    @inlinable public mutating func endText() { needsComma = false }

    /// Ends a text with a line feed, so that another may follow in the same buffer.
    public mutating func endLine() {
        buffer.append(0x0A)
        needsComma = false
    }

    @inlinable mutating func beginValue() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension JSONWriter {
    @inlinable public mutating func object<Failure: Error>(
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginObject()
        try members(&self)
        endObject()
    }

    @inlinable public mutating func array<Failure: Error>(
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginArray()
        try elements(&self)
        endArray()
    }

    @inlinable public mutating func beginObject() { open(UInt8(ascii: "{")) }
    @inlinable public mutating func endObject() { close(UInt8(ascii: "}")) }
    @inlinable public mutating func beginArray() { open(UInt8(ascii: "[")) }
    @inlinable public mutating func endArray() { close(UInt8(ascii: "]")) }

    @inlinable mutating func open(_ bracket: UInt8) {
        beginValue()
        buffer.append(bracket)
        needsComma = false
    }

    @inlinable mutating func close(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }

    /// The key of the member whose value is written next.
    @inlinable public mutating func key(_ key: String) {
        string(key)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The same for a key of the program's own, which must have nothing to escape in it: it is copied as it stands.
    @inlinable public mutating func key(plain key: StaticString) {
        beginValue()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(key)
        buffer.append(UInt8(ascii: "\""))
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    @inlinable public mutating func null() {
        beginValue()
        buffer.append("null")
    }

    @inlinable public mutating func bool(_ flag: Bool) {
        beginValue()
        buffer.append(flag ? "true" : "false")
    }

    /// Splices in a value that is encoded already; whether it is JSON is not checked.
    @inlinable public mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
        beginValue()
        buffer.append(json)
    }

    /// Splices in a value that is encoded already; whether it is JSON is not checked.
    @inlinable public mutating func raw(_ json: [UInt8]) {
        beginValue()
        json.withUnsafeBufferPointer { buffer.append($0) }
    }
}
