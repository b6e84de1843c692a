public import JSON

/// What came back on an ``InputRequest``.
public struct InputAnswer: Sendable, Equatable {
    /// The result as the client sent it, checked for what its kind must have.
    public let raw: JSONObject

    /// How a user dealt with a form or page.
    public enum Action: String, Sendable {
        /// Filled in and sent off.
        case accept
        /// Refused.
        case decline
        /// Closed without a decision.
        case cancel
    }

    /// Nil for answers of a model and for folders.
    public var action: Action? { raw["action"]?.stringValue.flatMap(Action.init) }

    /// The form as it was sent off, checked against its schema.
    public var content: JSONObject? { raw["content"]?.objectValue }

    /// Whether the user has sent off the checkbox of ``InputRequest/confirmation(_:label:)`` as set.
    public var isConfirmed: Bool { action == .accept && content?["confirm"] == true }

    /// The words of a model's answer.
    public var text: String? {
        let blocks = raw["content"]?.arrayValue ?? raw["content"].map { [$0] } ?? []
        let texts = blocks.compactMap { $0["text"]?.stringValue }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    /// The URIs of the client's folders.
    public var roots: [String] { raw["roots"]?.arrayValue?.compactMap { $0["uri"]?.stringValue } ?? [] }

    /// Nil where the answer does not fit what was asked.
    init?(_ value: JSONValue, to request: InputRequest) {
        guard var raw = value.objectValue else { return nil }
        switch request.capability {
        case .elicitation:
            guard let action = raw["action"]?.stringValue.flatMap(Action.init) else { return nil }
            if action == .accept {
                guard let content = Self.checked(raw["content"] ?? [:], request) else { return nil }
                raw["content"] = .object(content)
            }
        case .urlElicitation:
            guard raw["action"]?.stringValue.flatMap(Action.init) != nil else { return nil }
        case .sampling:
            guard raw["role"]?.stringValue != nil, raw["content"] != nil else { return nil }
        case .roots:
            guard raw["roots"]?.arrayValue != nil else { return nil }
        }
        self.raw = raw
    }

    private static func checked(_ content: JSONValue, _ request: InputRequest) -> JSONObject? {
        guard let content = content.objectValue else { return nil }
        var check = SchemaCheck()
        let checked = check.check(content, request.params["requestedSchema"]?.objectValue ?? [:], at: "")
        return check.problems.isEmpty ? checked : nil
    }
}
