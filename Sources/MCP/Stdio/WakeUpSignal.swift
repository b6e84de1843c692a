import Synchronization

/// Lets one task sleep until another fires. A signal that is fired while nobody sleeps is kept for the next one, once.
final class WakeUpSignal: Sendable {
    private enum State {
        case idle
        case fired
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    func fire() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .fired
            return nil
        }
        waiting?.resume()
    }

    /// Returns when the signal is fired or the task is cancelled. Only one task may wait at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if case .fired = state {
                        state = .idle
                        return true
                    }
                    // A cancellation that came before this point has found nobody to wake.
                    if Task.isCancelled { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let continuation) = state else { return nil }
                state = .idle
                return continuation
            }
            waiting?.resume()
        }
    }
}
