internal import MCP

/// Tools that answer with each kind of content.
enum ContentTools {
    static let all = [
        Fixture.tool("test_simple_text", "Answers with text.") { _ in
            .text("This is a simple text response for testing.")
        },
        Fixture.tool("test_image_content", "Answers with a picture.") { _ in
            .content([.image(Media.png, mimeType: "image/png")])
        },
        Fixture.tool("test_audio_content", "Answers with a sound.") { _ in
            .content([.audio(Media.wav, mimeType: "audio/wav")])
        },
        Fixture.tool("test_embedded_resource", "Answers with a document.") { _ in
            .content([
                .resource(
                    ResourceContents(uri: "test://embedded-resource", text: "This is an embedded resource content."))
            ])
        },
        Fixture.tool("test_multiple_content_types", "Answers with text, a picture and a document.") { _ in
            .content([
                .text("Multiple content types test:"), .image(Media.png, mimeType: "image/png"),
                .resource(
                    ResourceContents(
                        uri: "test://mixed-content-resource", mimeType: "application/json",
                        text: #"{"test":"data","value":123}"#)),
            ])
        },
        Fixture.tool("test_error_handling", "Fails.") { _ in
            .failure(message: "This tool intentionally returns an error for testing")
        },
    ]
}
