internal import JSON
internal import MCP

/// The fixture's prompts.
enum Prompts {
    static let all = [
        Prompt(name: "test_simple_prompt", description: "A simple prompt without arguments") { _ in
            .user("This is a simple prompt for testing.")
        },
        Prompt(
            name: "test_prompt_with_arguments", description: "A prompt with required arguments",
            arguments: [
                PromptArgument(
                    "arg1", description: "First test argument", isRequired: true,
                    completer: { $0.matches(["paris", "park", "party", "test", "testing"]) }),
                PromptArgument("arg2", description: "Second test argument", isRequired: true, completer: { _ in [] }),
            ]
        ) { call in
            let (first, second) = (call.arguments["arg1"] ?? "", call.arguments["arg2"] ?? "")
            return .user("Prompt with arguments: arg1='\(first)', arg2='\(second)'")
        },
        Prompt(
            name: "test_prompt_with_embedded_resource", description: "A prompt with a document in it",
            arguments: [PromptArgument("resourceUri", description: "URI of the resource to embed", isRequired: true)]
        ) { call in
            let uri = call.arguments["resourceUri"] ?? ""
            return PromptResult(messages: [
                .init(.user, .resource(ResourceContents(uri: uri, text: "Embedded resource content for testing."))),
                .init(.user, .text("Please process the embedded resource above.")),
            ])
        },
        Prompt(name: "test_prompt_with_image", description: "A prompt with a picture in it") { _ in
            PromptResult(messages: [
                .init(.user, .image(Media.png, mimeType: "image/png")),
                .init(.user, .text("Please analyze the image above.")),
            ])
        },
        Prompt(name: "test_input_required_result_prompt", description: "A prompt that asks for context first") { call in
            let answer = try await call.context.ask("user_context", InputRequiredTools.context)
            return .user("Use this context: \(answer.content?["context"]?.stringValue ?? "")")
        },
    ]
}
