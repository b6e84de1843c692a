internal import JSON
internal import MCP

/// The fixture's resources.
enum Documents {
    static let resources = [
        Resource(
            uri: "test://static-text", name: "Static Text Resource",
            description: "A static text resource for testing", mimeType: "text/plain", cache: .fixed
        ) { [ResourceContents(uri: $0.uri, text: "This is the content of the static text resource.")] },
        Resource(
            uri: "test://static-binary", name: "Static Binary Resource",
            description: "A static binary resource (image) for testing", mimeType: "image/png", cache: .fixed
        ) { [ResourceContents(uri: $0.uri, mimeType: "image/png", bytes: Media.png)] },
        Resource(
            uri: "test://watched-resource", name: "Watched Resource",
            description: "A resource that can be subscribed to", mimeType: "text/plain"
        ) { [ResourceContents(uri: $0.uri, text: "Watched resource content")] },
    ]

    static let template = ResourceTemplate(
        uriTemplate: "test://template/{id}/data", name: "Resource Template",
        description: "A resource template with parameter substitution", mimeType: "application/json", cache: .fixed,
        completers: ["id": { $0.matches(["1", "12", "123"]) }]
    ) { call in
        let id = call.variables["id"] ?? ""
        let data: JSONObject = ["id": .string(id), "templateTest": true, "data": .string("Data for ID: \(id)")]
        let text = String(decoding: data.encoded(), as: UTF8.self)
        return [ResourceContents(uri: call.uri, mimeType: "application/json", text: text)]
    }
}
