package import Snapshots

/// What goes over the two pipes between the agent and its probe: a header, and for requests the request behind it.
package struct ProbeFrame: Equatable, Sendable {
    /// Bytes of a header.
    package static let size = 16
    /// The largest request, bytes: below PIPE_BUF, so that it is written at once or not at all.
    package static let maximumRequestSize = 4_096
    private static let magic: UInt32 = 0x4e56_4d50

    /// Number of the request; an answer carries that of its request.
    package var id: UInt32
    /// The slot of the shared region for the snapshot.
    package var slot: UInt32
    /// Length of the request behind the header, or of the snapshot in the slot, bytes.
    package var length: UInt32

    package init(id: UInt32, slot: UInt32, length: UInt32) {
        self.id = id
        self.slot = slot
        self.length = length
    }

    /// Reads a header; nil if these are not the bytes of one.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.size else { return nil }
        func word(_ index: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        }
        guard word(0) == Self.magic else { return nil }
        self.init(id: word(1), slot: word(2), length: word(3))
    }

    /// Writes the header to the beginning of `bytes`, which must have room for it.
    package func write(to bytes: UnsafeMutableRawBufferPointer) {
        for (index, word) in [Self.magic, id, slot, length].enumerated() {
            bytes.storeBytes(of: word.littleEndian, toByteOffset: index * 4, as: UInt32.self)
        }
    }

    /// The header's bytes.
    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        bytes.withUnsafeMutableBytes { write(to: $0) }
        return bytes
    }
}

extension ProbeFrame {
    /// A request with its header, ready to be written.
    ///
    /// - Throws: ``SnapshotError/tooLarge`` when it names too many GPUs.
    package static func encode(_ request: ProbeRequest, id: UInt32, slot: UInt32) throws(SnapshotError) -> [UInt8] {
        var request = request
        var failure: SnapshotError?
        let bytes = [UInt8](unsafeUninitializedCapacity: maximumRequestSize) { buffer, count in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var encoder = SnapshotCoder(writingInto: bytes, at: size)
            do throws(SnapshotError) { try request.code(with: &encoder) } catch { failure = error }
            ProbeFrame(id: id, slot: slot, length: UInt32(encoder.count - size)).write(to: bytes)
            count = encoder.count
        }
        if let failure { throw failure }
        return bytes
    }
}
