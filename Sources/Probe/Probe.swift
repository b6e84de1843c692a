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
    /// Reads what needs no driver where this probe's child does not get to it; nil: its own next child does.
    private let host: Probe?
    let state = Mutex(ProbeState())

    /// Makes a probe; its child is started by the first request.
    ///
    /// - Parameters:
    ///   - executable: the agent's own binary.
    ///   - deadline: how long a request may take; on a healthy node a reading takes milliseconds.
    ///   - host: a probe that never enters the driver, for the host's facts while this one's child is held up there.
    package init(
        loop: EventLoop, executable: String = "/proc/self/exe", configuration: ProbeConfiguration,
        deadline: Duration = .seconds(3), host: Probe? = nil
    ) {
        self.loop = loop
        self.executable = executable
        self.configuration = configuration
        self.deadline = deadline
        self.host = host
    }

    /// Reads what `request` names. Always answers, within the deadline and half a second; if not everything could be read,
    /// the snapshot holds what was, and says why.
    package func read(_ request: ProbeRequest) async -> NodeSnapshot {
        let collectedAt = WallClock.microseconds
        let end = MonotonicTime.now + deadline
        var request = request
        var last = await attempt(request, until: end)
        let first = last.earlier ?? last.snapshot.interruption
        var further: [ProbeInterruption] = []
        request.skippedGPUs = last.skippedGPUs
        // A driver that hangs or crashes on one GPU is asked once more, without that GPU, while there is time.
        while let gpu = last.snapshot.gpuToSkip, !request.skippedGPUs.contains(gpu),
            MonotonicTime.now + deadline / 8 < end
        {
            request.skippedGPUs.append(gpu)
            last = await attempt(request, until: end, isRetry: true)
            request.skippedGPUs = last.skippedGPUs
            if let next = last.snapshot.interruption, next.gpuIndex != nil { further.append(next) }
        }
        var snapshot = last.snapshot
        let interruption = first ?? last.earlier ?? snapshot.interruption
        if interruption != nil, snapshot.host == nil { await addHost(to: &snapshot, request) }
        snapshot.collectedAtMicroseconds = collectedAt
        snapshot.interruption = interruption
        snapshot.furtherInterruptions = further.filter { $0.gpuIndex != interruption?.gpuIndex }
        addEarlierHangs(to: &snapshot)
        return snapshot
    }

    /// A GPU on which the driver hung or crashed counts as hung until it answers, also where the others took all of the time and
    /// nobody got to it.
    private func addEarlierHangs(to snapshot: inout NodeSnapshot) {
        guard let interruption = snapshot.interruption, interruption.cause == .timedOut else { return }
        let told = ([interruption] + snapshot.furtherInterruptions).compactMap(\.gpuIndex)
        let reached = Set(snapshot.gpus.map(\.index) + told)
        let count = snapshot.driver.gpuCount.value ?? .max
        let unreached = state.withLock { $0.suspects }.filter { $0.key < count && !reached.contains($0.key) }
        for (_, var earlier) in unreached.sorted(by: { $0.key < $1.key }) where earlier.isOfDriver {
            earlier.isEarlier = true
            snapshot.furtherInterruptions.append(earlier)
        }
    }

    /// How long what needs no driver may take when it is asked for after the deadline.
    private static let hostGrace: Duration = .milliseconds(150)

    /// Reads what needs no driver, by a child that keeps away from it, for a snapshot that has nothing of it.
    private func addHost(to snapshot: inout NodeSnapshot, _ request: ProbeRequest) async {
        var rest = request
        rest.sections.subtract(.needingDriver)
        guard rest.sections.contains(.host) else { return }
        var view = await (host ?? self).attempt(rest, until: .now + Self.hostGrace).snapshot
        view.driver = snapshot.driver
        view.gpus = snapshot.gpus
        snapshot = view
    }

    /// What one attempt at a request came to.
    private struct Attempt {
        let snapshot: NodeSnapshot
        /// Why the request had to do without a GPU on which another one had hung; nil if it had not.
        let earlier: ProbeInterruption?
        /// The GPUs that it did without, for whatever reason.
        let skippedGPUs: [UInt32]
    }

    private func attempt(_ request: ProbeRequest, until end: MonotonicTime, isRetry: Bool = false) async -> Attempt {
        let outcome = await withUnsafeContinuation { (continuation: ProbeContinuation) in
            submit(PendingRequest(request: request, deadline: end, continuation: continuation), isRetry: isRetry)
        }
        if let interruption = outcome.interruption { state.withLock { $0.counts.add(interruption.cause) } }
        var snapshot = decode(outcome.bytes)
        snapshot.interruption = outcome.interruption ?? snapshot.interruption
        return Attempt(snapshot: snapshot, earlier: outcome.earlier, skippedGPUs: outcome.skippedGPUs)
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

    /// What has happened to requests and children since the start.
    package var counts: ProbeCounts { state.withLock { $0.counts } }

    /// Whether the child process goes on with a request that was answered without it, as it does while the driver starts and
    /// opens GPUs that take their time.
    package var isStillWorking: Bool { state.withLock { $0.inFlight.contains { $0.continuation == nil } } }

    /// The pid of the child process; nil if none runs. For tests and reports.
    package var workerPID: Int32? { state.withLock { $0.worker?.pid } }
}

extension NodeSnapshot {
    /// The GPU without which another attempt may get further; nil if this one was whole, or got to all other GPUs.
    fileprivate var gpuToSkip: UInt32? {
        guard let interruption, let gpu = interruption.gpuIndex, let count = driver.gpuCount.value else { return nil }
        switch interruption.cause {
        case .timedOut where !interruption.isStillWorking, .crashed: return gpus.count + 1 < count ? gpu : nil
        default: return nil
        }
    }
}
