/// Walks the fields of a snapshot in their fixed order, either to write them or to read them back.
///
/// A type lists its fields once, in ``SnapshotCodable/code(with:)``; the encoder and the decoder walk the same list, so the
/// two cannot drift apart. The format is for two processes of one binary: no versions, little-endian, no padding.
package protocol SnapshotCoder {
    /// True where values are read back: what a value was before is then of no interest. False where they are written: then
    /// they stay as they are.
    static var isDecoder: Bool { get }
    mutating func code(_ value: inout UInt8) throws(SnapshotError)
    mutating func code(_ value: inout UInt32) throws(SnapshotError)
    mutating func code(_ value: inout UInt64) throws(SnapshotError)
    mutating func code(_ value: inout String) throws(SnapshotError)
    /// The number of elements that follow, each at least `minimumSize` bytes long.
    mutating func code(count: inout Int, minimumSize: Int) throws(SnapshotError)
}

/// A value that can cross the pipe between the agent and its probe.
package protocol SnapshotCodable: Sendable {
    /// An empty value for the decoder to fill.
    init()
    /// Visits every field, always in the same order.
    mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError)
}

/// What is wrong with an encoded snapshot.
package enum SnapshotError: Error, Hashable {
    /// The buffer ended before the value did.
    case truncated
    /// The value does not fit into the buffer.
    case tooLarge
    /// A length or a tag that no encoder writes.
    case malformed
}

/// Writes values into memory that somebody else owns.
package struct SnapshotEncoder: SnapshotCoder {
    package static var isDecoder: Bool { false }
    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes written so far.
    package private(set) var count: Int

    /// - Parameter buffer: must outlive the encoder.
    package init(into buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0) {
        self.buffer = buffer
        count = offset
    }

    @inline(__always)
    private mutating func store<Integer: FixedWidthInteger>(_ value: Integer) throws(SnapshotError) {
        let size = MemoryLayout<Integer>.size
        guard buffer.count - count >= size else { throw .tooLarge }
        buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: Integer.self)
        count += size
    }

    package mutating func code(_ value: inout UInt8) throws(SnapshotError) { try store(value) }
    package mutating func code(_ value: inout UInt32) throws(SnapshotError) { try store(value) }
    package mutating func code(_ value: inout UInt64) throws(SnapshotError) { try store(value) }
    package mutating func code(count: inout Int, minimumSize: Int) throws(SnapshotError) {
        try store(UInt32(clamping: count))
    }

    package mutating func code(_ value: inout String) throws(SnapshotError) {
        let length = value.utf8.count
        try store(UInt32(clamping: length))
        guard buffer.count - count >= length else { throw .tooLarge }
        value.withUTF8 {
            UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + length]).copyMemory(from: .init($0))
        }
        count += length
    }
}

/// Reads values back; nothing in the bytes is trusted.
package struct SnapshotDecoder: SnapshotCoder {
    package static var isDecoder: Bool { true }
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var repeated = RepeatedTexts()

    /// - Parameter bytes: must outlive the decoder and must not change meanwhile.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// True when every byte has been read.
    package var isAtEnd: Bool { position == bytes.count }

    @inline(__always)
    private mutating func load<Integer: FixedWidthInteger>(as: Integer.Type) throws(SnapshotError) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard bytes.count - position >= size else { throw .truncated }
        defer { position += size }
        return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Integer.self))
    }

    package mutating func code(_ value: inout UInt8) throws(SnapshotError) { value = try load(as: UInt8.self) }
    package mutating func code(_ value: inout UInt32) throws(SnapshotError) { value = try load(as: UInt32.self) }
    package mutating func code(_ value: inout UInt64) throws(SnapshotError) { value = try load(as: UInt64.self) }

    package mutating func code(count: inout Int, minimumSize: Int) throws(SnapshotError) {
        let claimed = Int(try load(as: UInt32.self))
        guard claimed <= (bytes.count - position) / max(1, minimumSize) else { throw .malformed }
        count = claimed
    }

    package mutating func code(_ value: inout String) throws(SnapshotError) {
        let length = Int(try load(as: UInt32.self))
        guard bytes.count - position >= length else { throw .truncated }
        value = repeated.text(UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]))
        position += length
    }
}
