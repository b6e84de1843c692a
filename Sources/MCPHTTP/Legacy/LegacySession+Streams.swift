internal import MCP
import Synchronization

extension LegacySession {
    /// Opens the stream of what comes unasked, with the event that goes before all others for clients that know such; nil where
    /// the client has it open already.
    func listen() -> (Int, ReplyStream, OutgoingEvent?)? {
        state.withLock { state in
            state.lastUsed = .now
            guard !state.isEnded, let stream = state.streams[0], stream.connection == nil else { return nil }
            let connection = ReplyStream(limit: limits.pending)
            let opening = state.hasOpenings ? state.streams[0]?.takeOpening() : nil
            state.streams[0]?.resume(over: connection, after: nil)
            state.session.setReachable(true)
            return (0, connection, opening)
        }
    }

    /// Goes on with a stream after the event that the client saw last; nil for a stream that we do not have any more, and for
    /// an event that was never sent.
    func resume(after last: EventID) -> (Int, ReplyStream)? {
        state.withLock { state in
            state.lastUsed = .now
            guard !state.isEnded, let stream = state.streams[last.stream], stream.hasGivenOut(last.number) else {
                return nil
            }
            let connection = ReplyStream(limit: limits.pending)
            state.streams[last.stream]?.resume(over: connection, after: last.number)
            if last.stream == 0 { state.session.setReachable(true) }
            return (last.stream, connection)
        }
    }

    /// The event with nothing in it that tells a client where to come back to, for those that know it.
    func opening(of stream: Int) -> OutgoingEvent? {
        state.withLock { state in state.hasOpenings ? state.streams[stream]?.takeOpening() : nil }
    }

    /// The connection is gone; its calls go on.
    func detach(_ stream: Int, _ connection: ReplyStream) {
        state.withLock { state in
            state.lastUsed = .now
            guard state.streams[stream]?.connection === connection else { return }
            state.streams[stream]?.loseConnection()
            if stream == 0 { state.lastReachable = .now }
        }
    }

    /// The answer has gone out in one piece, which nobody can come back for.
    func forget(_ stream: Int) { state.withLock { $0.forget(stream) } }

    /// Forgets streams that have been over for long, questions that nobody answers, and what to watch for a client that does
    /// not come back for it; true where the whole session has been idle for too long.
    func sweep(now: ContinuousClock.Instant) -> Bool {
        var resumptions: [() -> Void] = []
        defer { for resumption in resumptions { resumption() } }
        return state.withLock { state in
            if !state.waiting.isEmpty { resumptions = giveUpQuestions(now, &state) }
            for (number, stream) in state.streams where number > 0 && stream.isDone && stream.connection == nil {
                if stream.lastEvent.duration(to: now) > limits.streamMemory { state.forget(number) }
            }
            if state.streams[0]?.connection == nil, state.lastReachable.duration(to: now) > limits.streamMemory {
                state.session.setReachable(false)
            }
            let isBusy = !state.tasks.isEmpty || state.streams.values.contains { $0.connection != nil }
            return !isBusy && state.lastUsed.duration(to: now) > limits.sessionIdle
        }
    }

    /// When it was used last, if nothing goes on in it.
    var idleSince: ContinuousClock.Instant? {
        state.withLock { state in
            let isBusy = !state.tasks.isEmpty || state.streams.values.contains { $0.connection != nil }
            return isBusy ? nil : state.lastUsed
        }
    }
}
