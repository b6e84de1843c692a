import Synchronization

/// The responses that are being written, so that silent ones can say that they live, and all can be ended together.
final class OpenStreams: Sendable {
    private let streams = Mutex<[ObjectIdentifier: ReplyStream]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { streams.withLock { $0.count } }

    /// False, and nothing is added, where there are too many.
    func add(_ stream: ReplyStream) -> Bool {
        streams.withLock { streams in
            guard streams.count < limit else { return false }
            streams[ObjectIdentifier(stream)] = stream
            return true
        }
    }

    func remove(_ stream: ReplyStream) { streams.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(stream)) } }

    func endAll() { for stream in streams.withLock({ Array($0.values) }) { stream.end() } }

    func keepAlive() { for stream in streams.withLock({ Array($0.values) }) { stream.keepAlive() } }
}
