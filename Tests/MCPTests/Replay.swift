import ExchangeServers
import JSON
import Synchronization
import Testing

@testable import MCP

/// A session in memory whose calls run at once, but for `hold`, until they end or ask the client something.
final class Replay: CallPort, EventObserver {
    private struct State: ~Copyable {
        var session: ServerSession
        var out = JSONWriter()
        var held: [StartedCall] = []
        var tasks: [CallKey: Task<Void, Never>] = [:]
        var waiting: [CallKey: AnswerContinuation] = [:]
        var settled: [CallKey: WakeUpSignal] = [:]
    }

    private let server: MCPServer
    private let state: Mutex<State>
    private let runsHeldCalls: Bool
    private let mask = StateMask()

    /// - Parameter runsHeldCalls: false where ``follow(_:)`` ends them.
    init(
        _ server: MCPServer = ExampleServer.make(), allowsBareRequests: Bool = true, runsHeldCalls: Bool = false
    ) {
        self.server = server
        self.runsHeldCalls = runsHeldCalls
        state = Mutex(State(session: ServerSession(server, allowsBareRequests: allowsBareRequests)))
        server.add(self)
    }

    deinit { server.remove(self) }

    /// Breaks the ring of server and observer.
    func end() { server.remove(self) }

    func send(_ line: String) async {
        let bytes = Array(mask.removed(from: line).utf8)
        let actions = state.withLock { state in
            bytes.withUnsafeBufferPointer { state.session.receive($0, into: &state.out) }
        }
        for action in actions { await act(action) }
    }

    private func act(_ action: SessionAction) async {
        switch action {
        case .start(let call) where call.tool?.name == "hold":
            state.withLock { $0.held.append(call) }
            guard runsHeldCalls else { return }
            let task = Task { await self.run(call) }
            state.withLock { $0.tasks[call.key] = task }
        case .start(let call):
            let settled = state.withLock { state in
                let settled = WakeUpSignal()
                state.settled[call.key] = settled
                return settled
            }
            Task { await self.run(call) }
            await settled.wait()
        case .answer(let key, let answers): await resume(key, .success(answers))
        case .refuse(let key, let error): await resume(key, .failure(error))
        case .cancel(let key, _):
            state.withLock { $0.tasks[key] }?.cancel()
            await resume(key, .failure(.cancelled))
        case .ask(let keys):
            state.withLock { state in for key in keys { state.session.askHeldBack(key, into: &state.out) } }
        case .listen: break
        }
    }

    private func resume(_ key: CallKey, _ result: Result<[String: InputAnswer], CallError>) async {
        let (waiting, settled) = state.withLock { ($0.waiting.removeValue(forKey: key), $0.settled[key]) }
        guard let waiting else { return }
        waiting.resume(returning: result)
        await settled?.wait()
    }

    private func run(_ call: StartedCall) async {
        let outcome = await call.run(on: self)
        state.withLock { state in
            state.session.finish(call.key, with: outcome, into: &state.out)
            state.session.progress(call.key, ToolProgress(value: 1_000), into: &state.out)
            state.session.log(call.key, LogEntry(level: .emergency, data: "late", logger: nil), into: &state.out)
            state.settled[call.key]?.fire()
        }
    }

    func progress(_ key: CallKey, _ step: ToolProgress) {
        state.withLock { $0.session.progress(key, step, into: &$0.out) }
    }

    func log(_ key: CallKey, _ entry: LogEntry) { state.withLock { $0.session.log(key, entry, into: &$0.out) } }

    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        let answers = await withUnsafeContinuation { (continuation: AnswerContinuation) in
            let isAsked = state.withLock { state in
                guard state.session.ask(key, requests, into: &state.out) else { return false }
                state.waiting[key] = continuation
                state.settled[key]?.fire()
                return true
            }
            if !isAsked { continuation.resume(returning: .failure(.cancelled)) }
        }
        return try answers.get()
    }

    func receive(_ event: ServerEvent) { state.withLock { $0.session.deliver(event, into: &$0.out) } }

    /// `release N`, `notify NAME`, `updated URI`, `end`, `watched`.
    func follow(_ words: [String]) {
        let argument = words.last ?? ""
        switch words.first {
        case "release":
            state.withLock { state in
                let call = state.held[(Int(argument) ?? 1) - 1]
                state.session.finish(call.key, with: .tool(.text("held")), into: &state.out)
            }
        case "notify": LocalControl(server, HeldCalls()).notify(Array(words.dropFirst()))
        case "updated": LocalControl(server, HeldCalls()).notify(words)
        case "end": state.withLock { $0.session.endSubscriptions(into: &$0.out) }
        case "watched": #expect(server.watchedResources == Set(words.dropFirst()))
        case "pipes", "session": break
        default: Issue.record("unknown direction \(words)")
        }
    }

    func takeOutput() -> [String] {
        let text = state.withLock { state in
            defer { state.out.removeAll() }
            return state.out.withBytes { String(decoding: $0, as: UTF8.self) }
        }
        return text.split(separator: "\n").map { mask.put(on: String($0)) }
    }
}
