internal import JSON
internal import MCP
import Synchronization

/// One client that began with `initialize`.
final class LegacySession: Sendable {
    struct State: ~Copyable {
        var session: ServerSession
        var out = JSONWriter(reserving: 1_024)
        /// Number 0 carries what comes unasked.
        var streams = [0: LegacyStream(number: 0)]
        /// Bytes of the events that all streams keep.
        var historySize = 0
        var lastStream = 0
        /// On which stream a call answers.
        var owners: [CallKey: Int] = [:]
        var tasks: [CallKey: Task<Void, Never>] = [:]
        var waiting: [CallKey: WaitingCall] = [:]
        var lastUsed = ContinuousClock.now
        /// When a connection last carried what comes unasked; at first, when the session began.
        var lastReachable = ContinuousClock.now
        var isEnded = false
    }

    /// What a POST leads to.
    enum Reception {
        /// Nothing to answer.
        case accepted
        /// - Parameter refusal: the code of the error that the whole message was answered with, if it was.
        case stream(Int, ReplyStream, refusal: ProtocolError.Code?)
    }

    /// A call that waits for its client's answer.
    struct WaitingCall {
        let continuation: AnswerContinuation
        let since = ContinuousClock.now
    }

    typealias AnswerContinuation = UnsafeContinuation<Result<[String: InputAnswer], CallError>, Never>

    /// Random, of visible ASCII.
    let id: String
    let server: MCPServer
    let limits: HTTPLimits
    let state: Mutex<State>
    private let gauge: CallGauge
    private let executor: (any TaskExecutor)?

    init(_ server: MCPServer, limits: HTTPLimits, executor: (any TaskExecutor)?, gauge: CallGauge) {
        id = Base64.encode(Secret.random(24), .url)
        self.server = server
        self.limits = limits
        self.executor = executor
        self.gauge = gauge
        state = Mutex(State(session: ServerSession(server, allowsBareRequests: false)))
    }

    var revision: ProtocolRevision? { state.withLock { $0.session.handshake?.revision } }

    /// Takes what came by POST.
    func post(_ message: JSONValue) -> Reception {
        var resumptions: [() -> Void] = []
        let reception = state.withLock { state -> Reception in
            state.lastUsed = .now
            state.session.lastRefusal = nil
            state.session.freePlaces = gauge.freePlaces
            let actions = state.session.receive(message, into: &state.out)
            var replies = state.takeLines()
            let calls = Self.calls(toRunFor: actions)
            for action in actions {
                if let resumption = act(action, &replies, &state) { resumptions.append(resumption) }
            }
            guard !replies.isEmpty || !calls.isEmpty else { return .accepted }
            return open(calls, replies, &state)
        }
        for resumption in resumptions { resumption() }
        return reception
    }

    /// Without those that the same batch has cancelled again.
    private static func calls(toRunFor actions: [SessionAction]) -> [StartedCall] {
        let cancelled = Set(actions.compactMap { if case .cancel(let key, _) = $0 { key } else { nil } })
        return actions.compactMap { action in
            guard case .start(let call) = action, !cancelled.contains(call.key) else { return nil }
            return call
        }
    }

    private func open(_ calls: [StartedCall], _ replies: [[UInt8]], _ state: inout State) -> Reception {
        state.lastStream += 1
        let number = state.lastStream
        let connection = ReplyStream(limit: limits.pending)
        var stream = LegacyStream(number: number, connection: connection)
        stream.openCalls = calls.count
        state.streams[number] = stream
        state.add(replies, to: number, ends: calls.isEmpty, limits)
        // The replies to a batch stand in an array, and are not the refusal of it.
        let isOneError = calls.isEmpty && replies.count == 1 && replies[0].first == UInt8(ascii: "{")
        let refusal = isOneError ? state.session.lastRefusal : nil
        for call in calls {
            state.owners[call.key] = number
            gauge.begin()
            state.tasks[call.key] = Task(executorPreference: executor) {
                let outcome = await call.run(on: self)
                self.finish(call.key, outcome)
                self.gauge.end()
            }
        }
        return .stream(number, connection, refusal: refusal)
    }

    /// - Parameter replies: what the message has led to; that which does not belong to it is taken out.
    /// - Returns: what is to be done once the lock is released.
    private func act(_ action: SessionAction, _ replies: inout [[UInt8]], _ state: inout State) -> (() -> Void)? {
        switch action {
        case .answer(let key, let answers): return state.resumption(key, .success(answers))
        case .refuse(let key, let error): return state.resumption(key, .failure(error))
        case .cancel(let key, let endsBatch):
            let task = state.tasks[key]
            // The replies to other batches were written before any reply to this message.
            settle(key, endsBatch ? Array(replies.prefix(1)) : [], &state)
            if endsBatch { replies = Array(replies.dropFirst()) }
            return { task?.cancel() }
        case .ask(let keys):
            for key in keys { tell(key, &state) { $0.session.askHeldBack(key, into: &$0.out) } }
            return nil
        case .start, .listen: return nil
        }
    }

    private func finish(_ key: CallKey, _ outcome: CallOutcome) {
        state.withLock { state in
            state.session.finish(key, with: outcome, into: &state.out)
            state.tasks[key] = nil
            state.lastUsed = .now
            settle(key, state.takeLines(), &state)
        }
    }

    /// Counts a call as over, and ends its stream if it was the last one there.
    private func settle(_ key: CallKey, _ messages: [[UInt8]], _ state: inout State) {
        guard let number = state.owners.removeValue(forKey: key) else { return }
        state.streams[number]?.openCalls -= 1
        let ends = state.streams[number]?.openCalls == 0
        state.add(messages, to: number, ends: ends, limits)
    }

    /// Writes something that belongs to a call onto its stream.
    func tell(_ key: CallKey, _ write: (inout State) -> Void) {
        state.withLock { tell(key, &$0, write) }
    }

    func tell(_ key: CallKey, _ state: inout State, _ write: (inout State) -> Void) {
        write(&state)
        let messages = state.takeLines()
        guard let number = state.owners[key], !messages.isEmpty else { return }
        state.add(messages, to: number, ends: false, limits)
    }

    /// Ends the session and everything that goes on in it.
    func end() {
        let (tasks, resumptions) = state.withLock { state in
            state.isEnded = true
            state.session.close()
            for stream in state.streams.values { stream.connection?.end() }
            let resumptions = Array(state.waiting.keys).compactMap { state.resumption($0, .failure(.cancelled)) }
            return (Array(state.tasks.values), resumptions)
        }
        for task in tasks { task.cancel() }
        for resumption in resumptions { resumption() }
        server.remove(self)
    }
}

extension LegacySession.State {
    /// Whether the client's revision knows events with nothing in them.
    var hasOpenings: Bool { session.handshake.map { $0.revision >= .november2025 } ?? false }

    /// What the session has written since it was asked last.
    mutating func takeLines() -> [[UInt8]] {
        defer { out.removeAll() }
        return out.withBytes { lines($0) }
    }

    mutating func resumption(_ key: CallKey, _ result: Result<[String: InputAnswer], CallError>) -> (() -> Void)? {
        guard let waiting = waiting.removeValue(forKey: key) else { return nil }
        return { waiting.continuation.resume(returning: result) }
    }
}
