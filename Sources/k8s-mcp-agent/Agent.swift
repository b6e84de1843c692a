internal import ArgumentParser

/// The program: without a subcommand it serves MCP on standard input and output.
struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "k8s-mcp-agent",
        abstract: "A just-in-time diagnostic agent for NVIDIA GPU nodes, for AI assistants (MCP) and for people.",
        discussion: """
            Without a subcommand it speaks MCP on standard input and output, as `serve` does. It only reads, and changes \
            nothing, unless it is started with --mode operator.
            """,
        version: AgentVersion.current,
        subcommands: [
            ServeCommand.self, DiagnoseCommand.self, CallCommand.self, ToolsCommand.self, DoctorCommand.self,
            AuditCommand.self,
            RunbookCommand.self, ThresholdsCommand.self, ScenariosCommand.self, RecordCommand.self, ConnectCommand.self,
            SweepCommand.self, HoldCommand.self,
            ProbeWorkerCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)
}
