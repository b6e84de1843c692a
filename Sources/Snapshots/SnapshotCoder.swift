/// Walks the fields of a snapshot in their fixed order, either to write them or to read them back.
///
/// A type lists its fields once, in ``SnapshotCodable/code(with:)``; writing and reading walk the same list, so the two
/// cannot drift apart. The format is for two processes of one binary: no versions, little-endian, no padding. Nothing in the
/// bytes that are read is trusted.
package struct SnapshotCoder {
    /// True where values are read back: what a value was before is then of no interest. False where they are written: then
    /// they stay as they are.
    package let isReading: Bool
    /// Never written to where values are read.
    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes written or read so far.
    package private(set) var count: Int
    private var repeated = RepeatedTexts()

    /// Writes values into memory that somebody else owns.
    ///
    /// - Parameter buffer: must outlive the coder.
    package init(writingInto buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0) {
        isReading = false
        self.buffer = buffer
        count = offset
    }

    /// Reads values back.
    ///
    /// - Parameter bytes: must outlive the coder and must not change meanwhile.
    package init(reading bytes: UnsafeRawBufferPointer) {
        isReading = true
        buffer = UnsafeMutableRawBufferPointer(mutating: bytes)
        count = 0
    }

    /// True when every byte has been read.
    package var isAtEnd: Bool { count == buffer.count }
}

/// A value that can cross the pipe between the agent and its probe.
package protocol SnapshotCodable: Sendable {
    /// An empty value to read into.
    init()
    /// Visits every field, always in the same order.
    mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError)
}

/// What is wrong with an encoded snapshot.
package enum SnapshotError: Error, Hashable {
    /// The buffer ended before the value did.
    case truncated
    /// The value does not fit into the buffer.
    case tooLarge
    /// A length or a tag that nobody writes.
    case malformed
}

// MARK: What everything else is made of

extension SnapshotCoder {
    @inline(__always) package mutating func code(_ value: inout UInt8) throws(SnapshotError) { try visit(&value) }
    @inline(__always) package mutating func code(_ value: inout UInt32) throws(SnapshotError) { try visit(&value) }
    @inline(__always) package mutating func code(_ value: inout UInt64) throws(SnapshotError) { try visit(&value) }

    /// The number of elements that follow, each at least `minimumSize` bytes long.
    package mutating func code(count: inout Int, minimumSize: Int) throws(SnapshotError) {
        var claimed = UInt32(clamping: count)
        try visit(&claimed)
        guard isReading else { return }
        guard Int(claimed) <= rest / max(1, minimumSize) else { throw .malformed }
        count = Int(claimed)
    }

    package mutating func code(_ value: inout String) throws(SnapshotError) {
        if isReading { value = try text() } else { try write(&value) }
    }

    private var rest: Int { buffer.count - count }

    @inline(__always)
    private mutating func visit<Integer: FixedWidthInteger>(_ value: inout Integer) throws(SnapshotError) {
        let size = MemoryLayout<Integer>.size
        guard rest >= size else { throw isReading ? .truncated : .tooLarge }
        if isReading {
            value = Integer(littleEndian: buffer.loadUnaligned(fromByteOffset: count, as: Integer.self))
        } else {
            buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: Integer.self)
        }
        count += size
    }

    private mutating func text() throws(SnapshotError) -> String {
        var length: UInt32 = 0
        try visit(&length)
        guard rest >= Int(length) else { throw .truncated }
        defer { count += Int(length) }
        return repeated.text(UnsafeRawBufferPointer(rebasing: buffer[count..<count + Int(length)]))
    }

    private mutating func write(_ text: inout String) throws(SnapshotError) {
        let length = text.utf8.count
        var claimed = UInt32(clamping: length)
        try visit(&claimed)
        guard rest >= length else { throw .tooLarge }
        text.withUTF8 {
            UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + length]).copyMemory(from: .init($0))
        }
        count += length
    }
}
