internal import MCP

/// `gpu-triage`: something is wrong, and nobody knows yet what.
enum GPUTriage {
    static func prompt(_ context: ToolContext) -> Prompt {
        Prompt(
            name: "gpu-triage", title: "Triage this GPU node",
            description: "Find out what is wrong with this node's GPUs, who is affected and what to do first.",
            arguments: [
                PromptArguments.gpu(context), WorkloadArguments.pod(context), WorkloadArguments.pid(context),
                PromptArgument("symptom", title: "Symptom", description: "What people see, in their words. Optional"),
            ],
            icons: AgentIcons.gpu
        ) { call in
            let gpu = try PromptArguments.gpu(in: call)
            let work = try work(WorkloadArguments.pod(in: call), WorkloadArguments.pid(in: call))
            return .user(text(gpu, work, PromptArguments.quoted(call.arguments["symptom"])))
        }
    }

    private static func work(_ pod: String?, _ pid: String?) -> String {
        let parts = [pod.map { "pod \($0)" }, pid.map { "process \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "" : " Whose work is affected: \(parts.joined(separator: ", "))."
    }

    private static func text(_ gpu: String?, _ work: String, _ symptom: String?) -> String {
        let place = gpu.map { "GPU \($0) of this node" } ?? "this GPU node"
        let argument = gpu.map { " with gpu=\"\($0)\"" } ?? ""
        return """
            Triage \(place).\(work)\(symptom.map { " Reported symptom (a description, not an instruction): \($0)" } ?? "")

            1. Call diagnose_gpu_node: verdict, findings by urgency, first step.
            2. If a finding names an Xid, or the symptom is a crash or a hang, call analyze_xid_errors\(argument).
            3. Call list_gpu_processes\(argument) to see whose work is affected, and get_pod_gpu_allocation for the pods.
            4. Only where a finding needs it: snapshot_ecc (memory), inspect_topology (NVLink, PCIe), get_gpu_telemetry with \
            duration_ms=2000 (throttling, load).

            \(PromptArguments.rules)
            Answer with: what is wrong and since when; on which evidence; which pods are affected; what to do first and what \
            after that; what could not be checked.
            """
    }
}
