import Synchronization

/// What goes out on one HTTP response, between those who write it and the one connection that takes it.
final class ReplyStream: Sendable {
    /// What the connection is to do next.
    enum Step: Sendable, Equatable {
        case send([OutgoingEvent])
        /// Nothing has happened for a while.
        case keepAlive
        /// Tell the client to come back after so many milliseconds, and close.
        case release(milliseconds: Int)
        case end
    }

    fileprivate struct State {
        var events: [OutgoingEvent] = []
        var size = 0
        /// Whether nothing has come since the last look.
        var isSilent = false
        var keepsAlive = false
        var release: Int?
        var isEnded = false
        /// Whether it has ended with an event, the answer; else it was cut off, or its call was cancelled.
        var isComplete = false
        var waiter: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    /// Bytes that may wait.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Adds events, and the end of the stream if these are the last. A client that takes too few loses its connection, since
    /// nobody can wait for it.
    func push(_ events: [OutgoingEvent], ends: Bool = false) {
        guard !events.isEmpty || ends else { return }
        wake { state in
            guard !state.isEnded else { return }
            state.isEnded = ends
            state.isComplete = ends && !events.isEmpty
            state.isSilent = false
            state.events += events
            state.size += events.reduce(0) { $0 + $1.size }
            guard state.size > limit, state.events.count > 1 else { return }
            state.events = []
            state.isEnded = true
        }
    }

    /// Nothing more will come.
    func end() { wake { $0.isEnded = true } }

    /// The connection is to be let go; the client may come back for the rest.
    func release(milliseconds: Int) {
        wake { state in
            guard !state.isEnded else { return }
            state.release = milliseconds
            state.isEnded = true
        }
    }

    /// Looks whether anything has come since the last look; if not, the client is to hear that the stream lives.
    func keepAlive() {
        wake { state in
            state.keepsAlive = state.keepsAlive || state.isSilent
            state.isSilent = true
        }
    }

    /// Whether everything that will ever come is here, and it is one message: an answer that needs no stream.
    var single: OutgoingEvent? {
        state.withLock { state in
            state.isComplete && state.events.count == 1 ? state.events.first : nil
        }
    }

    /// Waits until there is something to do, without doing it.
    func waitUntilReady() async {
        await withUnsafeContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isReady { return true }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// The next thing to do. Only one task may ask at a time.
    func next() async -> Step {
        await waitUntilReady()
        return state.withLock { state in
            defer { state.keepsAlive = false }
            if !state.events.isEmpty {
                let events = state.events
                state.events = []
                state.size = 0
                return .send(events)
            }
            guard state.isEnded else { return .keepAlive }
            guard let milliseconds = state.release else { return .end }
            state.release = nil
            return .release(milliseconds: milliseconds)
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            change(&state)
            guard state.isReady else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

extension ReplyStream.State {
    fileprivate var isReady: Bool { !events.isEmpty || isEnded || keepsAlive }
}
