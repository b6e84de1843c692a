public import JSON

extension ServerSession {
    /// Writes a progress notification, if the client asked for them, the call is still open and the value has grown.
    public mutating func progress(_ key: CallKey, _ step: ToolProgress, into out: inout JSONWriter) {
        guard let call = calls[key], let token = call.progressToken, step.value.isFinite else { return }
        if let last = call.progress, step.value <= last { return }
        calls[key]?.progress = step.value
        out.notification("notifications/progress") { w in
            w.key("progressToken")
            w.id(token)
            w.number("progress", step.value)
            if let total = step.total { w.number("total", total) }
            if call.revision >= .march2025 { w.field("message", step.message) }
        }
    }

    /// Writes a message for the client's log, if the server has declared that it sends such, and the client wants it.
    package mutating func log(_ key: CallKey, _ entry: LogEntry, into out: inout JSONWriter) {
        guard let call = calls[key], server.features.logging.serves(call.revision) else { return }
        guard let least = call.revision.isStateless ? call.logLevel : logLevel, entry.level >= least else { return }
        out.notification("notifications/message") { w in
            w.field("level", entry.level.rawValue)
            w.field("logger", entry.logger)
            w.field("data", entry.data)
        }
    }
}

extension JSONWriter {
    /// A whole message, on a line of its own.
    mutating func notification(_ method: String, _ params: (inout JSONWriter) -> Void) {
        object { w in
            w.field("jsonrpc", "2.0")
            w.field("method", method)
            w.object("params", params)
        }
        endLine()
    }

    /// A number that is most often whole, written as short as it can be.
    fileprivate mutating func number(_ key: String, _ value: Double) {
        if let whole = Int64(exactly: value) { field(key, whole) } else { field(key, value) }
    }
}
