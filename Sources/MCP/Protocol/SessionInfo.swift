public import JSON

/// Who is at the other end, as far as they have told.
public struct SessionInfo: Sendable {
    public let revision: ProtocolRevision
    /// The client software's name for itself; not verified, for display and logs only.
    public let clientName: String?
    public let clientVersion: String?
    public let capabilities: ClientCapabilities

    public init(
        revision: ProtocolRevision, clientName: String? = nil, clientVersion: String? = nil,
        capabilities: ClientCapabilities = ClientCapabilities()
    ) {
        self.revision = revision
        self.clientName = clientName
        self.clientVersion = clientVersion
        self.capabilities = capabilities
    }

    init(revision: ProtocolRevision, client: JSONValue?, capabilities: JSONValue?) {
        self.init(
            revision: revision, clientName: client?["name"]?.stringValue,
            clientVersion: client?["version"]?.stringValue,
            capabilities: ClientCapabilities(capabilities?.objectValue ?? [:]))
    }

    /// A caller in this process, without a client.
    public static let local = SessionInfo(revision: .july2026)
}

/// What the client can do for the server. Whatever does not have the expected form counts as not declared, since clients
/// differ in what they put here.
public struct ClientCapabilities: Sendable {
    /// The capabilities as they came.
    public let raw: JSONObject

    public init(_ raw: JSONObject = [:]) { self.raw = raw }

    public var sampling: Bool { raw["sampling"]?.objectValue != nil }
    public var roots: Bool { raw["roots"]?.objectValue != nil }
    /// Asking the user by a form; `elicitation: {}` means just that.
    public var formElicitation: Bool {
        guard let elicitation = raw["elicitation"]?.objectValue else { return false }
        return elicitation.isEmpty || elicitation["form"]?.objectValue != nil
    }
    public var urlElicitation: Bool { raw["elicitation"]?["url"]?.objectValue != nil }

    /// The settings of a protocol extension, if the client supports it.
    public func `extension`(_ identifier: String) -> JSONObject? { raw["extensions"]?[identifier]?.objectValue }
}
