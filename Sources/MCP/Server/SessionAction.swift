public import JSON

/// Names one call of a tool for as long as it is open; ids of clients may come back after it.
public struct CallKey: Hashable, Sendable {
    let number: UInt64
}

/// What the owner of a ``ServerSession`` is to do after it gave it a message.
public enum SessionAction: Sendable {
    /// Run the tool, and give what it answers to ``ServerSession/finish(_:with:into:)``.
    case start(StartedCall)
    /// Cancel the call's task; what it still answers is dropped.
    case cancel(CallKey)
}

/// A call whose request has been found good.
public struct StartedCall: Sendable {
    public let key: CallKey
    public let tool: Tool
    /// Checked and tidied.
    public let arguments: JSONObject
    public let session: SessionInfo
    /// Whether the client wants to hear of ``ServerSession/progress(_:_:into:)``.
    public let wantsProgress: Bool

    /// Runs the tool.
    public func run(progress: @escaping @Sendable (ToolProgress) -> Void) async -> ToolResult {
        let report = wantsProgress ? progress : nil
        return await tool.handler(ToolCall(arguments: arguments, session: session, progress: report))
    }
}
