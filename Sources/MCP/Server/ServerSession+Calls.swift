public import JSON

extension ServerSession {
    mutating func callTool(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        guard let name = request.params["name"]?.stringValue else { throw .invalidParams("name must be a string") }
        guard let tool = server.tools[name] else { throw unknownTool(name) }
        guard let arguments = (request.params["arguments"] ?? [:]).objectValue else {
            throw .invalidParams("arguments must be an object")
        }
        switch tool.checkedArguments(arguments) {
        case .failure(let fault):
            let result = ToolResult.failure(message: fault.message)
            reply(to: request, into: &out) { result.write(for: request.revision, to: &$0) }
            return nil
        case .success(let checked):
            return .start(open(request, tool, checked))
        }
    }

    private func unknownTool(_ name: String) -> ProtocolError {
        let hint = server.tools.nearest(to: name).map { "; did you mean \"\($0)\"?" } ?? "; see tools/list"
        return .invalidParams("unknown tool \"\(shortened(name))\"\(hint)")
    }

    private mutating func open(_ request: SessionRequest, _ tool: Tool, _ arguments: JSONObject) -> StartedCall {
        let key = CallKey(number: nextNumber())
        let token = request.params["_meta"]?["progressToken"].flatMap(RequestID.init)
        calls[key] = OpenCall(
            id: request.id, revision: request.revision, destination: request.destination, progressToken: token)
        keys[request.id] = key
        return StartedCall(
            key: key, tool: tool, arguments: arguments, session: request.session, wantsProgress: token != nil)
    }

    /// Writes the answer of a call that was started; nothing if it has been cancelled since.
    public mutating func finish(_ key: CallKey, with result: ToolResult, into out: inout JSONWriter) {
        guard let call = close(key) else { return }
        reply(to: call.id, call.revision, call.destination, into: &out) { result.write(for: call.revision, to: &$0) }
    }

    /// Writes a progress notification, if the client asked for them, the call is still open and the value has grown.
    public mutating func progress(_ key: CallKey, _ step: ToolProgress, into out: inout JSONWriter) {
        guard let call = calls[key], let token = call.progressToken, step.value.isFinite else { return }
        if let last = call.progress, step.value <= last { return }
        calls[key]?.progress = step.value
        out.object { w in
            w.field("jsonrpc", "2.0")
            w.field("method", "notifications/progress")
            w.object("params") { w in
                w.key("progressToken")
                w.id(token)
                w.number("progress", step.value)
                if let total = step.total { w.number("total", total) }
                if call.revision >= .march2025 { w.field("message", step.message) }
            }
        }
        out.endLine()
    }

    mutating func cancel(_ id: JSONValue?, into out: inout JSONWriter) -> SessionAction? {
        guard let id = id.flatMap(RequestID.init), let key = keys[id], let call = close(key) else { return nil }
        if case .batch(let number) = call.destination { settle(number, into: &out) }
        return .cancel(key)
    }

    private mutating func close(_ key: CallKey) -> OpenCall? {
        guard let call = calls.removeValue(forKey: key) else { return nil }
        keys[call.id] = nil
        return call
    }
}

extension JSONWriter {
    /// A number that is most often whole, written as short as it can be.
    fileprivate mutating func number(_ key: String, _ value: Double) {
        if let whole = Int64(exactly: value) { field(key, whole) } else { field(key, value) }
    }
}
