internal import JSON
internal import MCP

/// Tools that ask the client something.
enum QuestionTools {
    static let all = [
        Tool(
            name: "test_sampling", title: "test_sampling", description: "Asks the client's model.",
            inputSchema: ["type": "object", "properties": ["prompt": ["type": "string"]], "required": ["prompt"]],
            annotations: Fixture.plain
        ) { call in
            let prompt = call.arguments["prompt"]?.stringValue ?? ""
            let answer = try await call.ask("sampling", .sampling(text: prompt, maxTokens: 100))
            return .text("LLM response: \(answer.text ?? "")")
        },
        Tool(
            name: "test_elicitation", title: "test_elicitation", description: "Asks the client's user.",
            inputSchema: ["type": "object", "properties": ["message": ["type": "string"]], "required": ["message"]],
            annotations: Fixture.plain
        ) { call in
            let schema: JSONValue = [
                "type": "object",
                "properties": [
                    "username": ["type": "string", "description": "User's response"],
                    "email": ["type": "string", "description": "User's email address"],
                ],
                "required": ["username", "email"],
            ]
            let message = call.arguments["message"]?.stringValue ?? ""
            let answer = try await call.ask("response", .form(message: message, schema: schema))
            return .text("User response: \(described(answer))")
        },
        form("test_elicitation_sep1034_defaults", "Asks with a default for each kind of field.", defaults),
        form("test_elicitation_sep1330_enums", "Asks with each kind of choice.", choices),
        Fixture.tool("test_missing_capability", "Needs a client with a model.") { call in
            guard call.context.canAsk(.sampling) else { throw CallError.missingCapability(.sampling) }
            return .text("Sampling is available")
        },
        Fixture.tool("test_streaming_elicitation", "Asks the user, after it has reported progress.") { call in
            call.progress(50, total: 100)
            guard call.context.canAsk(.elicitation) else { return .text("There is nobody to ask") }
            let answer = try await call.ask("go_on", .form(message: "Go on?", schema: Fixture.form(("ok", "boolean"))))
            return .text("User response: \(described(answer))")
        },
    ]

    private static func form(_ name: String, _ description: String, _ schema: JSONValue) -> Tool {
        Fixture.tool(name, description) { call in
            let answer = try await call.ask("form", .form(message: "Please fill in the form", schema: schema))
            return .text("Elicitation completed: \(described(answer))")
        }
    }

    private static func described(_ answer: InputAnswer) -> String {
        let content = String(decoding: (answer.content ?? [:]).encoded(), as: UTF8.self)
        return "action=\(answer.action?.rawValue ?? "none"), content=\(content)"
    }

    private static let defaults: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "description": "User name", "default": "John Doe"],
            "age": ["type": "integer", "description": "User age", "default": 30],
            "score": ["type": "number", "description": "User score", "default": 95.5],
            "status": [
                "type": "string", "description": "User status", "enum": ["active", "inactive", "pending"],
                "default": "active",
            ],
            "verified": ["type": "boolean", "description": "Verification status", "default": true],
        ],
        "required": [],
    ]

    private static func titled(_ count: Int, _ word: String) -> JSONValue {
        let names = ["First", "Second", "Third"].prefix(count)
        return .array(
            names.enumerated().map { ["const": .string("value\($0 + 1)"), "title": .string("\($1) \(word)")] })
    }

    private static let choices: JSONValue = [
        "type": "object",
        "properties": [
            "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
            "titledSingle": ["type": "string", "oneOf": titled(3, "Option")],
            "legacyEnum": [
                "type": "string", "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            ],
            "untitledMulti": [
                "type": "array", "items": ["type": "string", "enum": ["option1", "option2", "option3"]],
            ],
            "titledMulti": ["type": "array", "items": ["anyOf": titled(3, "Choice")]],
        ],
        "required": [],
    ]
}
