package import JSON

/// An error reply of JSON-RPC.
package struct ProtocolError: Error, Equatable {
    package enum Code: Int, Sendable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case internalError = -32603
        /// Before July 2026.
        case resourceNotFound = -32002
        case headerMismatch = -32020
        case missingCapability = -32021
        case unsupportedProtocolVersion = -32022
    }

    package let code: Code
    package let message: String
    package var data: JSONValue?

    package init(_ code: Code, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    package static func invalidRequest(_ why: String) -> ProtocolError {
        ProtocolError(.invalidRequest, "Invalid request: \(why)")
    }
    package static func invalidParams(_ why: String) -> ProtocolError {
        ProtocolError(.invalidParams, "Invalid params: \(why)")
    }

    static let tooManyCalls = ProtocolError(
        .internalError, "Too many calls run at this moment; wait for answers, or cancel some, and ask again")

    static func methodNotFound(_ method: String) -> ProtocolError {
        ProtocolError(.methodNotFound, "Method not found: \(shortened(method))")
    }

    /// The code for it has changed with July 2026.
    static func resourceNotFound(_ uri: String, revision: ProtocolRevision) -> ProtocolError {
        ProtocolError(
            revision.isStateless ? .invalidParams : .resourceNotFound, "Resource not found: \(shortened(uri))",
            data: ["uri": .string(shortened(uri, limit: 2_048))])
    }

    static func missingCapability(_ capabilities: [ClientCapability], revision: ProtocolRevision) -> ProtocolError {
        let names = capabilities.map(\.rawValue).joined(separator: ", ")
        let message = "The client has not declared what this needs: \(names)"
        guard revision.isStateless else { return ProtocolError(.invalidParams, message) }
        var required = JSONObject()
        for capability in capabilities {
            for member in capability.declaration { required[member.key] = member.value }
        }
        return ProtocolError(.missingCapability, message, data: ["requiredCapabilities": .object(required)])
    }

    /// The request names a revision that this server does not serve in this form.
    package static func unsupportedVersion(_ requested: String) -> ProtocolError {
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
    package mutating func errorReply(_ error: ProtocolError, id: RequestID?, nullWithoutID: Bool) {
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
