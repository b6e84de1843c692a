internal import Snapshots
internal import Synchronization

/// The record of what was planned, confirmed and done.
///
/// Each entry is written before what it speaks of happens; where it cannot be written, that must not happen.
package final class AuditLog: Sendable {
    private enum Sink: Sendable {
        case file(AuditFile)
        /// Standard error, or another descriptor that is open already; its chain lasts as long as this process.
        case stream(Int32)
    }

    private let sink: Sink
    private let origin: AuditOrigin
    private let now: @Sendable () -> Int64
    /// Where the chain of a stream ends; also keeps this process' own writers apart.
    private let place = Mutex(AuditPlace())

    /// Of a file, how much is looked at for earlier actions: the last bytes.
    private static let historyBytes = 16 << 20

    private init(_ sink: Sink, _ origin: AuditOrigin, _ now: @escaping @Sendable () -> Int64) {
        self.sink = sink
        self.origin = origin
        self.now = now
    }

    /// A log in a file, which is made if it is not there. A symlink or a file that others may write to is refused.
    ///
    /// - Parameter now: microseconds since 1970.
    package convenience init(
        file path: String, origin: AuditOrigin, now: @escaping @Sendable () -> Int64 = { WallClock.microseconds }
    ) throws(AuditError) {
        self.init(.file(try AuditFile(path: path)), origin, now)
    }

    /// A log on a descriptor, one line an entry.
    package convenience init(
        stream descriptor: Int32, origin: AuditOrigin, now: @escaping @Sendable () -> Int64 = { WallClock.microseconds }
    ) {
        self.init(.stream(descriptor), origin, now)
    }

    /// Where the record is to be found.
    package var name: String {
        switch sink {
        case .file(let file): file.path
        case .stream: "standard error"
        }
    }

    /// Writes one entry and waits until it is safe.
    ///
    /// - Returns: what identifies the entry.
    package func append(_ event: AuditEvent, _ actor: AuditActor) throws(AuditError) -> AuditReceipt {
        let time = WallClock.rfc3339(now())
        let origin = origin
        return try place.withLock { place throws(AuditError) in
            switch sink {
            case .file(let file):
                place = try file.append { AuditRecord.line(event, actor, origin, at: time, after: $0) }
            case .stream(let descriptor):
                let line = AuditRecord.line(event, actor, origin, at: time, after: place)
                try AuditRecord.requireLength(line.bytes)
                try Self.write(line.bytes, to: descriptor, at: &place)
                place = AuditPlace(sequence: place.sequence + 1, digest: line.digest)
            }
            return AuditReceipt(sequence: place.sequence, digest: place.digest)
        }
    }

    /// What was written of a line that could not be finished is closed before the next one, which knows of it.
    private static func write(
        _ line: [UInt8], to descriptor: Int32, at place: inout AuditPlace
    ) throws(AuditError) {
        let lead = place.isInLine ? [UInt8(ascii: "\n")] : []
        var writing = AuditWriting(lead + line)
        do throws(AuditError) { try writing.run(descriptor, "on standard error") } catch {
            place.tornBytes += writing.writtenCount
            place.isInLine = place.isInLine || writing.writtenCount > 0
            throw error
        }
    }

    /// What earlier entries tell. Of a stream nothing can be read back: nil.
    package func history() throws(AuditError) -> AuditHistory? {
        guard case .file(let file) = sink else { return nil }
        return AuditHistory(lines: try file.contents(limit: Self.historyBytes))
    }
}

/// What identifies an entry that was written.
package struct AuditReceipt: Sendable, Equatable {
    package let sequence: UInt64
    package let digest: String
}
