package import JSON

/// What a request's `_meta` says of the protocol that it speaks.
package enum RequestEnvelope {
    /// It says nothing: the session's revision counts.
    case none
    /// The request stands alone, in the revision and for the client that it names.
    case stateless(version: String, client: JSONValue?, capabilities: JSONValue)

    package static let versionKey = "io.modelcontextprotocol/protocolVersion"
    package static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
    static let clientKey = "io.modelcontextprotocol/clientInfo"
    static let logLevelKey = "io.modelcontextprotocol/logLevel"
    static let subscriptionKey = "io.modelcontextprotocol/subscriptionId"
    static let serverKey = "io.modelcontextprotocol/serverInfo"

    /// The error for a request that can only be made in an envelope and has none.
    package static let missing = ProtocolError.invalidParams(
        "_meta must hold \"\(versionKey)\" and \"\(capabilitiesKey)\"; or begin a session with \"initialize\"")

    package init(_ meta: JSONValue?) throws(ProtocolError) {
        guard let meta = meta?.unlessNull else {
            self = .none
            return
        }
        guard let meta = meta.objectValue else { throw .invalidParams("_meta must be an object") }
        guard let version = meta[Self.versionKey] else {
            // Only a stateless client knows this key, so that its version has been forgotten.
            if meta[Self.capabilitiesKey] != nil { throw Self.missing }
            self = .none
            return
        }
        guard let version = version.stringValue else { throw .invalidParams("\"\(Self.versionKey)\" must be a string") }
        guard let capabilities = meta[Self.capabilitiesKey], capabilities.objectValue != nil else {
            throw .invalidParams("_meta must hold \"\(Self.capabilitiesKey)\", an object")
        }
        self = .stateless(version: version, client: meta[Self.clientKey], capabilities: capabilities)
    }
}
