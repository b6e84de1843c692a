internal import MCP

/// `gpu://node`: the node on one page, as `describe_gpu_node` tells it.
enum NodeResource {
    static func resource(_ context: ToolContext) -> Resource {
        Resource(
            uri: ResourceURI.node, name: "node", title: "This GPU node",
            description: """
                The node on one page: verdict, driver, GPUs, pods. Subscribers hear when a verdict or an action changes, or a GPU \
                is lost.
                """,
            mimeType: ToolDocument.mimeType, annotations: Annotations(audience: [.assistant, .user], priority: 0.9),
            icons: AgentIcons.gpu
        ) { call in
            try await ToolDocument.read(call) { (call) throws(ToolFailure) in
                try await DescribeGPUNode.answer(call, context)
            }
        }
    }
}
