internal import CUnix
internal import NIOCore
import Synchronization

/// All connections that are open.
final class ConnectionTable: Sendable {
    private struct Entry {
        let watch: ConnectionWatch
        let channel: any Channel
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        /// The most that there have been since memory was given back.
        var peak = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Adds a connection. Where there are too many, the one that has been without a request for longest has to go.
    ///
    /// - Returns: false, and it is not added, where something is being answered on all of them.
    func add(_ watch: ConnectionWatch, for channel: any Channel) -> Bool {
        let (isAdded, evicted) = state.withLock { state -> (Bool, (any Channel)?) in
            var evicted: (any Channel)?
            if state.entries.count >= limit {
                let waiting = state.entries.compactMap { entry in
                    entry.value.watch.waitingSince.map { (entry.key, $0) }
                }
                guard let oldest = waiting.min(by: { $0.1 < $1.1 })?.0 else { return (false, nil) }
                evicted = state.entries.removeValue(forKey: oldest)?.channel
            }
            state.entries[ObjectIdentifier(channel)] = Entry(watch: watch, channel: channel)
            state.peak = max(state.peak, state.entries.count)
            return (true, evicted)
        }
        evicted?.close(promise: nil)
        return isAdded
    }

    /// Where a crowd has left, what it needed is given back to the system a little later.
    func remove(_ channel: any Channel) {
        let hasCrowdLeft = state.withLock { state in
            guard state.entries.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return false }
            guard state.peak >= 16, state.entries.count <= state.peak / 8 else { return false }
            state.peak = state.entries.count
            return true
        }
        if hasCrowdLeft { channel.eventLoop.scheduleTask(in: .milliseconds(500)) { csystem_release_memory() } }
    }

    subscript(channel: any Channel) -> ConnectionWatch? {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.watch }
    }

    var count: Int { state.withLock { $0.entries.count } }
}
