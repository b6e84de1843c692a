internal import EventLoop
internal import Snapshots
internal import Synchronization

extension Probe {
    /// Ends the child process and sends no other into the driver until ``openDriver(forgetting:)``: a GPU that is to be reset
    /// must not be held by the agent itself. What needs no driver can be read meanwhile.
    ///
    /// Requests that the child is working on get their answers first, within the deadline. Without persistence mode its end
    /// stops the GPUs that nobody else has open, which takes as long as starting them.
    /// - Returns: false where not even a kill ended the child: it sleeps in the kernel and still has the driver open.
    package func closeDriver() async -> Bool {
        state.withLock { $0.isDriverClosed = true }
        let patience = MonotonicTime.now + deadline
        let end = patience + ProbeInterruption.patienceAtStart(deadline: deadline)
        while true {
            let now = MonotonicTime.now
            switch state.withLock({ $0.nextToClose(isPatient: now < patience) }) {
            case .closed: return true
            case .stuck where now >= end: return false
            case .stuck, .wait: try? await loop.sleep(for: .milliseconds(2))
            case .end(let pid): await replace(pid, cause: .driverClosed)
            }
        }
    }

    /// Lets children into the driver again.
    ///
    /// - Parameter isStale: whether what the driver did at a GPU, by its index, says nothing of what it does now, since that
    ///   one or the order of all was changed meanwhile.
    package func openDriver(forgetting isStale: (UInt32) -> Bool) {
        let completions = state.withLock { state in
            state.isDriverClosed = false
            state.suspects = state.suspects.filter { !isStale($0.key) }
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
        // One that was never sent into the driver holds nothing of it.
        return hasDriver ? beginReplacing().map(Closing.end) ?? .closed : .closed
    }
}
