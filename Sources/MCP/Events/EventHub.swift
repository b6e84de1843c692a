import Synchronization

/// Who listens on a server, and to what.
final class EventHub: Sendable {
    private struct State {
        var observers: [ObjectIdentifier: any EventObserver] = [:]
        /// How many subscriptions there are for each resource.
        var watched: [String: Int] = [:]
        var onWatchChange: (@Sendable (Set<String>) -> Void)?
        /// Resources whose last update is less than a second old; true if another one has come since.
        var recent: [String: Bool] = [:]
    }

    private let state = Mutex(State())

    func add(_ observer: any EventObserver) { state.withLock { $0.observers[ObjectIdentifier(observer)] = observer } }

    func remove(_ observer: any EventObserver) { state.withLock { $0.observers[ObjectIdentifier(observer)] = nil } }

    var watched: Set<String> { state.withLock { Set($0.watched.keys) } }

    func setWatchHandler(_ handler: @escaping @Sendable (Set<String>) -> Void) {
        state.withLock { $0.onWatchChange = handler }
    }

    /// Counts one subscription more or less of each resource. The handler is told once however many they are, since it looks
    /// at all that is watched.
    func changeWatch(_ uris: Set<String>, by change: Int) {
        let changed = state.withLock { state -> (Set<String>, @Sendable (Set<String>) -> Void)? in
            var hasChanged = false
            for uri in uris {
                let before = state.watched[uri] ?? 0
                let after = max(before + change, 0)
                state.watched[uri] = after > 0 ? after : nil
                hasChanged = hasChanged || (before > 0) != (after > 0)
            }
            guard hasChanged, let handler = state.onWatchChange else { return nil }
            return (Set(state.watched.keys), handler)
        }
        if let (watched, handler) = changed { handler(watched) }
    }

    func publish(_ event: ServerEvent) {
        guard case .resourceUpdated(let uri) = event else { return deliver(event) }
        let isFirst = state.withLock { state in
            guard state.watched[uri] != nil else { return false }
            defer { state.recent[uri] = state.recent[uri] != nil }
            return state.recent[uri] == nil
        }
        guard isFirst else { return }
        deliver(event)
        Task { await settle(uri) }
    }

    /// Updates of one resource reach clients once a second at most; what came in between is told at its end.
    private func settle(_ uri: String) async {
        repeat { try? await Task.sleep(for: .seconds(1)) } while again(uri)
    }

    private func again(_ uri: String) -> Bool {
        let hasMore = state.withLock { state in
            let hasMore = state.recent[uri] == true
            state.recent[uri] = hasMore ? false : nil
            return hasMore
        }
        if hasMore { deliver(.resourceUpdated(uri: uri)) }
        return hasMore
    }

    private func deliver(_ event: ServerEvent) {
        for observer in state.withLock({ Array($0.observers.values) }) { observer.receive(event) }
    }
}
