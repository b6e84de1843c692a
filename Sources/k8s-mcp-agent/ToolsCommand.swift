internal import ArgumentParser
internal import EventLoop
internal import JSON
internal import MCP
internal import Tools

/// `tools`: what can be asked.
struct ToolsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools", abstract: "List the tools and their arguments.")

    @Argument(help: ArgumentHelp("Only these tools. Default: all.", valueName: "name"))
    var names: [String] = []

    @OptionGroup var options: AgentOptions

    @Flag(
        help: ArgumentHelp(
            "Print docs/tools.md: everything that clients are offered, in every mode.", visibility: .hidden))
    var markdown = false

    func run() throws {
        let loop = try EventLoop()
        if markdown {
            let document = ToolsDocument(
                readOnly: try context(.readOnly, on: loop), operator: try context(.operator, on: loop))
            return try StandardOutput.write(document.text)
        }
        let catalogue = ToolCatalogue(allTools(try options.context(on: loop)))
        let tools = names.isEmpty ? catalogue.all : try names.map { try catalogue.tool(named: $0) }
        for tool in tools { try StandardOutput.say(Self.page(tool)) }
    }

    private func context(_ mode: AgentMode, on loop: EventLoop) throws -> ToolContext {
        var options = options
        options.mode = mode
        return try options.context(on: loop)
    }

    private static func page(_ tool: Tool) -> String {
        var lines = ["\(tool.name): \(tool.title)", "  \(tool.description)"]
        for property in tool.inputSchema["properties"]?.objectValue ?? [:] {
            let description = property.value["description"]?.stringValue ?? ""
            let choices = property.value["enum"]?.arrayValue?.compactMap(\.stringValue).joined(separator: "|")
            lines.append("  --arg \(property.key)=\(choices ?? "...")  \(description)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
