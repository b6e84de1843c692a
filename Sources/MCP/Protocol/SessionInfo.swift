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

    /// What is taken over is short whatever the client sent, since a session keeps it for as long as it lasts.
    init(revision: ProtocolRevision, client: JSONValue?, capabilities: JSONValue?) {
        self.init(
            revision: revision, clientName: client?["name"]?.stringValue.map { shortened($0, limit: 256) },
            clientVersion: client?["version"]?.stringValue.map { shortened($0, limit: 256) },
            capabilities: ClientCapabilities(capabilities?.objectValue ?? [:]))
    }

    /// A caller in this process, without a client.
    public static let local = SessionInfo(revision: .july2026)
}

/// What the client can do for the server. Whatever does not have the expected form counts as not declared, since clients
/// differ in what they put here.
public struct ClientCapabilities: Sendable {
    public let sampling: Bool
    public let roots: Bool
    /// Asking the user by a form; `elicitation: {}` means just that.
    public let formElicitation: Bool
    public let urlElicitation: Bool
    private let extensions: JSONObject

    /// Bytes of the settings of all extensions; longer ones count as not declared.
    private static var longestExtensions: Int { 4_096 }

    /// - Parameter declared: the capabilities as they came. Of these only what is asked for here is kept, since servers can
    ///   have thousands of sessions and clients can declare megabytes.
    public init(_ declared: JSONObject = [:]) {
        sampling = declared["sampling"]?.objectValue != nil
        roots = declared["roots"]?.objectValue != nil
        let elicitation = declared["elicitation"]?.objectValue
        formElicitation = elicitation.map { $0.isEmpty || $0["form"]?.objectValue != nil } ?? false
        urlElicitation = elicitation?["url"]?.objectValue != nil
        let extensions = declared["extensions"]?.objectValue ?? [:]
        self.extensions = extensions.encoded().count <= Self.longestExtensions ? extensions : [:]
    }

    /// The settings of a protocol extension, if the client supports it.
    public func `extension`(_ identifier: String) -> JSONObject? { extensions[identifier]?.objectValue }
}
