internal import Diagnosis
internal import JSON
package import MCP
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// `describe_gpu_node`: the node on one page.
package enum DescribeGPUNode {
    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "describe_gpu_node", title: "GPU node on one page",
            description: """
                This node on one page: a verdict for node and GPUs, operating system, kernel, container runtime, driver and CUDA versions, GPUs with memory, load, \
                temperature and MIG mode, which pods were given them and how many processes work on them, the GPU Operator's state, \
                labels where they are known, and what does not fit together. get_gpu_health has the reasons of a verdict. A good first call on an unknown node; works, with less, \
                when the driver does not answer.
                """,
            inputSchema: Schema.object([(GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema)]),
            outputSchema: AnswerSchema.object(node: nodeSchema, device: deviceSchema), annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    private static let nodeSchema: [(String, JSONValue)] =
        NodeVerdicts.schema + NodeFactFields.schema + InventoryFields.nodeSchema + [
            ("kubelet_sources", KubeletFields.schema)
        ]
        + FindingFields.schema

    private static let deviceSchema: [(String, JSONValue)] =
        GetPodGPUAllocation.deviceSchema + [NodeVerdicts.property]
        + Schema.properties(
            Schema.integer(), "memory_total_bytes", "memory_used_bytes", "utilization_gpu_percent", "temperature_c",
            "process_count", "mig_device_count")
        + Schema.properties(
            Schema.choice(["enabled", "disabled"]), "mig_mode_current", "mig_mode_pending", "ecc_mode_current",
            "ecc_mode_pending")
        + [("power_w", Schema.number())]

    /// The answer, also for the resource that has the same contents.
    static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let sections = ProbeSections.health.union([.nodeProcesses, .pods])
        var reading = try await context.readAttributed(sections, for: call)
        // What is wrong with one GPU can be told by another one: the one at the other end of its links.
        let whole =
            call.arguments[GPUArgument.name] == nil
            ? reading.driverView : await context.probe.read(ProbeRequest(.health)).withAllIdentities
        let verdicts = NodeVerdicts(await context.judge(whole))
        // A node without a kubelet is whole without allocations; `kubelet_sources` says that there are none.
        if let problem = reading.snapshot.pods?.accessProblem, problem.kind != "kubelet_not_found" {
            reading.problems.append(problem)
        }
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.nodeFields = verdicts.nodeFields(reading)
        answer.nodeFields += NodeFactFields.fields(reading.snapshot, detail) + InventoryFields.node(reading.snapshot)
        if let pods = reading.snapshot.pods { answer.nodeFields.append(KubeletFields.field(pods)) }
        answer.missing = InventoryFields.missing(reading.snapshot.driver)
        answer.nodeFields += FindingFields.fields(reading.findings, detail)
        answer.devices = AnswerDevices(reading.gpus) { add($0, reading.attribution.pods, verdicts, to: &$1) }
        answer.summary = summary(reading, verdicts)
        if detail != .full { answer.omitted = "labels and findings of less weight; call again with detail=full" }
        return .structured(bytes: answer.encoded())
    }

    private static func add(
        _ use: GPUUse, _ pods: [PodUse], _ verdicts: NodeVerdicts, to fields: inout DeviceFields
    ) {
        GetPodGPUAllocation.add(use, pods, to: &fields)
        if let verdict = verdicts.of(use.gpu) { fields.add("verdict", .text(verdict.rawValue)) }
        if let inventory = use.gpu.inventory {
            fields.add("memory_total_bytes", inventory.memoryTotalBytes)
            fields.add(modes: "mig_mode", "mig_mode_current", "mig_mode_pending", inventory.migMode)
            fields.add(modes: "ecc_mode", "ecc_mode_current", "ecc_mode_pending", inventory.eccMode)
            if inventory.migMode.value?.current == true {
                fields.add("mig_device_count", inventory.migDevices) { .int(Int64($0.count { $0.refusal == nil })) }
                MIGFields.noteMissing(inventory, to: &fields)
            }
        }
        if let used = use.memoryUsedBytes { fields.add("memory_used_bytes", .uint(used)) }
        if let telemetry = use.gpu.telemetry {
            fields.add("utilization_gpu_percent", telemetry.utilizationGPUPercent)
            fields.add("temperature_c", telemetry.temperatureC)
            fields.add(watts: "power_w", telemetry.powerMilliwatts)
        }
        if let processes = use.processes { fields.add("process_count", .int(Int64(processes.count))) }
    }

    /// What there is where NVML tells of no GPU.
    private static func unread(_ onBus: Int?) -> String {
        switch onBus {
        case nil: "GPUs unknown"
        case 0: "No GPU"
        case let count?: "\(count) GPU\(count == 1 ? "" : "s") on the PCI bus, about which NVML reports nothing"
        }
    }

    private static func summary(_ reading: AttributedReading, _ verdicts: NodeVerdicts) -> String {
        let snapshot = reading.snapshot
        let names = Dictionary(grouping: snapshot.gpus, by: { $0.name.value ?? "unnamed GPU" }).map {
            "\($0.value.count) x \($0.key)"
        }
        let driver =
            (snapshot.driver.driverVersion.value ?? snapshot.host?.kernelModuleVersion.value).map { ", driver \($0)" }
            ?? ""
        let system =
            snapshot.facts.flatMap {
                [$0.operatingSystem.value, $0.kernelRelease.value.map { "kernel \($0)" }].compactMap { $0 }
            } ?? []
        let pods = reading.attribution.pods.filter { $0.isLive != false }.count
        let head = names.isEmpty ? unread(snapshot.host?.pciGPUs.value?.count) : names.sorted().joined(separator: ", ")
        return head + driver + (system.isEmpty ? "" : "; " + system.joined(separator: ", "))
            + "; \(pods) pod\(pods == 1 ? "" : "s") with GPUs. "
            + verdicts.sentence(reading) + FindingFields.sentence(reading.findings)
            + (reading.problems.first.map { " \($0.message)" } ?? "")
    }
}
