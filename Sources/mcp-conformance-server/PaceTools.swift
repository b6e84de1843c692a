internal import JSON
internal import MCP

/// Tools that clients cancel, and that tell them afterwards whether the server is well.
enum PaceTools {
    static let all = [
        Fixture.tool("test_tool_fast", "Answers at once.") { _ in .text("Fast tool completed") },
        Tool(
            name: "test_tool_slow", title: "test_tool_slow",
            description: "Answers after a time, and reports progress until then.",
            inputSchema: [
                "type": "object",
                "properties": [
                    "durationMs": [
                        "type": "integer", "minimum": 0, "maximum": 60_000, "default": 100,
                        "description": "How long it takes, in milliseconds",
                    ]
                ],
                "additionalProperties": false,
            ], annotations: Fixture.plain
        ) { call in
            let milliseconds = call.arguments["durationMs"]?.intValue ?? 100
            for step in 0..<10 {
                call.progress(Double(step), total: 10)
                try await Task.sleep(for: .milliseconds(milliseconds) / 10)
            }
            return .text("Slow tool completed")
        },
    ]
}
