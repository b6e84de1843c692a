internal import EventLoop
internal import Synchronization

/// The resets that this process has done: an audit log on standard error cannot be read back.
final class ResetMemory: Sendable {
    private let resets = Mutex<[String: MonotonicTime]>([:])

    /// - Parameter names: the GPU's names in the audit log.
    func note(_ names: [String]) {
        resets.withLock { resets in for name in names { resets[name] = .now } }
    }

    /// Seconds since the last reset of a GPU with one of these names; nil for none.
    func last(of names: Set<String>) -> Int? {
        let last = resets.withLock { resets in names.compactMap { resets[$0] }.max() }
        return last.map { Int(MonotonicTime.now.duration(since: $0).components.seconds) }
    }
}
