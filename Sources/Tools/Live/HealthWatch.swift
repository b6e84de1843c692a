internal import Diagnosis
internal import EventLoop
internal import Probe
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

/// Reads and judges the hardware again and again while somebody listens.
struct HealthWatch {
    let watch: NodeWatch

    /// Time between readings, so that a change is told within a second.
    private static let interval: Duration = .milliseconds(600)
    /// Where a reading takes long, nine tenths of the time are left to others, but no more than so long.
    private static let longestInterval: Duration = .seconds(10)

    /// Returns when its task is cancelled.
    func run() async {
        var log = ReadLog()
        watch.news.withLock { $0.node = nil }
        while !Task.isCancelled {
            let start = MonotonicTime.now
            let snapshot = await read(&log)
            guard !Task.isCancelled else { return }
            tell(NodeState(await watch.context.judge(snapshot).report))
            let spent = MonotonicTime.now.duration(since: start)
            let pause = min(max(Self.interval, spent * 9), Self.longestInterval)
            _ = try? await watch.context.loop.sleep(for: pause)
        }
    }

    /// The kernel log as it was read last, which need not be read again while nothing is added.
    private struct ReadLog {
        var value: Reading<HostKernelLog>?
        var changes: UInt64 = 0
    }

    private func read(_ log: inout ReadLog) async -> NodeSnapshot {
        let changes = watch.news.withLock { $0.logChanges }
        var sections = ProbeSections.health
        let isCurrent = log.value != nil && log.changes == changes
        if isCurrent { sections.subtract(.kernelLog) }
        var snapshot = await watch.context.probe.read(ProbeRequest(sections)).withAllIdentities
        if !isCurrent, let read = snapshot.kernelLog { log = ReadLog(value: read, changes: changes) }
        // A reading that was cut off has none; the one before is still true.
        snapshot.kernelLog = snapshot.kernelLog ?? log.value
        return snapshot
    }

    private func tell(_ node: NodeState) {
        let before = watch.news.withLock { news in
            defer { news.node = node }
            return news.node
        }
        guard let before, before != node else { return }
        watch.tell { node.differs(from: before, in: $0) }
    }
}
