internal import JSON
internal import MCP

/// Everything that the suite looks for.
enum Fixture {
    static func server(pageSize: Int? = nil) -> MCPServer {
        let events = EventSource()
        let server = MCPServer(
            info: ServerInfo(name: "mcp-conformance-server", version: "1.0.0"),
            tools: ContentTools.all + TalkingTools.all + PaceTools.all + QuestionTools.all + InputRequiredTools.all
                + SchemaTools.all + EventTools.all(events),
            resources: Documents.resources, templates: [Documents.template], prompts: Prompts.all,
            features: ServerFeatures(resourceUpdates: true, listChanges: true, logging: .all), pageSize: pageSize)
        events.attach(server)
        return server
    }

    /// A tool without arguments.
    static func tool(
        _ name: String, _ description: String,
        _ handler: @escaping @Sendable (ToolCall) async throws -> ToolResult
    ) -> Tool {
        Tool(
            name: name, title: name, description: description,
            inputSchema: ["type": "object", "properties": [:], "additionalProperties": false], annotations: plain,
            handler: handler)
    }

    static let plain = ToolAnnotations(
        readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false)

    /// A form with fields of plain types, all of them required.
    static func form(_ fields: (String, String)...) -> JSONValue {
        [
            "type": "object",
            "properties": .object(JSONObject(fields.map { ($0.0, ["type": .string($0.1)]) })),
            "required": .array(fields.map { .string($0.0) }),
        ]
    }
}
