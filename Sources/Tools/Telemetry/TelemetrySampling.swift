internal import EventLoop
internal import MCP
internal import ProbeProtocol
internal import Snapshots

/// Several telemetry readings in a row, gathered per GPU.
struct TelemetrySampling {
    let duration: Duration
    let interval: Duration
    private(set) var samples = 0
    private(set) var statistics: [UInt32: TelemetryStatistics] = [:]
    private var firstLimiters: [UInt32: ClockLimiterTimes] = [:]
    private var lastLimiters: [UInt32: ClockLimiterTimes] = [:]

    init(duration: Duration, interval: Duration) {
        self.duration = duration
        self.interval = interval
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

    /// For how long each limiter held this GPU's clocks down between the first and the last sample.
    func limiterDeltas(_ gpu: UInt32) -> [Field] {
        guard let first = firstLimiters[gpu], let last = lastLimiters[gpu], samples > 1 else { return [] }
        return TelemetryFields.limiters(last, since: first)
    }

    /// Reads until the time is over, the caller cancels or the driver stops answering; returns the last reading.
    mutating func run(
        from first: NodeReading, _ context: ToolContext, _ call: ToolCall
    ) async throws(ToolFailure) -> NodeReading {
        var latest = first
        add(first.snapshot)
        let start = MonotonicTime.now
        var next = interval
        while next <= duration {
            do { try await context.loop.sleep(for: next - MonotonicTime.now.duration(since: start)) } catch {
                return latest
            }
            latest = try await context.read([.driver, .host, .telemetry], for: call)
            add(latest.snapshot)
            report(MonotonicTime.now.duration(since: start), to: call)
            if latest.snapshot.interruption != nil { return latest }
            next += interval
        }
        return latest
    }

    private func report(_ elapsed: Duration, to call: ToolCall) {
        guard call.wantsProgress else { return }
        call.progress(
            min(elapsed.milliseconds, duration.milliseconds), total: duration.milliseconds,
            message: "\(samples) samples")
    }
}

extension Duration {
    fileprivate var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds / 1_000_000_000_000_000)
    }
}
