internal import Diagnosis
internal import EventLoop
internal import JSON
internal import Probe
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

/// The counters that this agent has read lately: with them the next reading knows rates without waiting.
package final class CounterMemory: Sendable {
    /// Readings kept.
    private static let limit = 8
    /// Older readings say too little of what goes on now.
    private static let oldest: Int64 = 120_000_000
    /// Closer readings are not worth keeping both, microseconds.
    private static let apart: Int64 = 1_000_000

    private let samples = Mutex<[CounterSample]>([])

    func keep(_ sample: CounterSample) {
        samples.withLock { samples in
            if let last = samples.last, sample.microseconds - last.microseconds < Self.apart { return }
            samples.append(sample)
            if samples.count > Self.limit { samples.removeFirst() }
        }
    }

    /// The oldest reading of these GPUs that is at least so many microseconds older than `now`, but not too old.
    func earlier(of places: [BusID], than now: Int64, by window: Int64) -> CounterSample? {
        samples.withLock { samples in
            samples.first { sample in
                let age = now - sample.microseconds
                return age >= window && age <= Self.oldest && sample.covers(places)
            }
        }
    }
}

/// Two readings of a node's counters.
struct WatchedNode {
    /// With the later counters.
    let snapshot: NodeSnapshot
    /// Nil where nothing had to be watched, or could not be.
    let window: CounterWindow?
}

extension ToolContext {
    /// What a second reading needs.
    private static let counters: ProbeSections = [.driver, .telemetry, .links, .devices]

    /// Finds out how fast counters grow, where they stand so high that it matters: by an earlier reading of this session, or
    /// by a second one after `window`. Most nodes need neither.
    ///
    /// - Parameter window: zero: do not wait.
    func watch(_ first: NodeSnapshot, _ window: Duration) async -> WatchedNode {
        let start = MonotonicTime.now.microseconds
        let sample = CounterSample(first, microseconds: start)
        let watched = first.gpusToReadTwice(thresholds)
        let places = watched.compactMap(\.busID.value)
        defer { counters.keep(sample) }
        guard !watched.isEmpty, first.interruption == nil else { return WatchedNode(snapshot: first, window: nil) }
        let shortest = max(CounterWindow.shortest, window)
        if let earlier = counters.earlier(of: places, than: start, by: shortest.microseconds) {
            return WatchedNode(snapshot: first, window: CounterWindow(from: earlier, to: start))
        }
        guard window > .zero, (try? await loop.sleep(for: window)) != nil else {
            return WatchedNode(snapshot: first, window: nil)
        }
        let later = await probe.read(ProbeRequest(Self.counters, gpus: watched.map { .index($0.index) }))
        var snapshot = first
        snapshot.take(countersOf: later)
        guard later.interruption == nil else { return WatchedNode(snapshot: snapshot, window: nil) }
        return WatchedNode(
            snapshot: snapshot, window: CounterWindow(from: sample, to: MonotonicTime.now.microseconds))
    }
}

extension NodeSnapshot {
    /// The same node a moment later: counters and what hangs on them; a driver that went silent meanwhile is news, too.
    fileprivate mutating func take(countersOf later: NodeSnapshot) {
        interruption = later.interruption ?? interruption
        devices = later.devices ?? devices
        for gpu in later.gpus where gpu.isSelected {
            guard let index = gpus.firstIndex(where: { $0.index == gpu.index && $0.busID.value == gpu.busID.value })
            else { continue }
            gpus[index].telemetry = gpu.telemetry ?? gpus[index].telemetry
            gpus[index].links = gpu.links ?? gpus[index].links
        }
    }
}

extension CounterWindow {
    /// Of a shorter time no rate can be told.
    static let shortest: Duration = .milliseconds(200)
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension MonotonicTime {
    fileprivate var microseconds: Int64 { Int64(clamping: nanoseconds / 1_000) }
}

/// The argument `window_ms`.
enum WindowArgument {
    static let name = "window_ms"
    static let standard = 1_000

    static let schema = Schema.integer(
        "Where a counter stands so high that its rate matters: time until it is read again; 0: rates stay unknown",
        0...10_000, default: standard)

    static func duration(_ arguments: JSONObject) -> Duration {
        .milliseconds(arguments[name]?.intValue ?? Int64(standard))
    }
}
