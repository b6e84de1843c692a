internal import MCP

/// `gpu://log/xid`: GPU faults of the kernel log, as `analyze_xid_errors` tells them.
enum KernelLogResource {
    static func resource(_ context: ToolContext) -> Resource {
        Resource(
            uri: ResourceURI.kernelLog, name: "xid-log", title: "GPU errors in the kernel log",
            description:
                "Xid errors and other GPU faults of this boot, grouped and explained. Subscribers hear of each new one.",
            mimeType: ToolDocument.mimeType, annotations: Annotations(audience: [.assistant, .user], priority: 0.8)
        ) { call in
            try await ToolDocument.read(call) { (call) throws(ToolFailure) in
                try await AnalyzeXidErrors.answer(call, context)
            }
        }
    }
}
