internal import MCP

/// `gpu-health-check`: is this node fit for work?
enum GPUHealthCheck {
    static func prompt(_ context: ToolContext) -> Prompt {
        Prompt(
            name: "gpu-health-check", title: "GPU health check",
            description: "Check whether this node's GPUs are fit for work, for example before it is uncordoned.",
            arguments: [PromptArguments.gpu(context)],
            icons: AgentIcons.gpu
        ) { call in
            let gpu = try PromptArguments.gpu(in: call)
            let argument = gpu.map { " with gpu=\"\($0)\"" } ?? ""
            return .user(
                """
                Check the health of \(gpu.map { "GPU \($0)" } ?? "all GPUs") of this node. Change nothing.

                1. Call get_gpu_health\(argument).
                2. Call analyze_xid_errors\(argument.isEmpty ? " with" : argument + ",") since="24h", min_severity="warning".
                3. Call snapshot_ecc\(argument) and, where NVLink or PCIe findings exist, inspect_topology.

                \(PromptArguments.rules)
                Answer with one line for each GPU (index, bus id, verdict, action) and one sentence on whether the node can take \
                work. "unknown" is not healthy: name the evidence that is missing and how to get it.
                """)
        }
    }
}
