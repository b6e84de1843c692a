import JSON

/// Why a tool, a prompt or a resource gave no answer of its own.
public struct CallError: Error, Sendable {
    enum Reason: Sendable {
        /// The client must be asked something first, and will call again.
        case needsInput(InputRequests)
        case missingCapability([ClientCapability])
        case notFound
        case refused(String)
        case invalidParams(String)
        case cancelled
    }

    let reason: Reason

    private init(reason: Reason) { self.reason = reason }

    /// What a handler threw.
    init(_ error: any Error) {
        self = error as? CallError ?? (error is CancellationError ? .cancelled : .failed("\(error)"))
    }

    /// True where the call ends here only to be continued by the client's answer to a question.
    public var asksClient: Bool {
        if case .needsInput = reason { true } else { false }
    }

    /// The client must be asked first.
    static func needsInput(_ requests: InputRequests) -> CallError { CallError(reason: .needsInput(requests)) }

    /// The resource does not exist.
    public static let notFound = CallError(reason: .notFound)

    /// The call has been cancelled, or its client has gone.
    public static let cancelled = CallError(reason: .cancelled)

    /// It could not be done; the message says what failed and what to do about it.
    public static func failed(_ message: String) -> CallError { CallError(reason: .refused(message)) }

    /// What the client sent does not make sense.
    public static func invalidParams(_ message: String) -> CallError { CallError(reason: .invalidParams(message)) }

    /// The client has not declared what the call needs of it.
    public static func missingCapability(_ capabilities: ClientCapability...) -> CallError {
        .missingCapabilities(capabilities)
    }

    static func missingCapabilities(_ capabilities: [ClientCapability]) -> CallError {
        CallError(reason: .missingCapability(capabilities))
    }
}

/// Something that a client may offer to its servers.
public enum ClientCapability: String, Sendable, CaseIterable {
    /// Asks its user by a form.
    case elicitation
    /// Sends its user to a web page.
    case urlElicitation
    /// Asks its model.
    case sampling
    /// Tells which folders it works in.
    case roots

    /// Clients of earlier revisions have no words for it, whatever they declare.
    var firstRevision: ProtocolRevision {
        switch self {
        case .elicitation: .june2025
        case .urlElicitation: .november2025
        case .sampling, .roots: .november2024
        }
    }

    /// How the capability is spelled in `clientCapabilities`.
    var declaration: JSONObject {
        switch self {
        case .elicitation: ["elicitation": [:]]
        case .urlElicitation: ["elicitation": ["url": [:]]]
        case .sampling: ["sampling": [:]]
        case .roots: ["roots": [:]]
        }
    }
}

extension ClientCapabilities {
    public func includes(_ capability: ClientCapability) -> Bool {
        switch capability {
        case .elicitation: formElicitation
        case .urlElicitation: urlElicitation
        case .sampling: sampling
        case .roots: roots
        }
    }
}

extension CallError {
    /// The reply to a request that is no tool call, or that the client's revision wants refused.
    func protocolError(uri: String? = nil, revision: ProtocolRevision) -> ProtocolError {
        switch reason {
        case .missingCapability(let capabilities):
            return .missingCapability(capabilities, revision: revision)
        case .notFound:
            return .resourceNotFound(uri ?? "", revision: revision)
        case .refused(let message):
            return ProtocolError(.internalError, message)
        case .invalidParams(let message):
            return .invalidParams(message)
        case .needsInput, .cancelled:
            return ProtocolError(.internalError, "the call was given up")
        }
    }

    /// What a model is told.
    var message: String {
        switch reason {
        case .missingCapability(let capabilities):
            let names = capabilities.map(\.rawValue).joined(separator: ", ")
            return "This needs a client that supports \(names), and this client does not."
        case .notFound: return "It does not exist."
        case .refused(let message), .invalidParams(let message): return message
        case .needsInput, .cancelled: return "The call was given up."
        }
    }
}
