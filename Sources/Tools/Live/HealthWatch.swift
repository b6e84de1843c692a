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
        var daemons = DaemonWatch()
        watch.news.withLock { $0.node = nil }
        // The first reading takes its time to learn how fast counters grow; the following ones know it from those before.
        var window = Duration.milliseconds(WindowArgument.standard)
        while !Task.isCancelled {
            let start = MonotonicTime.now
            var snapshot = await read(&log)
            let isRead = MonotonicTime.now
            snapshot.daemons = await look(for: snapshot.neededDaemons, of: snapshot, &daemons)
            // Looking for daemons limits itself, and is to delay no news of the GPUs.
            let looked = MonotonicTime.now.duration(since: isRead)
            let health = await watch.context.judge(snapshot, window: window, log: log.value)
            guard !Task.isCancelled else { return }
            tell(NodeState(health.report))
            let spent = MonotonicTime.now.duration(since: start) - window - looked
            window = .zero
            let pause = min(max(Self.interval, spent * 9), Self.longestInterval)
            _ = try? await watch.context.loop.sleep(for: pause)
        }
    }

    /// The kernel log as it was read last, which need not be read again while nothing is added.
    private struct ReadLog {
        var value: NodeLog?
        var changes: UInt64 = 0
    }

    /// The daemons, read by a process that the driver does not hold up.
    private func look(
        for names: [String], of snapshot: NodeSnapshot, _ daemons: inout DaemonWatch
    ) async -> ProcessesSnapshot? {
        let source = snapshot.interruption == nil ? watch.context.probe : watch.context.hostProbe
        return await daemons.look(for: names) { request in
            let answer = await source.read(request)
            return answer.interruption == nil ? answer.nodeProcesses : nil
        }
    }

    /// Processes and pods are left out: to look through all of /proc again and again would cost too much.
    private func read(_ log: inout ReadLog) async -> NodeSnapshot {
        let changes = watch.news.withLock { $0.logChanges }
        var sections = ProbeSections.health
        let isCurrent = log.value != nil && log.changes == changes
        if isCurrent { sections.subtract(.kernelLog) }
        let snapshot = await watch.context.probe.read(ProbeRequest(sections)).withAllIdentities
        // A reading that was cut off has no log; the one before is still true.
        if !isCurrent, let read = await watch.context.readLog(snapshot, by: watch.context.hostProbe) {
            log = ReadLog(value: read, changes: changes)
        }
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
