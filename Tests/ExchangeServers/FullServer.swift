package import JSON
package import MCP

/// A server that offers everything the protocol knows.
package enum FullServer {
    package static func make(pageSize: Int? = nil) -> MCPServer {
        MCPServer(
            info: ServerInfo(
                name: "full", version: "2", icons: [Icon(source: "https://example.org/i.png", mimeType: "image/png")]),
            tools: [blocks, confirm, survey, rounds, needy, talk, visit], resources: resources, templates: [template],
            prompts: [greet, review, ask],
            features: ServerFeatures(resourceUpdates: true, listChanges: true, logging: .all), pageSize: pageSize)
    }

    package static let form: JSONValue = [
        "type": "object", "properties": ["name": ["type": "string", "minLength": 1]], "required": ["name"],
    ]

    package static func tool(
        _ name: String, _ handler: @escaping @Sendable (ToolCall) async throws -> ToolResult
    ) -> Tool {
        Tool(
            name: name, title: name, description: name, inputSchema: ["type": "object"],
            icons: [Icon(source: "data:,", sizes: ["any"])], handler: handler)
    }

    package static let blocks = tool("blocks") { _ in
        .content(
            [
                .text("words").annotated(
                    Annotations(audience: [.user], priority: 0.5, lastModified: "2026-01-02T03:04:05Z")),
                .image([0xFF, 0xFE], mimeType: "image/png"), .audio([1, 2, 3], mimeType: "audio/wav"),
                .link(
                    ResourceLink(
                        uri: "doc://a", name: "a", title: "A", description: "The letter", mimeType: "text/plain")),
                .resource(ResourceContents(uri: "doc://b", text: "b")),
            ], structured: Array(#"{"n":1}"#.utf8))
    }

    package static let confirm = tool("confirm") { call in
        let answer = try await call.ask("sure", .confirmation("Really?"))
        return .text("\(answer.action?.rawValue ?? "none"), confirmed: \(answer.isConfirmed)")
    }

    package static let survey = tool("survey") { call in
        let answers = try await call.ask([
            "who": .form(message: "Who?", schema: form), "guess": .sampling(text: "Guess", maxTokens: 5),
            "where": .roots,
        ])
        let name = answers["who"]?.content?["name"]?.stringValue ?? "nobody"
        return .text("\(name); \(answers["guess"]?.text ?? "no guess"); \(answers["where"]?.roots ?? [])")
    }

    package static let rounds = tool("rounds") { call in
        let plan = try await call.step("plan") { .string("plan of \(call.session.revision.rawValue)") }
        let first = try await call.ask("first", .form(message: "First?", schema: form))
        let second = try await call.ask("second", .form(message: "Second?", schema: form))
        let names = [first, second].compactMap { $0.content?["name"]?.stringValue }
        return .text("\(plan.stringValue ?? ""): \(names.joined(separator: " "))")
    }

    package static let needy = tool("needy") { call in
        let capability = ClientCapability.allCases.first { call.context.canAsk($0) }
        guard let capability else { throw CallError.missingCapability(.sampling) }
        return .text(capability.rawValue)
    }

    package static let talk = tool("talk") { call in
        call.log(.debug, "small talk")
        call.log(.info, ["done": 1], logger: "talk")
        call.log(.error, "trouble")
        return .text("talked")
    }

    package static let visit = tool("visit") { call in
        let page = InputRequest.page(message: "Log in", url: "https://example.org/login", elicitationID: "e1")
        return .text("\(try await call.ask("page", page).action?.rawValue ?? "none")")
    }

    package static let resources = [
        Resource(
            uri: "doc://text", name: "text", title: "Text", description: "Some words", mimeType: "text/plain", size: 5,
            annotations: Annotations(audience: [.assistant]), icons: [Icon(source: "data:,")], cache: .fixed
        ) { call in [ResourceContents(uri: call.uri, text: "hello")] },
        Resource(uri: "doc://bytes", name: "bytes") { call in
            [ResourceContents(uri: call.uri, mimeType: "application/octet-stream", bytes: [0, 255])]
        },
        Resource(uri: "doc://broken", name: "broken") { _ in throw CallError.failed("the disk is gone") },
        Resource(uri: "doc://empty", name: "empty") { _ in [] },
        Resource(uri: "doc://asking", name: "asking") { call in
            let answer = try await call.context.ask("sure", .confirmation("Really?"))
            return [ResourceContents(uri: call.uri, text: "confirmed: \(answer.isConfirmed)")]
        },
    ]

    package static let template = ResourceTemplate(
        uriTemplate: "gpu://{index}/part/{+path}", name: "part", title: "Part", description: "A part of a GPU",
        mimeType: "text/plain", completers: ["index": { query in query.matches((0..<150).map(String.init)) }]
    ) { call in
        if call.variables["index"] == "9" { throw CallError.notFound }
        let path = call.variables["path"] ?? ""
        return [ResourceContents(uri: call.uri, text: "\(call.variables["index"] ?? "") \(path)")]
    } accepts: {
        $0["index"].flatMap { Int($0) } != nil
    }

    package static let greet = Prompt(name: "greet", title: "Greet", icons: [Icon(source: "data:,")]) { _ in
        .user("Say hello.")
    }

    package static let review = Prompt(
        name: "review", description: "Looks at a GPU",
        arguments: [
            PromptArgument(
                "gpu", title: "GPU", description: "Which", isRequired: true,
                completer: { $0.context["style"] == "short" ? ["7"] : $0.matches(["0", "1", "10"]) }),
            PromptArgument("style"),
        ]
    ) { call in
        PromptResult(
            description: "About GPU \(call.arguments["gpu"] ?? "")",
            messages: [
                .init(.user, .image([1], mimeType: "image/png")),
                .init(.assistant, .text(call.arguments["style"] ?? "long")),
            ])
    }

    package static let ask = Prompt(name: "ask") { call in
        let answer = try await call.context.ask("who", .form(message: "Who?", schema: form))
        return .user("I am \(answer.content?["name"]?.stringValue ?? "nobody").")
    }
}
