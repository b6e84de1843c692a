internal import EventLoop
internal import ProbeProtocol
internal import Snapshots

/// Looks again and again whether the node's daemons run, at little cost: once found, only they are looked at.
///
/// All processes are looked through for those that do not run, now and then, and at once for what has taken the place of one
/// that ended.
struct DaemonWatch {
    /// Reads processes of the node; nil where that was not to be had.
    typealias Reader = @Sendable (ProbeRequest) async -> ProcessesSnapshot?

    /// How often all processes are looked through while a daemon does not run.
    private static let interval: Duration = .seconds(5)
    /// On a full node one look takes long: the next one comes after so many times of that.
    private static let rest = 40

    /// The daemons as they are now, with what the last look through all processes tells of the others.
    private var known: ProcessesSnapshot?
    /// Whom the last look through all processes was for.
    private var searched: [String] = []
    /// When all processes may be looked through again; nil for at once.
    private var nextSearch: MonotonicTime?

    /// The processes of these daemons; nil where nobody knows, or none is needed.
    ///
    /// - Parameter names: as the kernel keeps them, at most 15 characters.
    mutating func look(
        for names: [String], now: MonotonicTime = .now, _ read: Reader
    ) async -> ProcessesSnapshot? {
        guard !names.isEmpty else { return nil }
        // From a namespace of its own the agent does not see them, however often it looks.
        if let known, known.sharesProcessIDs == false { return known }
        if names != searched { nextSearch = nil }
        if await oneHasEnded(read) { (known, nextSearch) = (nil, nil) }
        let isMissing = names.contains { !isRunning($0) }
        let maySearch = nextSearch.map { now >= $0 } ?? true
        if isMissing, maySearch { await search(names, now, read) }
        return known
    }

    private func isRunning(_ name: String) -> Bool {
        known?.processes.contains { $0.process.name.hasPrefix(name) } ?? false
    }

    /// Looks at the daemons that were found. Where that cannot be read, what was is still believed.
    private func oneHasEnded(_ read: Reader) async -> Bool {
        guard let before = known?.processes, !before.isEmpty else { return false }
        let request = ProbeRequest([.nodeProcesses], pids: before.map(\.process.pid))
        guard let now = await read(request)?.processes else { return false }
        return !before.allSatisfy { daemon in now.contains { $0.isStill(daemon) } }
    }

    private mutating func search(_ names: [String], _ now: MonotonicTime, _ read: Reader) async {
        let start = MonotonicTime.now
        let answer = await read(ProbeRequest([.nodeProcesses]))
        searched = names
        nextSearch = now + max(Self.interval, MonotonicTime.now.duration(since: start) * Self.rest)
        guard var found = answer else { return }
        found.processes = found.processes.compactMap { entry -> NodeProcess? in
            guard entry.lives, names.contains(where: { entry.process.name.hasPrefix($0) }) else { return nil }
            var daemon = entry
            // Each of them waits in the kernel for moments, which is no news.
            if daemon.process.state == .uninterruptible { daemon.process.state = .sleeping }
            return daemon
        }
        known = found
    }
}

extension NodeProcess {
    fileprivate var lives: Bool { process.state != .zombie && process.state != .dead }

    /// Whether it is that process, and lives; a number alone may have gone to another one.
    fileprivate func isStill(_ other: NodeProcess) -> Bool {
        lives && process.pid == other.process.pid && process.startTicks == other.process.startTicks
    }
}
