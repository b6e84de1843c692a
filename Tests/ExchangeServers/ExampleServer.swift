package import EventLoop
internal import JSON
package import MCP

/// A server with a tool for each kind of behaviour.
package enum ExampleServer {
    package static let echo = Tool(
        name: "echo", title: "Echo", description: "Says what it was told.",
        inputSchema: [
            "type": "object",
            "properties": [
                "message": ["type": "string", "minLength": 1, "description": "What to say"],
                "times": ["type": "integer", "minimum": 1, "maximum": 3],
                "style": ["type": "string", "enum": ["plain", "loud"]],
            ],
            "required": ["message"],
            "additionalProperties": false,
        ],
        outputSchema: [
            "type": "object", "properties": ["echo": ["type": "string"]], "required": ["echo"],
        ],
        annotations: ToolAnnotations(
            readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false),
        meta: ["example/size": 1]
    ) { call in
        .structured { w in
            w.field("echo", call.arguments["message"])
            w.field("times", call.arguments["times"])
            w.field("client", call.session.clientName)
        }
    }

    package static let fail = Tool(
        name: "fail", title: "Fail", description: "Fails.", inputSchema: ["type": "object"]
    ) { _ in .failure(message: "the backend is gone; call echo") }

    package static let words = Tool(
        name: "words", title: "Words", description: "Answers in words.", inputSchema: ["type": "object"]
    ) { _ in .text("two\n\"words\"") }

    package static let table = Tool(
        name: "table", title: "Table", description: "Structure with a text of its own.",
        inputSchema: ["type": "object"], outputSchema: ["type": "object"]
    ) { _ in .structured(bytes: Array("{\n\"rows\":[1,2]}".utf8), text: "1 | 2") }

    package static let steps = Tool(
        name: "steps", title: "Steps", description: "Reports progress.", inputSchema: ["type": "object"]
    ) { call in
        call.progress(0, total: 100, message: "begin")
        call.progress(50.5, total: 100)
        call.progress(50.5, total: 100, message: "not further")
        call.progress(20, total: 100, message: "backwards")
        call.progress(100, total: 100, message: "end")
        return .text(call.wantsProgress ? "reported" : "nobody listened")
    }

    /// Recordings never run it, but answer it when they are told to.
    package static func hold(on loop: EventLoop?, _ held: HeldCalls?) -> Tool {
        Tool(name: "hold", title: "Hold", description: "Takes its time.", inputSchema: ["type": "object"]) { call in
            if let held { await held.hold() }
            try? await loop?.sleep(for: .milliseconds(call.arguments["ms"]?.intValue ?? 60_000))
            return .text(Task.isCancelled ? "cancelled" : "held")
        }
    }

    package static let bulk = Tool(
        name: "bulk", title: "Bulk", description: "Answers at length.", inputSchema: ["type": "object"]
    ) { call in
        .structured(
            bytes: {
                var writer = JSONWriter()
                writer.object { w in
                    w.field("text", String(repeating: "x", count: Int(call.arguments["bytes"]?.intValue ?? 0)))
                }
                return writer.finish()
            }())
    }

    package static let info = ServerInfo(
        name: "example", version: "1.2.3", title: "Example", description: "A server for tests",
        websiteURL: "https://example.org")

    package static func make(pageSize: Int? = nil, loop: EventLoop? = nil, held: HeldCalls? = nil) -> MCPServer {
        MCPServer(
            info: info, instructions: "Call echo.",
            tools: [echo, fail, words, table, steps, hold(on: loop, held), bulk], pageSize: pageSize)
    }
}
