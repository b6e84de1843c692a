import JSON

/// The MCP clients whose configuration can be printed.
package enum ClientKind: String, Sendable, CaseIterable {
    case claudeDesktop = "claude-desktop"
    case claudeCode = "claude-code"
    case cursor
    case vscode

    /// Where the printed text belongs.
    package var whereToPutIt: String {
        switch self {
        case .claudeDesktop:
            "Merge into claude_desktop_config.json (Settings, Developer, Edit Config), then restart Claude."
        case .claudeCode: "Merge into .mcp.json at the root of your project."
        case .cursor: "Merge into .cursor/mcp.json of your project, or ~/.cursor/mcp.json."
        case .vscode: "Merge into .vscode/mcp.json of your workspace."
        }
    }
}

/// How an MCP client starts a session.
package struct ClientConfiguration: Sendable {
    private let server: String
    private let command: String
    private let arguments: [String]
    private let environment: [(String, String)]

    /// - Parameters:
    ///   - server: what the client calls it.
    ///   - environment: what the command needs and the client may not pass on.
    package init(server: String, command: String, arguments: [String], environment: [(String, String)]) {
        self.server = server
        self.command = command
        self.arguments = arguments
        self.environment = environment
    }

    /// The JSON text for the client's configuration file.
    package func text(for client: ClientKind) -> String {
        var entry = JSONObject()
        if client == .vscode || client == .claudeCode { entry.append("type", "stdio") }
        entry.append("command", .string(command))
        entry.append("args", .array(arguments.map { .string($0) }))
        if !environment.isEmpty {
            entry.append("env", .object(JSONObject(environment.map { ($0, .string($1)) })))
        }
        let list = client == .vscode ? "servers" : "mcpServers"
        return JSONValue.object(JSONObject([(list, .object(JSONObject([(server, .object(entry))])))])).prettyPrinted()
    }
}
