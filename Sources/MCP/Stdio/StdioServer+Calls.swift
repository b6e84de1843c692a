import EventLoop
import JSON
import Synchronization

/// Resumes a call with what its client answered.
typealias AnswerContinuation = UnsafeContinuation<Result<[String: InputAnswer], CallError>, Never>

extension StdioServer: CallPort {
    package func progress(_ key: CallKey, _ step: ToolProgress) {
        state.withLock { $0.session.progress(key, step, into: &$0.outbox.incoming) }
        outputReady.fire()
    }

    package func log(_ key: CallKey, _ entry: LogEntry) {
        state.withLock { $0.session.log(key, entry, into: &$0.outbox.incoming) }
        outputReady.fire()
    }

    package func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        let answers = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: AnswerContinuation) in
                let isAsked = state.withLock { state in
                    // Whoever cancels later finds the continuation; whoever has cancelled before is seen here. A client that
                    // has closed its end can answer nothing any more.
                    guard !Task.isCancelled, !state.isFinishing,
                        state.session.ask(key, requests, into: &state.outbox.incoming)
                    else { return false }
                    state.waiting[key] = continuation
                    return true
                }
                if isAsked { outputReady.fire() } else { continuation.resume(returning: .failure(.cancelled)) }
            }
        } onCancel: {
            giveUp(key)
        }
        return try answers.get()
    }

    private func giveUp(_ key: CallKey) {
        state.withLock { $0.waiting.removeValue(forKey: key) }?.resume(returning: .failure(.cancelled))
    }
}

extension StdioServer: EventObserver {
    package func receive(_ event: ServerEvent) {
        state.withLock { $0.session.deliver(event, into: &$0.outbox.incoming) }
        outputReady.fire()
    }
}
