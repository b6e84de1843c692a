internal import EventLoop
internal import Snapshots
internal import Synchronization

extension Probe {
    /// Ends the child process and sends no other into the driver until ``openDriver()``: a GPU that is to be reset must not be
    /// held by the agent itself. What needs no driver can be read meanwhile.
    ///
    /// Requests that the child is working on get their answers first, within the deadline.
    /// - Returns: false where not even a kill ended the child: it sleeps in the kernel and still has the driver open.
    package func closeDriver() async -> Bool {
        state.withLock { $0.isDriverClosed = true }
        let patience = MonotonicTime.now + deadline
        while true {
            switch state.withLock({ $0.nextToClose(isPatient: .now < patience) }) {
            case .closed: return true
            case .stuck: return false
            case .wait: try? await loop.sleep(for: .milliseconds(2))
            case .end(let pid): await replace(pid, cause: nil)
            }
        }
    }

    /// Lets children into the driver again.
    package func openDriver() {
        let completions = state.withLock { state in
            state.isDriverClosed = false
            // What a GPU did before it was reset says nothing of what it does now.
            state.suspects = [:]
            return pump(&state)
        }
        for completion in completions { completion.deliver() }
    }
}

extension ProbeState {
    fileprivate enum Closing {
        case closed
        /// A child sleeps in the kernel.
        case stuck
        /// Work is still going on, or a child is being ended already.
        case wait
        case end(Int32)
    }

    fileprivate mutating func nextToClose(isPatient: Bool) -> Closing {
        if releaseStuck() == .stillStuck { return .stuck }
        guard !isReplacing, inFlight.isEmpty || !isPatient else { return .wait }
        return beginReplacing().map(Closing.end) ?? .closed
    }
}
