import JSON

/// Names one call for as long as it is open; ids of clients may come back after it.
public struct CallKey: Hashable, Sendable {
    package let number: UInt64
}

/// What the owner of a ``ServerSession`` is to do after it gave it a message.
public enum SessionAction: Sendable {
    /// Run the call, and give what it answers to ``ServerSession/finish(_:with:into:)``.
    case start(StartedCall)
    /// Cancel the call's task; what it still answers is dropped.
    ///
    /// `endsBatch`: nothing else was missing in the batch that the call belongs to, so that the batch's replies have been
    /// written, as a line of their own.
    case cancel(CallKey, endsBatch: Bool)
    /// The client has come to the end of its handshake: send what these calls have asked meanwhile, with
    /// ``ServerSession/askHeldBack(_:into:)``.
    case ask([CallKey])
    /// All that the call has asked its client is answered.
    case answer(CallKey, [String: InputAnswer])
    /// The client would not or could not answer what the call asked.
    case refuse(CallKey, CallError)
    /// A subscription has been opened; it stays until it is cancelled or ``ServerSession/endSubscriptions(into:)``.
    case listen(CallKey)
}

/// A call whose request has been found good.
public struct StartedCall: Sendable {
    public let key: CallKey
    public let session: SessionInfo
    /// Whether the client wants to hear of ``ServerSession/progress(_:_:into:)``.
    public let wantsProgress: Bool
    let work: CallWork
    let past: CallHistory?

    /// The tool that is called, if it is one.
    public var tool: Tool? { if case .tool(let tool, _) = work { tool } else { nil } }

    /// Runs the call. It can tell its progress, and nothing else, to the client.
    public func run(progress: @escaping @Sendable (ToolProgress) -> Void) async -> CallOutcome {
        await run(on: LocalPort(progress, nil))
    }

    /// Runs the call.
    package func run(on port: any CallPort) async -> CallOutcome {
        let context = CallContext(session: session, wantsProgress: wantsProgress, key: key, port: port, past: past)
        do {
            return CallOutcome(kind: try await work.result(context))
        } catch {
            return CallOutcome(kind: work.failure(CallError(error), session.revision))
        }
    }
}

/// How a call has ended.
public struct CallOutcome: Sendable {
    enum Kind: Sendable {
        case tool(ToolResult)
        case prompt(PromptResult)
        case contents([ResourceContents], CacheHint)
        case completion(CompletionResult)
        case needsInput(InputRequests)
        case error(ProtocolError)
    }

    let kind: Kind

    /// A tool's answer.
    public static func tool(_ result: ToolResult) -> CallOutcome { CallOutcome(kind: .tool(result)) }
}

/// What a call does.
enum CallWork: Sendable {
    case tool(Tool, JSONObject)
    case prompt(Prompt, [String: String])
    case read(ResourceReader, uri: String, variables: [String: String], CacheHint)
    case complete(Completer, CompletionQuery)

    func result(_ context: CallContext) async throws -> CallOutcome.Kind {
        switch self {
        case .tool(let tool, let arguments):
            return .tool(try await tool.handler(ToolCall(arguments: arguments, context: context)))
        case .prompt(let prompt, let arguments):
            return .prompt(try await prompt.handler(PromptCall(arguments: arguments, context: context)))
        case .read(let read, let uri, let variables, let cache):
            let contents = try await read(ResourceCall(uri: uri, variables: variables, context: context))
            if contents.isEmpty { throw CallError.notFound }
            return .contents(contents, cache)
        case .complete(let complete, let query):
            return .completion(CompletionResult(values: await complete(query)))
        }
    }

    func failure(_ error: CallError, _ revision: ProtocolRevision) -> CallOutcome.Kind {
        switch (self, error.reason) {
        case (_, .needsInput(let requests)): return .needsInput(requests)
        case (_, .missingCapability) where revision.isStateless: break
        case (.tool, _): return .tool(.failure(message: error.message))
        default: break
        }
        let uri: String? = if case .read(_, let uri, _, _) = self { uri } else { nil }
        return .error(error.protocolError(uri: uri, revision: revision))
    }
}
