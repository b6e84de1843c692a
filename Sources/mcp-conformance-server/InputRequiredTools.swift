internal import JSON
internal import MCP

/// Tools that need several requests to do their work, where requests stand alone.
enum InputRequiredTools {
    static let all = [
        tool("elicitation", "Asks for a name.") { call in
            let answer = try await call.ask("user_name", name)
            return .text("Hello, \(answer.content?["name"]?.stringValue ?? "stranger")!")
        },
        tool("sampling", "Asks a model.") { call in
            let answer = try await call.ask("capital_question", capital)
            return .text(answer.text ?? "no answer")
        },
        tool("list_roots", "Asks for folders.") { call in
            let answer = try await call.ask("client_roots", .roots)
            return .text("Roots: \(answer.roots.joined(separator: ", "))")
        },
        tool("request_state", "Checks that its state comes back.") { call in
            _ = try await call.ask("confirm", confirm)
            return .text("state-ok")
        },
        tool("multiple_inputs", "Asks for three things at once.") { call in
            let answers = try await call.ask([
                "user_name": name, "greeting": .sampling(text: "Generate a greeting", maxTokens: 50),
                "client_roots": .roots,
            ])
            return .text("Received \(answers.count) answers")
        },
        tool("multi_round", "Asks one thing after the other.") { call in
            let first = try await call.ask(
                "step1", .form(message: "Step 1: What is your name?", schema: Fixture.form(("name", "string"))))
            let second = try await call.ask(
                "step2",
                .form(message: "Step 2: What is your favorite color?", schema: Fixture.form(("color", "string"))))
            return .text(
                "\(first.content?["name"]?.stringValue ?? "") likes \(second.content?["color"]?.stringValue ?? "")")
        },
        tool("tampered_state", "Notices when its state is changed.") { call in
            _ = try await call.ask("confirm", confirm)
            return .text("state-ok")
        },
        tool("capabilities", "Asks only what the client declared.") { call in
            let possible: [(ClientCapability, String, InputRequest)] = [
                (.sampling, "capital_question", capital), (.elicitation, "user_name", name),
                (.roots, "client_roots", .roots),
            ]
            let requests = possible.filter { call.context.canAsk($0.0) }.map { ($0.1, $0.2) }
            guard !requests.isEmpty else { return .text("The client can answer nothing") }
            return .text("Received \(try await call.ask(InputRequests(requests)).count) answers")
        },
    ]

    static let context = InputRequest.form(
        message: "What context should the prompt use?", schema: Fixture.form(("context", "string")))

    private static let name = InputRequest.form(
        message: "What is your name?", schema: Fixture.form(("name", "string")))
    private static let capital = InputRequest.sampling(text: "What is the capital of France?", maxTokens: 100)
    private static let confirm = InputRequest.form(
        message: "Please confirm", schema: Fixture.form(("ok", "boolean")))

    private static func tool(
        _ name: String, _ description: String,
        _ handler: @escaping @Sendable (ToolCall) async throws -> ToolResult
    ) -> Tool { Fixture.tool("test_input_required_result_\(name)", description, handler) }
}
