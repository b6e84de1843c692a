internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `get_gpu_health`: a verdict for each GPU.
package enum GetGPUHealth {
    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "get_gpu_health", title: "GPU health",
            description: """
                A verdict for each GPU (healthy, degraded, unhealthy, or unknown when evidence is missing) with findings, their \
                evidence, one action, and what would confirm it or what to do next. Looks at memory errors and repairs, PCIe, NVLink, fabric, heat, \
                power, processes and pods, the driver's own recovery action and the kernel log, and cross-checks them. History (aggregate \
                ECC, remapped rows, error totals) is told apart and makes nothing unhealthy; where a total is high, its rate is \
                measured. A GPU missing from NVML is listed by its bus id. Changes nothing. Follow up with snapshot_ecc, inspect_topology or get_gpu_telemetry.
                """,
            inputSchema: Schema.object([
                (GPUArgument.name, GPUArgument.schema), (Detail.name, Detail.schema),
                (WindowArgument.name, WindowArgument.schema),
            ]),
            outputSchema: HealthAnswer.schema, annotations: .lookOnly
        ) { call in
            do throws(ToolFailure) { return try await answer(call, context) } catch { return error.result }
        }
    }

    /// The answer, also for the resource that has the same contents.
    static func answer(_ call: ToolCall, _ context: ToolContext) async throws(ToolFailure) -> ToolResult {
        let selectors = try GPUArgument.selectors(in: call.arguments)
        let health = await context.readHealth([.nodeProcesses, .pods], window: WindowArgument.duration(call.arguments))
        let gpus = try chosen(selectors, health)
        let answer = HealthAnswer(context: context, health: health, detail: Detail(call.arguments), gpus: gpus)
        return .structured(bytes: answer.encoded())
    }

    /// The GPUs that the caller named, also those that NVML does not list; all without a name.
    private static func chosen(_ selectors: [GPUSelector], _ health: NodeHealth) throws(ToolFailure) -> [GPUVerdict] {
        guard !selectors.isEmpty else { return health.report.gpus }
        for selector in selectors where !health.report.gpus.contains(where: { selector.matches($0) }) {
            throw ToolFailure(
                message: GPUArgument.noSuchGPU(selector, in: health.snapshot, health.snapshot.accessProblems),
                isUnknownGPU: !health.report.gpus.isEmpty)
        }
        return health.report.gpus.filter { gpu in selectors.contains { $0.matches(gpu) } }
    }
}

extension GPUSelector {
    fileprivate func matches(_ gpu: GPUVerdict) -> Bool {
        switch self {
        case .index(let index): gpu.index == index
        case .uuid(let uuid): gpu.uuid?.lowercased() == uuid.lowercased()
        case .busID(let busID): gpu.busID?.slot == busID.slot
        }
    }
}
