internal import HostNode
internal import MCP
internal import ProbeProtocol
internal import ProbeWorker
internal import Tools

/// The agent as an MCP server: what it offers, and who tells those that listen.
struct AgentServer {
    let server: MCPServer
    private let watch: NodeWatch

    init(_ context: ToolContext, _ configuration: ProbeConfiguration) {
        server = MCPServer(
            info: AgentIdentity.info, instructions: AgentIdentity.instructions(context.mode), tools: allTools(context),
            resources: allResources(context), templates: allResourceTemplates(context), prompts: allPrompts(context),
            features: ServerFeatures(resourceUpdates: true))
        watch = NodeWatch(server, context) { () throws(HostFileError) in try KernelLogFollower.open(configuration) }
        watch.start()
    }
}

extension KernelLogFollower {
    /// The log that the probe reads, too; nil for a simulated node whose log is part of its description and never grows.
    static func open(_ configuration: ProbeConfiguration) throws(HostFileError) -> KernelLogFollower? {
        if let file = configuration.kernelLog {
            return try KernelLogFollower(try HostDirectory(root: "/"), path: file)
        }
        guard let node = WorkerNode(configuration).files as? HostDirectory else { return nil }
        return try KernelLogFollower(node)
    }
}
