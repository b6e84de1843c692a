import ArgumentParser

@main
struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "k8s-mcp-agent",
        subcommands: [ConnectCommand.self, HoldCommand.self, SweepCommand.self])
}
