internal import Diagnosis
internal import JSON
package import MCP
internal import ProbeProtocol
internal import Snapshots

/// `diagnose_gpu_node`: everything at once, the most urgent first.
package enum DiagnoseGPUNode {
    /// Name of the tool, for the subcommand that prints its answer.
    package static let name = "diagnose_gpu_node"

    /// The tool, working on one node.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: name, title: "Diagnose this GPU node",
            description: """
                Everything at once, in order of urgency: what is wrong with this node's GPUs, since when, which processes and pods are \
                affected, what to do first and next, and what could not be checked. Start here when something is wrong. Judges \
                memory, PCIe, NVLink, fabric, heat, power, processes, driver and kernel log together. Changes nothing. For one \
                finding's full evidence call get_gpu_health with detail=full.
                """,
            inputSchema: Schema.object([(WindowArgument.name, WindowArgument.schema)]),
            outputSchema: DiagnoseAnswer.schema, annotations: .lookOnly
        ) { call in
            let window = WindowArgument.duration(call.arguments)
            let health = await context.readHealth([.nodeProcesses, .pods], window: window)
            return .structured(bytes: DiagnoseAnswer(context: context, health: health).encoded())
        }
    }
}
