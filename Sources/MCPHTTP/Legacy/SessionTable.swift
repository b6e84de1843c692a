internal import MCP
import Synchronization

/// All clients that have a session.
final class SessionTable: Sendable {
    private let sessions = Mutex<[String: LegacySession]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { sessions.withLock { $0.count } }

    subscript(id: String) -> LegacySession? { sessions.withLock { $0[id] } }

    /// Adds a session. Where there are too many, the one that has been idle longest ends.
    ///
    /// - Returns: false where all are busy.
    func add(_ session: LegacySession) -> Bool {
        let (isAdded, evicted) = sessions.withLock { sessions -> (Bool, LegacySession?) in
            var evicted: LegacySession?
            if sessions.count >= limit {
                let idle = sessions.values.compactMap { session in session.idleSince.map { (session, $0) } }
                guard let oldest = idle.min(by: { $0.1 < $1.1 })?.0 else { return (false, nil) }
                evicted = sessions.removeValue(forKey: oldest.id)
            }
            sessions[session.id] = session
            return (true, evicted)
        }
        evicted?.end()
        return isAdded
    }

    func remove(_ id: String) -> LegacySession? { sessions.withLock { $0.removeValue(forKey: id) } }

    /// Ends sessions that have been idle for too long.
    func sweep() {
        let now = ContinuousClock.now
        for session in sessions.withLock({ Array($0.values) }) where session.sweep(now: now) {
            remove(session.id)?.end()
        }
    }

    func endAll() {
        for session in sessions.withLock({ sessions in
            defer { sessions = [:] }
            return Array(sessions.values)
        }) { session.end() }
    }

    /// Ends the streams of what comes unasked, so that clients notice that the server ends.
    func endListening() {
        for session in sessions.withLock({ Array($0.values) }) {
            session.state.withLock { $0.streams[0]?.connection?.end() }
        }
    }
}

/// Counts calls that run.
final class CallGauge: Sendable {
    private let running = Mutex(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { running.withLock { $0 } }
    var isFull: Bool { count >= limit }
    /// How many more may begin.
    var freePlaces: Int { max(0, limit - count) }

    func begin() { running.withLock { $0 += 1 } }
    func end() { running.withLock { $0 -= 1 } }
}
