internal import Diagnosis
internal import EventLoop
internal import HostNode
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

/// Follows the kernel log while somebody listens.
struct LogWatch {
    let watch: NodeWatch

    /// How often a log is looked at that is a file, since nobody announces its growth.
    private static let fileInterval: Duration = .milliseconds(300)
    /// After records came: what follows within this time is told with the next ones, however fast the kernel writes.
    private static let pause: Duration = .milliseconds(50)
    /// After the log could not be read.
    private static let retry: Duration = .seconds(5)

    /// Returns when its task is cancelled, or there is no log.
    func run() async {
        while !Task.isCancelled {
            do throws(HostFileError) {
                guard var log = try watch.openLog() else { return }
                try log.skipToEnd { _ in }
                try await follow(&log)
            } catch {
                // The log's own resource says why it cannot be read; it may be readable later.
                _ = try? await watch.context.loop.sleep(for: Self.retry)
            }
        }
    }

    private func follow(_ log: inout KernelLogFollower) async throws(HostFileError) {
        let loop = watch.context.loop
        while !Task.isCancelled {
            if let descriptor = log.descriptor {
                _ = try? await loop.waitReadable(descriptor)
            } else {
                _ = try? await loop.sleep(for: Self.fileInterval)
            }
            guard !Task.isCancelled else { return }
            var events: [KernelEvent] = []
            try log.readNew { events += KernelEventParser.events(in: $0) }
            if !events.isEmpty { tell(events) }
            if log.descriptor != nil { _ = try? await loop.sleep(for: Self.pause) }
        }
    }

    /// The log has changed, and with it what is said of the GPUs that the kernel names. The judgement is made anew.
    private func tell(_ events: [KernelEvent]) {
        let node = watch.news.withLock { news in
            news.logChanges += 1
            return news.node
        }
        let places = Set(events.filter { !$0.isInjected }.compactMap { $0.busID?.slot })
        watch.tell { resource in
            switch resource {
            case .kernelLog: true
            case .gpu(let selector): node?.gpu(selector)?.busID.map { places.contains($0.slot) } ?? false
            case .node, .telemetry: false
            }
        }
    }
}
