internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `get_gpu_inventory`: what the hardware is.
package enum GetGPUInventory {
    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "get_gpu_inventory", title: "GPU inventory",
            description: """
                What GPU hardware this node has: per GPU name, UUID, PCI address, memory, architecture, firmware, PCIe and NVLink \
                capability, MIG, ECC, persistence and compute mode, power limits; per node driver, NVML and CUDA versions. Also names \
                GPUs that are on the PCI bus or known to the kernel but missing from NVML. It changes nothing. For \
                temperatures, utilization and clocks call get_gpu_telemetry.
                """,
            inputSchema: Schema.object([(GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema)]),
            outputSchema: AnswerSchema.object(node: InventoryFields.nodeSchema, device: InventoryFields.deviceSchema),
            annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    private static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let detail = Detail(call.arguments)
        let reading = try await context.read([.driver, .host, .inventory], for: call)
        var answer = Answer(context: context, snapshot: reading.snapshot, problems: reading.problems)
        answer.nodeFields = InventoryFields.node(reading.snapshot)
        answer.missing = InventoryFields.missing(reading.snapshot.driver)
        answer.devices = AnswerDevices(reading.selected) { InventoryFields.add($0, detail, to: &$1) }
        answer.summary = summary(reading) + answer.problemSentence
        if detail != .full { answer.omitted = "less common fields; call again with detail=full" }
        return .structured(bytes: answer.encoded())
    }

    private static func summary(_ reading: NodeReading) -> String {
        let all = reading.snapshot.gpus
        let names = counted(all.indices.map { all[$0].name.value ?? "unnamed GPU" }).map { "\($0.count) x \($0.name)" }
        let driver = reading.snapshot.driver.driverVersion.value.map { ", driver \($0)" } ?? ""
        let chosen = reading.selected.count == all.count ? "" : " (\(reading.selected.count) shown)"
        return names.sorted().joined(separator: ", ") + chosen + driver + "."
    }

    /// How often each name is there.
    private static func counted(_ names: [String]) -> [(name: String, count: Int)] {
        names.reduce(into: []) { counts, name in
            if let known = counts.firstIndex(where: { $0.name == name }) {
                counts[known].count += 1
            } else {
                counts.append((name, 1))
            }
        }
    }
}
