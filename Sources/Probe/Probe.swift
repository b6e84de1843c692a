package import EventLoop
package import ProbeProtocol
package import Snapshots
internal import Synchronization

/// The client of the child process in which NVML runs.
///
/// A driver that hangs or crashes takes that child with it and never the agent: each request has a deadline, after which the
/// child is killed and the next request gets a new one. A child that cannot be killed (asleep in the kernel) is left alone;
/// while it exists nobody asks the driver again, and what can be read without it still is.
package final class Probe: Sendable {
    let loop: EventLoop
    let executable: String
    let configuration: ProbeConfiguration
    /// How long a request may take.
    package let deadline: Duration
    let state = Mutex(ProbeState())

    /// Makes a probe; its child is started by the first request.
    ///
    /// - Parameters:
    ///   - executable: the agent's own binary.
    ///   - deadline: how long a request may take; on a healthy node a reading takes milliseconds.
    package init(
        loop: EventLoop, executable: String = "/proc/self/exe", configuration: ProbeConfiguration,
        deadline: Duration = .seconds(3)
    ) {
        self.loop = loop
        self.executable = executable
        self.configuration = configuration
        self.deadline = deadline
    }

    /// Reads what `request` names. Always answers, within the deadline and half a second; if not everything could be read,
    /// the snapshot holds what was, and says why.
    package func read(_ request: ProbeRequest) async -> NodeSnapshot {
        let collectedAt = WallClock.microseconds
        let started = MonotonicTime.now
        let outcome = await withUnsafeContinuation { (continuation: ProbeContinuation) in
            submit(PendingRequest(request: request, deadline: started + deadline, continuation: continuation))
        }
        var snapshot = decode(outcome.bytes)
        snapshot.collectedAtMicroseconds = collectedAt
        snapshot.interruption = outcome.interruption ?? snapshot.interruption
        return snapshot
    }

    private func decode(_ bytes: [UInt8]) -> NodeSnapshot {
        bytes.withUnsafeBytes { bytes in
            do throws(SnapshotError) { return try NodeSnapshot(parts: bytes) } catch {
                var snapshot = NodeSnapshot()
                snapshot.interruption = ProbeInterruption(cause: .garbage, deadline: deadline)
                return snapshot
            }
        }
    }

    /// Ends the child process, if there is one. Requests that are still waiting are answered as interrupted.
    package func shutDown() async {
        let pid = state.withLock { state in
            state.isShutDown = true
            state.watcher?.cancel()
            return state.worker?.pid
        }
        guard let pid else { return }
        ChildExit.kill(pid)
        _ = await collect(pid, within: .milliseconds(100))
    }

    /// The pid of the child process; nil if none runs. For tests and reports.
    package var workerPID: Int32? { state.withLock { $0.worker?.pid } }
}
