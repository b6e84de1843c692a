public import JSON

/// One thing that a model may ask the server to do.
public struct Tool: Sendable {
    /// What a client calls it: snake_case, at most 40 characters, unique on a server.
    public let name: String
    /// What a person sees.
    public let title: String
    public let description: String
    /// JSON Schema of the arguments; its root is an object with flat properties.
    public let inputSchema: JSONValue
    /// JSON Schema of what ``ToolResult/structured(bytes:text:)`` carries; its root is an object.
    public let outputSchema: JSONValue?
    /// The arguments that ``inputSchema`` wants in headers, too; looked for once, since every request over HTTP asks.
    public let headerParameters: [HeaderParameter]
    public let annotations: ToolAnnotations
    public let icons: [Icon]
    /// Further `_meta` of the tool, such as hints to particular hosts.
    public let meta: JSONObject?
    /// Does the work. Its arguments have been checked against ``inputSchema``. It is cancelled by task cancellation. An error
    /// that it throws becomes a failure result, unless it comes from asking the client.
    public let handler: @Sendable (ToolCall) async throws -> ToolResult

    public init(
        name: String, title: String, description: String, inputSchema: JSONValue, outputSchema: JSONValue? = nil,
        annotations: ToolAnnotations = ToolAnnotations(), icons: [Icon] = [], meta: JSONObject? = nil,
        handler: @escaping @Sendable (ToolCall) async throws -> ToolResult
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        headerParameters = HeaderParameter.all(in: inputSchema)
        self.outputSchema = outputSchema
        self.annotations = annotations
        self.icons = icons
        self.meta = meta
        self.handler = handler
    }
}

/// What a host may assume of a tool before it asks its user. The defaults are the protocol's: assume the worst.
public struct ToolAnnotations: Sendable {
    /// It changes nothing.
    public var readOnlyHint: Bool
    /// It may destroy something; meaningful only if it is not read-only.
    public var destructiveHint: Bool
    /// Calling it twice with the same arguments does no more than calling it once.
    public var idempotentHint: Bool
    /// It reaches out to a world beyond this machine.
    public var openWorldHint: Bool

    public init(
        readOnlyHint: Bool = false, destructiveHint: Bool = true, idempotentHint: Bool = false,
        openWorldHint: Bool = true
    ) {
        self.readOnlyHint = readOnlyHint
        self.destructiveHint = destructiveHint
        self.idempotentHint = idempotentHint
        self.openWorldHint = openWorldHint
    }
}

extension Tool {
    /// Calls the tool as a server does: arguments are checked and tidied first, a fault in them is a failure result.
    ///
    /// - Parameters:
    ///   - progress: is given each step that the tool reports.
    ///   - asker: answers the tool's questions, as far as the session's capabilities allow them.
    public func call(
        arguments: JSONObject, session: SessionInfo = .local, progress: (@Sendable (ToolProgress) -> Void)? = nil,
        asker: LocalAsker? = nil
    ) async -> ToolResult {
        switch checkedArguments(arguments) {
        case .success(let checked):
            do {
                return try await handler(
                    ToolCall(arguments: checked, session: session, progress: progress, asker: asker))
            } catch {
                return .failure(message: CallError(error).message)
            }
        case .failure(let fault):
            return .failure(message: fault.message, isWrongUsage: true)
        }
    }
}
