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
    /// Older readings say nothing of what holds for a moment only.
    private static let recent: Int64 = 5_000_000

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

    /// The newest reading of these GPUs that is at least so many microseconds older than `now`, but only a moment.
    func last(of places: [BusID], than now: Int64, by window: Int64) -> CounterSample? {
        samples.withLock { samples in
            samples.last { sample in
                let age = now - sample.microseconds
                return age >= window && age <= Self.recent && sample.covers(places)
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

    /// Finds out how fast counters grow, and whether clocks stay held down, where it matters: by earlier readings of this
    /// session, or by a second one after `window`. Most nodes need neither.
    ///
    /// - Parameter window: zero: do not wait.
    func watch(_ first: NodeSnapshot, _ window: Duration) async -> WatchedNode {
        let start = MonotonicTime.now.microseconds
        let sample = CounterSample(first, microseconds: start)
        let watched = first.gpusToReadTwice(thresholds)
        defer { counters.keep(sample) }
        guard !watched.isEmpty, first.interruption == nil else { return WatchedNode(snapshot: first, window: nil) }
        let known = knownWindow(watched, until: start, max(CounterWindow.shortest, window))
        // A slowdown that the last reading does not have either just began or is a flash: one more reading tells.
        if let known, window == .zero || known.last?.confirmsSlowdowns(of: watched) ?? !watched.haveSlowdowns {
            return WatchedNode(snapshot: first, window: known)
        }
        guard window > .zero, (try? await loop.sleep(for: window)) != nil else {
            return WatchedNode(snapshot: first, window: known)
        }
        return await readAgain(first, watched, sample, known?.before)
    }

    /// What earlier readings of this session tell of these GPUs.
    private func knownWindow(_ watched: [GPUSnapshot], until now: Int64, _ shortest: Duration) -> CounterWindow? {
        let places = watched.compactMap(\.busID.value)
        guard let before = counters.earlier(of: places, than: now, by: shortest.microseconds) else { return nil }
        let last = counters.last(of: places, than: now, by: CounterWindow.shortest.microseconds)
        return CounterWindow(from: before, last: last, to: now)
    }

    /// - Parameter earlier: a reading of counters that is older than the first one, if there is one.
    private func readAgain(
        _ first: NodeSnapshot, _ watched: [GPUSnapshot], _ sample: CounterSample, _ earlier: CounterSample?
    ) async -> WatchedNode {
        let later = await probe.read(ProbeRequest(Self.counters, gpus: watched.map { .index($0.index) }))
        var snapshot = first
        snapshot.take(countersOf: later)
        guard later.interruption == nil else { return WatchedNode(snapshot: snapshot, window: nil) }
        var (before, last) = (earlier ?? sample, sample)
        for gpu in watched where !later.isRead(gpu) {
            guard let place = gpu.busID.value else { continue }
            before.forget(place)
            last.forget(place)
        }
        return WatchedNode(
            snapshot: snapshot, window: CounterWindow(from: before, last: last, to: MonotonicTime.now.microseconds))
    }
}

extension [GPUSnapshot] {
    /// Whether one of them has its clocks held down at this moment by something that is wrong.
    fileprivate var haveSlowdowns: Bool {
        contains { !ClocksEventReasons($0.telemetry).isDisjoint(with: .faults) }
    }
}

extension NodeSnapshot {
    /// The same node a moment later: counters and what hangs on them; a driver or a GPU that went silent meanwhile is news,
    /// too.
    fileprivate mutating func take(countersOf later: NodeSnapshot) {
        interruption = later.interruption ?? interruption
        furtherInterruptions += later.furtherInterruptions
        devices = later.devices ?? devices
        for gpu in later.gpus where gpu.isSelected {
            guard let index = gpus.firstIndex(where: { gpu.canBe($0) }) else { continue }
            gpus[index].refusal = gpu.refusal ?? gpus[index].refusal
            gpus[index].telemetry = gpu.telemetry ?? gpus[index].telemetry
            gpus[index].links = gpu.links ?? gpus[index].links
        }
    }

    /// Whether this later reading has the counters of a GPU.
    fileprivate func isRead(_ gpu: GPUSnapshot) -> Bool {
        gpus.contains { $0.canBe(gpu) && $0.refusal == nil && $0.telemetry != nil }
    }
}

extension GPUSnapshot {
    /// Whether it is the same GPU as an earlier reading shows; one that is lost has its index only.
    fileprivate func canBe(_ earlier: GPUSnapshot) -> Bool {
        index == earlier.index && (busID.value == nil || busID.value == earlier.busID.value)
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
