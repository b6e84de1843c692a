import Synchronization

/// How a wait ended.
enum WakeUp: Sendable {
    case ready
    case cancelled
}

typealias WakeUpContinuation = UnsafeContinuation<WakeUp, Never>

extension EventLoop {
    /// Returns once `descriptor` has bytes to read, is at its end or has failed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    public func waitReadable(_ descriptor: Int32) async throws(CancellationError) {
        try await wait { $0.waiters.add(.init(id: $1, descriptor: descriptor, wantsWrite: false, continuation: $2)) }
    }

    /// Returns once `descriptor` takes bytes, or its other end is closed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    public func waitWritable(_ descriptor: Int32) async throws(CancellationError) {
        try await wait { $0.waiters.add(.init(id: $1, descriptor: descriptor, wantsWrite: true, continuation: $2)) }
    }

    /// Returns after `duration`, by the monotonic clock, or up to a millisecond later.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    public func sleep(for duration: Duration) async throws(CancellationError) {
        let deadline = MonotonicTime.now + duration
        try await wait { $0.timers.add(.init(id: $1, deadline: deadline, continuation: $2)) }
    }

    /// Suspends the task after `register` has put its continuation into one of the loop's tables.
    ///
    /// Whoever takes the continuation out of its table resumes it, so it is resumed exactly once. Cancellation sets the
    /// task's flag before its handler asks for the lock: either the registration sees the flag, or the handler finds the entry.
    private func wait(
        _ register: @Sendable (inout State, UInt64, WakeUpContinuation) -> Void
    ) async throws(CancellationError) {
        let id = state.withLock { $0.nextID() }
        let wakeUp = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: WakeUpContinuation) in
                var isCancelled = false
                let alarm: Alarm? = state.withLock { state in
                    isCancelled = Task.isCancelled
                    if isCancelled { return nil }
                    register(&state, id, continuation)
                    return self.alarm(&state)
                }
                alarm?.ring()
                if isCancelled { continuation.resume(returning: .cancelled) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiters.take(id: id) ?? $0.timers.take(id: id) }
            continuation?.resume(returning: .cancelled)
        }
        if case .cancelled = wakeUp { throw CancellationError() }
    }
}
