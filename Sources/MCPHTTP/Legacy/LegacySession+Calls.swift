internal import JSON
internal import MCP
import Synchronization

extension LegacySession: CallPort {
    func progress(_ key: CallKey, _ step: ToolProgress) {
        tell(key) { $0.session.progress(key, step, into: &$0.out) }
    }

    func log(_ key: CallKey, _ entry: LogEntry) { tell(key) { $0.session.log(key, entry, into: &$0.out) } }

    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        let answers = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: AnswerContinuation) in
                var isAsked = false
                tell(key) { state in
                    guard !Task.isCancelled, !state.isEnded, state.session.ask(key, requests, into: &state.out) else {
                        return
                    }
                    state.waiting[key] = continuation
                    isAsked = true
                }
                if !isAsked { continuation.resume(returning: .failure(.cancelled)) }
            }
        } onCancel: {
            state.withLock { $0.resumption(key, .failure(.cancelled)) }?()
        }
        return try answers.get()
    }

    /// Only where the client knows how to come back.
    func releaseConnection(_ key: CallKey) {
        state.withLock { state in
            guard let revision = state.session.handshake?.revision, revision >= .november2025,
                let number = state.owners[key]
            else { return }
            state.streams[number]?.connection?.release(milliseconds: 500)
            state.streams[number]?.connection = nil
        }
    }
}

extension LegacySession: EventObserver {
    func receive(_ event: ServerEvent) {
        state.withLock { state in
            state.session.deliver(event, into: &state.out)
            let messages = state.takeLines()
            guard !messages.isEmpty else { return }
            state.streams[0]?.add(messages, ends: false, keeping: limits.history / 16)
        }
    }
}
