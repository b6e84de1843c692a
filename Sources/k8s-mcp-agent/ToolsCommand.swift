internal import ArgumentParser
internal import EventLoop
internal import JSON
internal import MCP
internal import Tools

/// `tools`: what can be asked.
struct ToolsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools", abstract: "List the tools and their arguments.")

    @OptionGroup var options: AgentOptions

    func run() throws {
        let tools = allTools(try options.context(on: try EventLoop()))
        for tool in tools {
            print("\(tool.name): \(tool.title)")
            print("  \(tool.description)")
            for property in tool.inputSchema["properties"]?.objectValue ?? [:] {
                let description = property.value["description"]?.stringValue ?? ""
                let choices = property.value["enum"]?.arrayValue?.compactMap(\.stringValue).joined(separator: "|")
                print("  --arg \(property.key)=\(choices ?? "...")  \(description)")
            }
            print("")
        }
    }
}
