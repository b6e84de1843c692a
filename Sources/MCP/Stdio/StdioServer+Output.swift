import EventLoop
import JSON
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension StdioServer {
    func finish(_ key: CallKey, with outcome: CallOutcome) {
        let isLast = state.withLock { state in
            state.tasks[key] = nil
            state.session.finish(key, with: outcome, into: &state.outbox.incoming)
            offerRoom(&state)
            return state.session.openCallCount == 0
        }
        // Other answers may be ready in this very round of the loop: they share a write. The last one need not wait.
        if isLast { flush() } else { outputReady.fire() }
    }

    /// Writes what can be written now; what is left is the writer's.
    func flush() {
        let isBlocked = state.withLock { state in
            if state.isBlocked { return false }
            write(&state)
            return state.isBlocked
        }
        if isBlocked { outputReady.fire() }
    }

    func writeWhenReady() async {
        let descriptor = state.withLock { $0.outbox.number }
        while !Task.isCancelled {
            await outputReady.wait()
            while writeAsWriter() {
                guard (try? await loop.waitWritable(descriptor)) != nil else { return }
            }
        }
    }

    /// - Returns: whether the output must be waited for.
    private func writeAsWriter() -> Bool {
        state.withLock { state in
            write(&state)
            return state.isBlocked
        }
    }

    /// The write does not block, so that the lock is held for no longer than a copy takes.
    private func write(_ state: inout State) {
        if case .outputLost = state.end { return }
        switch state.outbox.flush() {
        case .empty:
            state.isBlocked = false
            if state.isFinishing && state.session.openCallCount == 0 { finished.fire() }
        case .blocked:
            state.isBlocked = true
        case .failed(let code):
            loseOutput(code, &state)
        }
        offerRoom(&state)
    }

    private func loseOutput(_ code: Int32, _ state: inout State) {
        state.isBlocked = false
        state.end = .outputLost(code)
        stopReading.fire()
        finished.fire()
    }

    /// Notices that the reader of our pipe has gone while we have nothing to write.
    func watchOutput() async {
        let (descriptor, showsLostReader) = state.withLock { ($0.outbox.number, $0.outbox.showsLostReader) }
        guard showsLostReader, (try? await loop.waitReadable(descriptor)) != nil else { return }
        state.withLock { loseOutput(EPIPE, &$0) }
    }
}
