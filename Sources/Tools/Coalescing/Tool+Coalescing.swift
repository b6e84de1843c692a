internal import MCP

extension Tool {
    /// The same tool, for which identical calls that wait at the same time share one pass over the hardware.
    ///
    /// Only for tools that read once, soon have done so, and ask nothing of who calls. A call that wants to hear of progress
    /// is never shared.
    ///
    /// - Parameter isShared: false for calls that are to have a pass of their own.
    func coalescing(
        _ calls: CoalescedCalls, if isShared: @escaping @Sendable (ToolCall) -> Bool = { _ in true }
    ) -> Tool {
        Tool(
            name: name, title: title, description: description, inputSchema: inputSchema, outputSchema: outputSchema,
            annotations: annotations, icons: icons, meta: meta
        ) { [handler] call in
            guard !call.wantsProgress, isShared(call) else { return try await handler(call) }
            return try await calls.answer(to: call, by: handler)
        }
    }
}
