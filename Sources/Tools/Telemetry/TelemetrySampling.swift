internal import Diagnosis
internal import EventLoop
internal import MCP
internal import ProbeProtocol
internal import Snapshots

/// Several telemetry readings in a row, gathered per GPU.
struct TelemetrySampling {
    /// For how long to sample, and the time between two samples, which is at most that; milliseconds.
    private let duration: Int64
    private let interval: Int64
    private(set) var samples = 0
    /// From the first sample to the last one.
    private(set) var sampledMilliseconds: Int64 = 0
    private(set) var statistics: [UInt32: TelemetryStatistics] = [:]
    private var firstLimiters: [UInt32: ClockLimiterTimes] = [:]
    private var lastLimiters: [UInt32: ClockLimiterTimes] = [:]

    init(milliseconds duration: Int64, interval: Int64) {
        self.duration = duration
        self.interval = max(1, min(interval, duration))
    }

    /// Takes one reading of the node into account.
    mutating func add(_ snapshot: NodeSnapshot) {
        samples += 1
        for gpu in snapshot.gpus {
            guard let telemetry = gpu.telemetry else { continue }
            statistics[gpu.index, default: TelemetryStatistics()].add(telemetry)
            if firstLimiters[gpu.index] == nil { firstLimiters[gpu.index] = telemetry.limiters }
            lastLimiters[gpu.index] = telemetry.limiters
        }
    }

    /// For how long each limiter had held this GPU's clocks down at its first and at its last sample.
    func limiters(_ gpu: UInt32) -> (first: ClockLimiterTimes, last: ClockLimiterTimes)? {
        guard let first = firstLimiters[gpu], let last = lastLimiters[gpu], samples > 1 else { return nil }
        return (first, last)
    }

    /// What held this GPU's clocks down and means trouble: by all samples or, without any, by the reading given.
    func faults(_ gpu: GPUSnapshot) -> ClocksEventReasons {
        statistics[gpu.index]?.faults ?? gpu.telemetry?.eventReasons.value?.faultsAtOnce ?? []
    }

    /// Reads until the time is over, the caller cancels or the driver stops answering; returns the last reading.
    mutating func run(
        from first: NodeReading, _ context: ToolContext, _ call: ToolCall
    ) async throws(ToolFailure) -> NodeReading {
        var latest = first
        add(first.snapshot)
        let start = MonotonicTime.now
        var planned: Int64 = 0
        while let next = time(after: max(planned, sampledMilliseconds)) {
            planned = next
            let wait = Duration.milliseconds(next) - MonotonicTime.now.duration(since: start)
            do { try await context.loop.sleep(for: wait) } catch { return latest }
            latest = try await context.read([.driver, .host, .telemetry], for: call)
            add(latest.snapshot)
            sampledMilliseconds = MonotonicTime.now.duration(since: start).milliseconds
            report(to: call)
            if latest.snapshot.interruption != nil { return latest }
        }
        return latest
    }

    /// When to take the next sample: at whole intervals, those left out that a slow driver has missed, and at the end.
    func time(after elapsed: Int64) -> Int64? {
        guard elapsed < duration else { return nil }
        return min((elapsed / interval + 1) * interval, duration)
    }

    private func report(to call: ToolCall) {
        guard call.wantsProgress else { return }
        call.progress(
            Double(min(sampledMilliseconds, duration)), total: Double(duration), message: "\(samples) samples")
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
