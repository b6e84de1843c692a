internal import MCP

/// `gpu://gpus/{uuid}`: one GPU's health, as `get_gpu_health` tells it.
enum GPUResource {
    static let uriTemplate = ResourceURI.gpus + "{\(GPUVariable.name)}"

    static func template(_ context: ToolContext) -> ResourceTemplate {
        ResourceTemplate(
            uriTemplate: uriTemplate, name: "gpu", title: "One GPU",
            description: """
                Verdict, findings and action for one GPU, by UUID (index and PCI bus id work, too). Subscribers hear when they \
                change, when the GPU is lost and when the kernel logs something about it.
                """,
            mimeType: ToolDocument.mimeType, annotations: Annotations(audience: [.assistant, .user], priority: 0.8),
            icons: AgentIcons.gpu, completers: [GPUVariable.name: GPUVariable.completer(context)]
        ) { call in
            try await ToolDocument.read(gpu: call) { (call) throws(ToolFailure) in
                try await GetGPUHealth.answer(call, context)
            }
        } accepts: {
            GPUVariable.canName($0)
        }
    }
}
