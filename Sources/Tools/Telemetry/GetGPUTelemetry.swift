internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `get_gpu_telemetry`: what the hardware does now.
package enum GetGPUTelemetry {
    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "get_gpu_telemetry", title: "GPU telemetry",
            description: """
                What each GPU does now: temperatures and the margin to slowdown, power, utilization, memory, clocks, performance \
                state, why clocks are held down (faults marked apart), PCIe link in use, fan. With duration_ms it samples and adds \
                min, mean and max per reading and for how long each limiter held the clocks down. 100% utilization does not mean \
                progress: a hung kernel shows it too. An idle GPU lowers its PCIe generation; that is no fault.
                """,
            inputSchema: Schema.object([
                (GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema),
                (
                    "duration_ms",
                    Schema.integer("Sample for so long; 0: one reading", 0...60_000, default: 0)
                ),
                ("interval_ms", Schema.integer("Time between samples", 20...10_000, default: 1_000)),
            ]),
            outputSchema: AnswerSchema.object(
                node: [
                    ("samples", Schema.integer()),
                    ("sampled_ms", Schema.integer("From the first sample to the last")),
                ], device: deviceSchema),
            annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    /// Whether a call does not sample over a time.
    static func isOneReading(_ call: ToolCall) -> Bool { (call.arguments["duration_ms"]?.intValue ?? 0) == 0 }

    private static let deviceSchema =
        TelemetryFields.deviceSchema + [
            ("statistics", TelemetryStatistics.schema),
            ("clocks_limited_delta_ms", TelemetryFields.limiterSchema("While sampling, per limiter")),
        ]

    /// The answer, also for the resource that has the same contents.
    static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let duration = call.arguments["duration_ms"]?.intValue ?? 0
        var sampling = TelemetrySampling(
            milliseconds: duration, interval: call.arguments["interval_ms"]?.intValue ?? 1_000)
        var reading = try await context.read([.driver, .host, .telemetry], for: call)
        if duration > 0 { reading = try await sampling.run(from: reading, context, call) }
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.devices = AnswerDevices(reading.selected) { add($0, detail, sampling, to: &$1) }
        if duration > 0 {
            answer.nodeFields = [
                Field(key: "samples", value: .int(Int64(sampling.samples))),
                Field(key: "sampled_ms", value: .int(sampling.sampledMilliseconds)),
            ]
        }
        answer.summary = summary(reading, sampling) + answer.problemSentence
        if detail != .full { answer.omitted = "less common fields; call again with detail=full" }
        return .structured(bytes: answer.encoded())
    }

    private static func add(
        _ gpu: GPUSnapshot, _ detail: Detail, _ sampling: TelemetrySampling, to fields: inout DeviceFields
    ) {
        TelemetryFields.add(gpu, detail, sampling.faults(gpu), to: &fields)
        guard let statistics = sampling.statistics[gpu.index] else { return }
        fields.add("statistics", .object(statistics.fields(of: sampling.samples)))
        guard let (first, last) = sampling.limiters(gpu.index) else { return }
        TelemetryFields.add("clocks_limited_delta_ms", last, since: first, to: &fields)
    }

    private static func summary(_ reading: NodeReading, _ sampling: TelemetrySampling) -> String {
        let telemetry = reading.selected.compactMap(\.telemetry)
        var words: [String] = ["\(telemetry.count) GPU\(telemetry.count == 1 ? "" : "s") read"]
        if let hottest = telemetry.compactMap(\.temperatureC.value).max() { words.append("hottest \(hottest) C") }
        let power = telemetry.compactMap(\.powerMilliwatts.value)
        if !power.isEmpty { words.append("\(power.reduce(UInt64(0)) { $0 + UInt64($1) } / 1_000) W in all") }
        let busy = telemetry.compactMap(\.utilizationGPUPercent.value)
        if !busy.isEmpty { words.append("\(busy.filter { $0 > 0 }.count) busy") }
        return words.joined(separator: ", ") + "." + slowdown(reading, sampling)
    }

    private static func slowdown(_ reading: NodeReading, _ sampling: TelemetrySampling) -> String {
        let slowed = reading.selected.filter { !sampling.faults($0).isEmpty }
        guard !slowed.isEmpty else { return "" }
        return " Clocks held down by a fault on GPU \(slowed.map { String($0.index) }.joined(separator: ", "))."
    }
}
