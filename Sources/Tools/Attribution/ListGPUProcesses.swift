internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `list_gpu_processes`: who uses the GPUs.
package enum ListGPUProcesses {
    private static let defaultLimit = 16

    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "list_gpu_processes", title: "GPU processes",
            description: """
                Who uses each GPU: process, memory, type, user, start time, command, and the pod and container it belongs to \
                (from the node itself, without the API server). Also shows what NVML does not: zombies, processes that hold a GPU's \
                device open without working on it (they block a reset), processes outside of any pod, and memory that no process \
                claims. Works, with less, when the driver does not answer.
                """,
            inputSchema: Schema.object([
                (GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema),
                (
                    "limit",
                    Schema.integer("Processes in the answer, spread over the GPUs", 1...1_000, default: defaultLimit)
                ),
            ]),
            outputSchema: AnswerSchema.object(node: nodeSchema, device: deviceSchema), annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    private static let nodeSchema: [(String, JSONValue)] =
        FindingFields.schema + [
            ("unreadable_process_count", Schema.integer("Processes whose open files may not be seen"))
        ]

    private static let deviceSchema: [(String, JSONValue)] = [
        ("process_count", Schema.integer("With those that are left out here")),
        ("processes", Schema.array(ProcessFields.schema)),
        (
            "driver_services",
            Schema.array(Schema.string(), "Monitors and daemons that hold the device, name:pid; never omitted")
        ),
        ("memory_used_bytes", Schema.integer("Without what the driver reserves")),
        ("memory_unclaimed_bytes", Schema.integer("In use and claimed by no living process; contexts need some")),
    ]

    private static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let limit = Int(call.arguments["limit"]?.intValue ?? Int64(defaultLimit))
        let sections: ProbeSections = [.driver, .host, .inventory, .telemetry, .processes, .nodeProcesses]
        let reading = try await context.readAttributed(sections, for: call)
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.nodeFields = FindingFields.fields(reading.findings, detail)
        if let unreadable = reading.snapshot.nodeProcesses?.unreadableCount, unreadable > 0 {
            answer.nodeFields.append(Field(key: "unreadable_process_count", value: .uint(UInt64(unreadable))))
        }
        let shares = ProcessShares(reading.gpus, limit)
        answer.devices = AnswerDevices(reading.gpus) { add($0, shares.count(for: $0), detail, to: &$1) }
        answer.summary = summary(reading)
        answer.omitted = omitted(shares, detail)
        return .structured(bytes: answer.encoded())
    }

    private static func add(_ use: GPUUse, _ count: Int, _ detail: Detail, to fields: inout DeviceFields) {
        fields.begin(use.gpu)
        if let processes = use.workload {
            fields.add("process_count", .int(Int64(processes.count)))
            let shown = processes.count <= count ? processes : Array(processes.byMemory.prefix(count))
            fields.add("processes", .objects(shown.map { ProcessFields.process($0, detail) }))
        } else if use.gpu.refusal == nil {
            fields.note("processes", use.gpu.processes?.compute.reason ?? .notRead)
        }
        let services = (use.processes ?? []).filter(\.isService).map { "\($0.process?.process.name ?? ""):\($0.pid)" }
        if !services.isEmpty { fields.add("driver_services", .texts(services)) }
        if let used = use.memoryUsedBytes { fields.add("memory_used_bytes", .uint(used)) }
        if let unclaimed = use.memoryUnclaimedBytes { fields.add("memory_unclaimed_bytes", .uint(unclaimed)) }
    }

    private static func omitted(_ shares: ProcessShares, _ detail: Detail) -> String? {
        let left = shares.omittedCount
        if left > 0 { return "\(left) processes with less memory; call again with a higher limit or with gpu" }
        return detail == .full
            ? nil : "parent, container id and device nodes of each process; call again with detail=full"
    }

    private static func summary(_ reading: AttributedReading) -> String {
        let uses = reading.gpus.flatMap { $0.processes ?? [] }
        let pids = Set(uses.filter(\.hasContext).map(\.pid))
        let pods = Set(uses.compactMap { $0.pod?.uid ?? $0.pod?.name })
        let busy = reading.gpus.filter { $0.processes?.contains(where: \.hasContext) ?? false }.count
        let words =
            pids.isEmpty
            ? "No process works on the \(reading.gpus.count) GPU\(reading.gpus.count == 1 ? "" : "s") read"
            : "\(pids.count) process\(pids.count == 1 ? "" : "es") of \(pods.count) pod\(pods.count == 1 ? "" : "s") on \(busy) of "
                + "\(reading.gpus.count) GPU\(reading.gpus.count == 1 ? "" : "s")"
        let unknown = reading.gpus.filter { !$0.areContextsKnown }.count
        let reservation = unknown == 0 ? "" : " Which processes work on \(unknown) of the GPUs could not be read."
        let known =
            pids.isEmpty && unknown > 0
            ? "Which processes work on GPUs could not be read in full." : "\(words).\(reservation)"
        return known + FindingFields.sentence(reading.findings)
            + (reading.problems.first.map { " \($0.message)" } ?? "")
    }
}

/// How many processes of each GPU an answer shows, so that none is crowded out by another.
struct ProcessShares {
    private var counts: [UInt32: Int] = [:]
    private(set) var omittedCount = 0

    init(_ uses: [GPUUse], _ limit: Int) {
        // The GPUs with few processes first: what they do not need is for the others.
        let ordered = uses.map { (index: $0.gpu.index, count: $0.workload?.count ?? 0) }.sorted { $0.count < $1.count }
        var left = limit
        for (position, use) in ordered.enumerated() {
            let share = max(1, left / (ordered.count - position))
            counts[use.index] = min(use.count, share)
            left = max(0, left - min(use.count, share))
            omittedCount += use.count - min(use.count, share)
        }
    }

    func count(for use: GPUUse) -> Int { counts[use.gpu.index] ?? 0 }
}

extension GPUUse {
    /// Its processes without monitors and daemons that only hold the device, as they do on every GPU.
    fileprivate var workload: [GPUProcessUse]? { processes?.filter { !$0.isService } }
}

extension GPUProcessUse {
    fileprivate var isService: Bool { isDriverService && !hasContext }
}

extension [GPUProcessUse] {
    /// Those with the most memory first; those of equal memory by pid.
    fileprivate var byMemory: [GPUProcessUse] {
        sorted { ($1.memoryBytes ?? 0, $0.pid) < ($0.memoryBytes ?? 0, $1.pid) }
    }
}
