import ArgumentParser

@main
struct Agent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "k8s-mcp-agent",
        subcommands: [HoldCommand.self])
}
