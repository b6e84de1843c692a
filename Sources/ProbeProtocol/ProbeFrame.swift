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
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        let words = (0..<4).map { word in
            bytes.dropFirst(word * 4).prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        guard words[0] == Self.magic else { return nil }
        self.init(id: words[1], slot: words[2], length: words[3])
    }

    /// The header's bytes.
    package var bytes: [UInt8] {
        [Self.magic, id, slot, length].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }
}

extension ProbeFrame {
    /// A request with its header, ready to be written.
    ///
    /// - Throws: ``SnapshotError/tooLarge`` when it names too many GPUs.
    package static func encode(_ request: ProbeRequest, id: UInt32, slot: UInt32) throws(SnapshotError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximumRequestSize)
        var request = request
        var failure: SnapshotError?
        let count = bytes.withUnsafeMutableBytes { buffer in
            var encoder = SnapshotEncoder(into: buffer, at: size)
            do throws(SnapshotError) { try encoder.code(&request) } catch { failure = error }
            return encoder.count
        }
        if let failure { throw failure }
        bytes.removeLast(bytes.count - count)
        bytes.replaceSubrange(0..<size, with: ProbeFrame(id: id, slot: slot, length: UInt32(count - size)).bytes)
        return bytes
    }
}
