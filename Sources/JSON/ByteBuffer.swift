/// Bytes that grow at the end: what an array of bytes does, without its checks on every append.
// Unchecked, since a pointer says nothing of its owner: this value alone has it, cannot be copied, lends it for the length of a
// call at most and frees it at its end. Servers keep their writers behind a lock, where the compiler wants the promise.
@frozen @usableFromInline struct ByteBuffer: ~Copyable, @unchecked Sendable {
    /// Owned here alone; `capacity` bytes, of which the first `count` are initialised.
    @usableFromInline var storage: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var count = 0

    @usableFromInline init(capacity: Int) {
        self.capacity = max(capacity, 64)
        storage = .allocate(capacity: self.capacity)
    }

    @inlinable deinit { storage.deallocate() }

    /// Makes room for `extra` more bytes.
    @inlinable mutating func reserve(_ extra: Int) {
        if capacity - count < extra { grow(by: extra) }
    }

    @usableFromInline mutating func grow(by extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.moveInitialize(from: storage, count: count)
        storage.deallocate()
        storage = moved
        capacity = larger
    }

    @inlinable mutating func append(_ byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count &+= 1
    }

    @inlinable mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (storage + count).initialize(from: source, count: bytes.count)
        count &+= bytes.count
    }

    @inlinable mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: storage, count: count) }
}
