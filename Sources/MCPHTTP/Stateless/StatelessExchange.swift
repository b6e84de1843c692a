internal import JSON
internal import MCP
import Synchronization

/// One request that stands alone, from its arrival to the end of its answer.
final class StatelessExchange: CallPort, EventObserver {
    private struct State: ~Copyable {
        var session: ServerSession
        var out = JSONWriter(reserving: 8_192)
        var task: Task<Void, Never>?
        var isListening = false
        var isOver = false
    }

    let stream: ReplyStream
    private let server: MCPServer
    private let state: Mutex<State>

    init(_ server: MCPServer, pending: Int) {
        self.server = server
        stream = ReplyStream(limit: pending)
        state = Mutex(State(session: ServerSession(server, allowsBareRequests: false)))
    }

    /// The code of the error that was the answer, if it was one.
    var refusal: ProtocolError.Code? { state.withLock { $0.session.lastRefusal } }

    /// Whether it is a subscription.
    var isListening: Bool { state.withLock { $0.isListening } }

    /// Takes the request; what it answers goes to ``stream``.
    ///
    /// - Returns: whether a call has been started, which ends with `onEnd`.
    func begin(
        _ message: JSONValue, on executor: (any TaskExecutor)?, onEnd: @escaping @Sendable () -> Void
    ) -> Bool {
        var isStarted = false
        state.withLock { state in
            let actions = state.session.receive(message, into: &state.out)
            for action in actions {
                switch action {
                case .start(let call):
                    isStarted = true
                    state.task = Task(executorPreference: executor) {
                        let outcome = await call.run(on: self)
                        self.finish(call.key, outcome)
                        onEnd()
                    }
                case .listen: state.isListening = true
                case .cancel, .ask, .answer, .refuse: break
                }
            }
            flush(&state, ends: !isStarted && !state.isListening)
        }
        if isListening { server.add(self) }
        return isStarted
    }

    private func finish(_ key: CallKey, _ outcome: CallOutcome) {
        // Nothing can come after this, so it need not be handed on under the lock, for which whoever it wakes up would wait.
        let messages = state.withLock { state in
            state.session.finish(key, with: outcome, into: &state.out)
            state.task = nil
            return takeMessages(&state)
        }
        stream.push(messages, ends: true)
    }

    func progress(_ key: CallKey, _ step: ToolProgress) {
        state.withLock { state in
            state.session.progress(key, step, into: &state.out)
            flush(&state)
        }
    }

    func log(_ key: CallKey, _ entry: LogEntry) {
        state.withLock { state in
            state.session.log(key, entry, into: &state.out)
            flush(&state)
        }
    }

    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        throw .cancelled
    }

    func receive(_ event: ServerEvent) {
        state.withLock { state in
            state.session.deliver(event, into: &state.out)
            flush(&state)
        }
    }

    /// The client has gone: in this era, that is how a request is cancelled.
    func abandon() {
        let task = state.withLock { state in
            state.session.close()
            return state.task
        }
        task?.cancel()
        server.remove(self)
        stream.end()
    }

    /// The server ends: a subscription is told so, a call goes on.
    func endListening() {
        guard isListening else { return }
        state.withLock { state in
            state.session.endSubscriptions(into: &state.out)
            flush(&state, ends: true)
        }
        server.remove(self)
    }

    /// Moves what the session has written to the stream.
    private func flush(_ state: inout State, ends: Bool = false) {
        stream.push(takeMessages(&state), ends: ends)
    }

    private func takeMessages(_ state: inout State) -> [OutgoingEvent] {
        defer { state.out.removeAll() }
        return state.out.withBytes { lines($0).map { OutgoingEvent(data: $0) } }
    }
}
