import JSON

/// A document that clients can list and read.
public struct Resource: Sendable {
    public let link: ResourceLink
    /// Bytes of its contents, where they are known beforehand.
    public let size: Int?
    public let annotations: Annotations?
    public let icons: [Icon]
    public let cache: CacheHint
    let read: ResourceReader

    /// - Parameter read: gives the contents of ``ResourceCall/uri``; never empty.
    public init(
        uri: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil,
        size: Int? = nil, annotations: Annotations? = nil, icons: [Icon] = [], cache: CacheHint = .live,
        read: @escaping ResourceReader
    ) {
        link = ResourceLink(uri: uri, name: name, title: title, description: description, mimeType: mimeType)
        self.size = size
        self.annotations = annotations
        self.icons = icons
        self.cache = cache
        self.read = read
    }

    public var uri: String { link.uri }
}

/// Documents of one kind, whose URIs follow a pattern.
public struct ResourceTemplate: Sendable {
    /// With `{name}` where a part of the URI differs; see ``URITemplate``.
    public let uriTemplate: URITemplate
    public let name: String
    public let title: String?
    public let description: String?
    public let mimeType: String?
    public let annotations: Annotations?
    public let icons: [Icon]
    public let cache: CacheHint
    /// For each variable that can be completed, who completes it.
    public let completers: [String: Completer]
    let accepts: @Sendable ([String: String]) -> Bool
    let read: ResourceReader

    /// - Parameters:
    ///   - read: gives the contents of ``ResourceCall/uri``, or throws ``CallError/notFound``.
    ///   - accepts: whether a document could ever have these variables, by what is known without reading anything.
    public init(
        uriTemplate: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil,
        annotations: Annotations? = nil, icons: [Icon] = [], cache: CacheHint = .live,
        completers: [String: Completer] = [:],
        read: @escaping ResourceReader,
        accepts: @escaping @Sendable (_ variables: [String: String]) -> Bool = { _ in true }
    ) {
        self.uriTemplate = URITemplate(uriTemplate)
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.annotations = annotations
        self.icons = icons
        self.cache = cache
        self.completers = completers
        self.accepts = accepts
        self.read = read
    }
}

/// Gives the contents of a resource.
public typealias ResourceReader = @Sendable (ResourceCall) async throws -> [ResourceContents]

/// One `resources/read`, as its reader sees it.
public struct ResourceCall: Sendable {
    /// What the client wants to read.
    public let uri: String
    /// The parts of the URI that a template names, with percent escapes resolved.
    public let variables: [String: String]
    /// Who asks, and how to ask back.
    public let context: CallContext
}

/// How long a client may keep an answer, and for whom.
public struct CacheHint: Sendable, Equatable {
    public enum Scope: String, Sendable {
        /// The same for everybody.
        case `public`
        /// For the user who asked.
        case `private`
    }

    public let milliseconds: Int
    public let scope: Scope

    public init(milliseconds: Int, scope: Scope) {
        self.milliseconds = max(milliseconds, 0)
        self.scope = scope
    }

    /// Ask again each time.
    public static let live = CacheHint(milliseconds: 0, scope: .private)
    /// It does not change while the server runs: an hour, for everybody.
    public static let fixed = CacheHint(milliseconds: 3_600_000, scope: .public)

    func write(to writer: inout JSONWriter) {
        writer.field("ttlMs", milliseconds)
        writer.field("cacheScope", scope.rawValue)
    }
}

extension Resource: Listed {
    var listName: String { uri }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            link.writeMembers(for: revision, to: &w)
            if revision >= .march2025 { w.field("size", size) }
            annotations?.write(for: revision, to: &w)
            icons.write(for: revision, to: &w)
        }
    }
}

extension ResourceTemplate: Listed {
    var listName: String { uriTemplate.text }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("uriTemplate", uriTemplate.text)
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("description", description)
            w.field("mimeType", mimeType)
            annotations?.write(for: revision, to: &w)
            icons.write(for: revision, to: &w)
        }
    }
}
