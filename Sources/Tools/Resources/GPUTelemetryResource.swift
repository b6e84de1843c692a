internal import MCP

/// `gpu://gpus/{uuid}/telemetry`: what one GPU does now, as `get_gpu_telemetry` tells it.
enum GPUTelemetryResource {
    static let uriTemplate = GPUResource.uriTemplate + "/telemetry"

    static func template(_ context: ToolContext) -> ResourceTemplate {
        ResourceTemplate(
            uriTemplate: uriTemplate, name: "gpu-telemetry",
            title: "What one GPU does now",
            description: """
                Temperatures, power, load, clocks of one GPU at the moment of reading. The numbers change all the time: \
                subscribers hear only when the GPU stops answering or answers again.
                """,
            mimeType: ToolDocument.mimeType, annotations: Annotations(audience: [.assistant, .user], priority: 0.5),
            completers: [GPUVariable.name: GPUVariable.completer(context)]
        ) { call in
            try await ToolDocument.read(gpu: call) { (call) throws(ToolFailure) in
                try await GetGPUTelemetry.answer(call, context)
            }
        } accepts: {
            GPUVariable.canName($0)
        }
    }
}
