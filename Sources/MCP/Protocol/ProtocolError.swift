import JSON

/// An error reply of JSON-RPC.
struct ProtocolError: Error, Equatable {
    enum Code: Int, Sendable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        case unsupportedProtocolVersion = -32022
    }

    let code: Code
    let message: String
    var data: JSONValue?

    init(_ code: Code, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    static func invalidRequest(_ why: String) -> ProtocolError {
        ProtocolError(.invalidRequest, "Invalid request: \(why)")
    }
    static func invalidParams(_ why: String) -> ProtocolError {
        ProtocolError(.invalidParams, "Invalid params: \(why)")
    }

    static func methodNotFound(_ method: String) -> ProtocolError {
        ProtocolError(.methodNotFound, "Method not found: \(shortened(method))")
    }

    /// The request names a revision that this server does not serve in this form.
    static func unsupportedVersion(_ requested: String) -> ProtocolError {
        // A client that puts a session's revision into an envelope must be led to the one revision that has envelopes.
        let isSessionRevision = ProtocolRevision(rawValue: requested) != nil
        let supported = isSessionRevision ? [ProtocolRevision.july2026] : ProtocolRevision.newestFirst
        return ProtocolError(
            .unsupportedProtocolVersion, "Unsupported protocol version: \(shortened(requested))",
            data: [
                "supported": .array(supported.map { .string($0.rawValue) }),
                "requested": .string(shortened(requested)),
            ])
    }
}

extension JSONWriter {
    /// - Parameter id: nil where none could be read and the client's revision wants it left out; null where it wants null.
    mutating func errorReply(_ error: ProtocolError, id: RequestID?, nullWithoutID: Bool) {
        object { w in
            w.field("jsonrpc", "2.0")
            if let id {
                w.key("id")
                w.id(id)
            } else if nullWithoutID {
                w.key("id")
                w.null()
            }
            w.object("error") { w in
                w.field("code", error.code.rawValue)
                w.field("message", error.message)
                w.field("data", error.data)
            }
        }
    }
}
