internal import Diagnosis
package import HostNode
package import MCP
internal import Snapshots
internal import Synchronization

/// Tells clients that listen when a GPU's state or the kernel log changes.
///
/// It follows the log and reads the hardware only while somebody listens to a resource that may change by it. Without
/// listeners there is no task, no timer and no open file.
package final class NodeWatch: Sendable {
    /// Opens the node's kernel log to be followed; nil where there is none that could grow.
    package typealias LogOpener = @Sendable () throws(HostFileError) -> KernelLogFollower?

    private struct State {
        var log: Task<Void, Never>?
        var health: Task<Void, Never>?
    }

    let server: MCPServer
    let context: ToolContext
    let openLog: LogOpener
    /// What the log follower and the reader of the hardware tell each other.
    let news = Mutex(News())
    private let state = Mutex(State())

    struct News {
        /// Counts the moments at which the log had something new.
        var logChanges: UInt64 = 0
        /// What the hardware was like when it was last read.
        var node: NodeState?
    }

    /// - Parameter openLog: called each time that somebody begins to listen.
    package init(_ server: MCPServer, _ context: ToolContext, openLog: @escaping LogOpener) {
        self.server = server
        self.context = context
        self.openLog = openLog
    }

    /// Begins to heed who listens; it does so until it is released.
    package func start() {
        // The server may be busy with a connection while it tells this, so tasks are started and nothing else is done here.
        server.onWatchChange { [weak self] _ in self?.adjust() }
    }

    /// The resources that somebody listens to now, of those that can change.
    var watched: [(uri: String, resource: WatchedResource)] {
        server.watchedResources.sorted().compactMap { uri in WatchedResource(uri).map { (uri, $0) } }
    }

    /// Several connections may tell of changes at the same time; whoever comes last sees what all have left.
    private func adjust() {
        state.withLock { state in
            // Looked at no further than is needed: each subscription comes by here, and clients can have many thousands.
            let watched = server.watchedResources.lazy.compactMap { WatchedResource($0) }
            // Each record of the log can change every resource, since the judgement looks at it, too.
            Self.keep(&state.log, running: !watched.isEmpty) { start { await LogWatch(watch: $0).run() } }
            Self.keep(&state.health, running: watched.contains { $0.needsReading }) {
                start { await HealthWatch(watch: $0).run() }
            }
        }
    }

    private static func keep(
        _ task: inout Task<Void, Never>?, running isWanted: Bool, _ start: () -> Task<Void, Never>
    ) {
        if isWanted, task == nil { task = start() }
        guard !isWanted else { return }
        task?.cancel()
        task = nil
    }

    private func start(_ work: @escaping @Sendable (NodeWatch) async -> Void) -> Task<Void, Never> {
        Task(executorPreference: context.loop) { await work(self) }
    }

    /// Tells those who listen to these resources.
    func tell(_ isAffected: (WatchedResource) -> Bool) {
        for (uri, resource) in watched where isAffected(resource) { server.notify(.resourceUpdated(uri: uri)) }
    }
}
