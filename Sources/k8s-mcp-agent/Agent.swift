internal import ArgumentParser

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The program: without a subcommand it serves MCP on standard input and output.
@main
struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "k8s-mcp-agent",
        abstract: "A just-in-time diagnostic agent for NVIDIA GPU nodes, for AI assistants (MCP) and for people.",
        discussion: """
            Without a subcommand it speaks MCP on standard input and output, as `serve` does. It looks and changes nothing unless \
            it is started with --mode operator.
            """,
        version: AgentVersion.current,
        subcommands: [
            ServeCommand.self, DiagnoseCommand.self, CallCommand.self, ToolsCommand.self, DoctorCommand.self,
            ScenariosCommand.self,
            ProbeWorkerCommand.self,
        ],
        defaultSubcommand: ServeCommand.self)

    /// Exit code of wrong usage, for all subcommands; the parser's own would be 64.
    private static let usageCode: Int32 = 2

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            let message = Array((fullMessage(for: error) + "\n").utf8)
            _ = write(2, message, message.count)
            leave(usageCode)
        }
    }
}

/// Ends the process; a name of its own, since the parser's `exit` hides the C function inside the command.
private func leave(_ code: Int32) -> Never { exit(code) }
