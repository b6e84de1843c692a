import JSON
import Synchronization

/// What a server is and offers: the part that all its connections share.
public final class MCPServer: Sendable {
    public let info: ServerInfo
    /// Guidance for the model on how the tools work together; hosts cut it at 2 KB.
    public let instructions: String?
    public let tools: ToolCatalogue
    public let features: ServerFeatures
    let resources: Catalogue<Resource>
    let templates: Catalogue<ResourceTemplate>
    let prompts: Catalogue<Prompt>
    let events = EventHub()
    let requestState: RequestState
    /// How long clients may keep lists and the server's description: they are the same as long as the process lives.
    let listCache: CacheHint

    /// The members that end every result of a stateless revision.
    let statelessMeta: [UInt8]

    /// - Parameters:
    ///   - features: what the server offers besides answering.
    ///   - pageSize: how many items one page of a list holds; all, if nil.
    public init(
        info: ServerInfo, instructions: String? = nil, tools: [Tool], resources: [Resource] = [],
        templates: [ResourceTemplate] = [], prompts: [Prompt] = [], features: ServerFeatures = ServerFeatures(),
        pageSize: Int? = nil
    ) {
        self.info = info
        self.instructions = instructions
        self.tools = ToolCatalogue(tools, pageSize: pageSize)
        self.resources = Catalogue(resources, pageSize: pageSize)
        self.templates = Catalogue(templates, pageSize: pageSize)
        self.prompts = Catalogue(prompts, pageSize: pageSize)
        self.features = features
        requestState = RequestState(key: features.stateKey ?? Secret.random(32))
        listCache = features.listChanges ? CacheHint(milliseconds: 60_000, scope: .public) : .fixed
        statelessMeta = Self.meta(info, nil)
    }

    /// The same for the last message of a subscription.
    func statelessMeta(tagged subscription: RequestID) -> [UInt8] { Self.meta(info, subscription) }

    private static func meta(_ info: ServerInfo, _ subscription: RequestID?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { w in
            w.key(RequestEnvelope.serverKey)
            info.write(for: .july2026, to: &w)
            guard let subscription else { return }
            w.key(RequestEnvelope.subscriptionKey)
            w.id(subscription)
        }
        return writer.finish()
    }

    /// Tells all clients that listen. Updates of one resource reach them once a second at most.
    public func notify(_ event: ServerEvent) { events.publish(event) }

    /// The resources of which somebody wants to hear updates.
    public var watchedResources: Set<String> { events.watched }

    /// Sets who is told when ``watchedResources`` becomes larger or smaller, so that nothing need be watched for nobody.
    public func onWatchChange(_ handler: @escaping @Sendable (Set<String>) -> Void) {
        events.setWatchHandler(handler)
    }

    /// Passes events to a connection from now on, until ``remove(_:)``.
    package func add(_ observer: any EventObserver) { events.add(observer) }

    package func remove(_ observer: any EventObserver) { events.remove(observer) }

    var offersResources: Bool { !resources.isEmpty || !templates.isEmpty }

    var offersCompletion: Bool {
        templates.all.contains { !$0.completers.isEmpty }
            || prompts.all.contains { $0.arguments.contains { $0.completer != nil } }
    }
}

/// What a server offers besides answering.
public struct ServerFeatures: Sendable {
    /// Who may hear log messages. The protocol has given them up with July 2026.
    public enum Logging: Sendable {
        case none
        /// Clients that begin a session.
        case sessions
        /// Those whose requests stand alone, too.
        case all

        func serves(_ revision: ProtocolRevision) -> Bool {
            switch self {
            case .none: false
            case .sessions: !revision.isStateless
            case .all: true
            }
        }
    }

    /// Clients may subscribe to resources; the server calls ``MCPServer/notify(_:)``.
    public var resourceUpdates: Bool
    /// The server calls ``MCPServer/notify(_:)`` when its lists change.
    public var listChanges: Bool
    /// Handlers call ``CallContext/log(_:_:logger:)``, and these clients may hear it.
    public var logging: Logging
    /// The secret that signs what clients keep for the server: 32 bytes, the same for processes that share their clients.
    /// Random, if nil.
    public var stateKey: [UInt8]?

    public init(
        resourceUpdates: Bool = false, listChanges: Bool = false, logging: Logging = .none, stateKey: [UInt8]? = nil
    ) {
        self.resourceUpdates = resourceUpdates
        self.listChanges = listChanges
        self.logging = logging
        self.stateKey = stateKey
    }
}

/// How a server introduces itself.
public struct ServerInfo: Sendable {
    public let name: String
    public let version: String
    /// The name for people.
    public let title: String?
    public let description: String?
    public let websiteURL: String?
    public let icons: [Icon]

    public init(
        name: String, version: String, title: String? = nil, description: String? = nil, websiteURL: String? = nil,
        icons: [Icon] = []
    ) {
        self.name = name
        self.version = version
        self.title = title
        self.description = description
        self.websiteURL = websiteURL
        self.icons = icons
    }

    func write(for revision: ProtocolRevision, to writer: inout JSONWriter) {
        writer.object { w in
            w.field("name", name)
            if revision >= .june2025 { w.field("title", title) }
            w.field("version", version)
            guard revision >= .november2025 else { return }
            w.field("description", description)
            w.field("websiteUrl", websiteURL)
            icons.write(for: revision, to: &w)
        }
    }
}
