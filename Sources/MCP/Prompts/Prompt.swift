import JSON

/// A ready-made question to the model, which people pick from a menu.
public struct Prompt: Sendable {
    public let name: String
    public let title: String?
    public let description: String?
    public let arguments: [PromptArgument]
    public let icons: [Icon]
    let handler: @Sendable (PromptCall) async throws -> PromptResult

    /// - Parameter handler: makes the messages; required arguments are there when it is called.
    public init(
        name: String, title: String? = nil, description: String? = nil, arguments: [PromptArgument] = [],
        icons: [Icon] = [], handler: @escaping @Sendable (PromptCall) async throws -> PromptResult
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.arguments = arguments
        self.icons = icons
        self.handler = handler
    }
}

/// Something that a person fills in.
public struct PromptArgument: Sendable {
    public let name: String
    public let title: String?
    public let description: String?
    public let isRequired: Bool
    /// Offers values while the person types; nil offers none.
    public let completer: Completer?

    public init(
        _ name: String, title: String? = nil, description: String? = nil, isRequired: Bool = false,
        completer: Completer? = nil
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.isRequired = isRequired
        self.completer = completer
    }
}

/// One `prompts/get`, as the prompt sees it.
public struct PromptCall: Sendable {
    public let arguments: [String: String]
    /// Who asks, and how to ask back.
    public let context: CallContext
}

/// What a prompt says.
public struct PromptResult: Sendable, Equatable {
    public struct Message: Sendable, Equatable {
        public let role: Role
        public let content: Content

        public init(_ role: Role, _ content: Content) {
            self.role = role
            self.content = content
        }
    }

    public let description: String?
    public let messages: [Message]

    public init(description: String? = nil, messages: [Message]) {
        self.description = description
        self.messages = messages
    }

    /// One message of the user's.
    public static func user(_ text: String) -> PromptResult { PromptResult(messages: [Message(.user, .text(text))]) }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.field("description", description)
        writer.array("messages") { w in
            for message in messages {
                w.object { w in
                    w.field("role", message.role.rawValue)
                    w.key("content")
                    message.content.write(for: revision, to: &w)
                }
            }
        }
    }
}

extension Prompt: Listed {
    var listName: String { name }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("description", description)
            if !arguments.isEmpty {
                w.array("arguments") { w in for argument in arguments { argument.write(for: revision, to: &w) } }
            }
            icons.write(for: revision, to: &w)
        }
    }
}

extension PromptArgument {
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("description", description)
            if isRequired { w.field("required", true) }
        }
    }
}
