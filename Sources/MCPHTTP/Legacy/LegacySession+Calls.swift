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
                    state.waiting[key] = WaitingCall(continuation: continuation)
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
            state.streams[number]?.loseConnection()
        }
    }
}

extension LegacySession {
    /// Ends the waiting of calls whose client takes too long, or has been gone for too long, to answer.
    ///
    /// - Returns: what is to be done once the lock is released.
    func giveUpQuestions(_ now: ContinuousClock.Instant, _ state: inout State) -> [() -> Void] {
        let given = state.waiting.filter { isOverdue($0.key, $0.value, now, state) }.map(\.key)
        return given.compactMap { key in
            tell(key, &state) { $0.session.withdrawQuestions(of: key, into: &$0.out) }
            return state.resumption(key, .failure(.cancelled))
        }
    }

    private func isOverdue(
        _ key: CallKey, _ call: WaitingCall, _ now: ContinuousClock.Instant, _ state: borrowing State
    ) -> Bool {
        if call.since.duration(to: now) > limits.answerTime { return true }
        guard let number = state.owners[key], let lost = state.streams[number]?.lostConnection else { return false }
        return lost.duration(to: now) > limits.streamMemory
    }
}

extension LegacySession: EventObserver {
    func receive(_ event: ServerEvent) {
        state.withLock { state in
            state.session.deliver(event, into: &state.out)
            let messages = state.takeLines()
            guard !messages.isEmpty else { return }
            state.add(messages, to: 0, ends: false, limits)
        }
    }
}
