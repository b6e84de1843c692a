public import JSON

/// Something that only the client, its user or its model can say.
public struct InputRequest: Sendable, Equatable {
    /// The protocol's name for it.
    let method: String
    let params: JSONObject
    let capability: ClientCapability

    /// What a user is asked; nil for questions to a model and for folders.
    public var message: String? { params["message"]?.stringValue }

    /// Asks the user to fill in a form.
    ///
    /// - Parameters:
    ///   - message: what the user is asked, and why.
    ///   - schema: JSON Schema of a flat object of strings, numbers, booleans and choices. Never ask for secrets.
    public static func form(message: String, schema: JSONValue) -> InputRequest {
        InputRequest(
            method: "elicitation/create", params: ["message": .string(message), "requestedSchema": schema],
            capability: .elicitation)
    }

    /// Asks the user to visit a web page. Clients since 2025-11-25 can.
    public static func page(message: String, url: String, elicitationID: String) -> InputRequest {
        InputRequest(
            method: "elicitation/create",
            params: [
                "mode": "url", "message": .string(message), "url": .string(url),
                "elicitationId": .string(elicitationID),
            ], capability: .urlElicitation)
    }

    /// Asks the client's model.
    ///
    /// - Parameter params: those of `sampling/createMessage`, such as `maxTokens` and `messages`.
    public static func sampling(_ params: JSONObject) -> InputRequest {
        InputRequest(method: "sampling/createMessage", params: params, capability: .sampling)
    }

    /// Asks the client's model about one text.
    public static func sampling(text: String, maxTokens: Int) -> InputRequest {
        .sampling([
            "messages": [["role": "user", "content": ["type": "text", "text": .string(text)]]],
            "maxTokens": JSONValue(maxTokens),
        ])
    }

    /// Asks for the folders that the client works in.
    public static let roots = InputRequest(method: "roots/list", params: [:], capability: .roots)

    /// Asks whether to go on: the form has one checkbox.
    public static func confirmation(_ message: String, label: String = "Go on") -> InputRequest {
        .form(
            message: message,
            schema: [
                "type": "object", "properties": ["confirm": ["type": "boolean", "title": .string(label)]],
                "required": ["confirm"],
            ])
    }

    func writeMembers(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.field("method", method)
        if params.isEmpty && !revision.isStateless { return }
        writer.object("params") { w in
            if capability == .elicitation, revision >= .november2025 { w.field("mode", "form") }
            for member in params { w.field(member.key, member.value) }
        }
    }
}

/// What is asked together, each under a name of its own.
public struct InputRequests: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    let all: [(name: String, request: InputRequest)]

    public init(dictionaryLiteral elements: (String, InputRequest)...) { self.init(elements) }

    /// - Parameter elements: names that occur again are left out.
    public init(_ elements: [(String, InputRequest)]) {
        var names: Set<String> = []
        all = elements.filter { names.insert($0.0).inserted }.map { (name: $0.0, request: $0.1) }
    }

    public static func == (left: InputRequests, right: InputRequests) -> Bool {
        left.all.elementsEqual(right.all) { $0.name == $1.name && $0.request == $1.request }
    }
}
