internal import JSON
package import MCP
internal import Snapshots

/// `echo_test`: repeats what it was sent, to check a connection.
package enum EchoTest {
    /// The tool; it needs no hardware.
    package static func tool(_ context: ToolContext) -> Tool {
        Tool(
            name: "echo_test", title: "Echo test",
            description:
                "Checks the connection to the agent: answers with the same message, the time and the agent's mode.",
            inputSchema: Schema.object(
                [("message", Schema.typed("string", "Any text", [("maxLength", 65_536)]))], required: ["message"]),
            outputSchema: Schema.object(
                [
                    ("echo", Schema.string()), ("timestamp", Schema.string("RFC 3339")),
                    ("mode", Schema.choice(AgentMode.allCases.map(\.rawValue))),
                ], required: ["echo", "timestamp", "mode"]),
            annotations: .lookOnly
        ) { call in
            .structured { writer in
                writer.field("echo", call.arguments["message"]?.stringValue ?? "")
                writer.field("timestamp", WallClock.rfc3339(WallClock.microseconds))
                writer.field("mode", context.mode.rawValue)
            }
        }
    }
}
