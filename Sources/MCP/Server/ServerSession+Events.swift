package import JSON

/// What one `subscriptions/listen` asked for and gets.
struct Listen: Sendable {
    let id: RequestID
    let toolsChanged: Bool
    let promptsChanged: Bool
    let resourcesChanged: Bool
    let resources: Set<String>

    func wants(_ event: ServerEvent) -> Bool {
        switch event {
        case .toolsChanged: toolsChanged
        case .promptsChanged: promptsChanged
        case .resourcesChanged: resourcesChanged
        case .resourceUpdated(let uri): resources.contains(uri)
        }
    }
}

extension ServerSession {
    /// How many subscriptions one client may have open, and how many resources each may name.
    private static var mostListens: Int { 64 }
    private static var mostResources: Int { 1_024 }

    mutating func listen(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        guard let filter = request.params["notifications"]?.objectValue else {
            throw .invalidParams("notifications must be an object that says what to listen to")
        }
        guard listens.count < Self.mostListens else {
            throw .invalidParams("there are \(listens.count) subscriptions already; end some first")
        }
        let listen = try accepted(filter, request.id)
        let key = CallKey(number: nextNumber())
        listens[key] = listen
        keys[request.id] = key
        server.events.changeWatch(listen.resources, by: 1)
        acknowledge(listen, into: &out)
        return .listen(key)
    }

    private func accepted(_ filter: JSONObject, _ id: RequestID) throws(ProtocolError) -> Listen {
        let wanted = filter["resourceSubscriptions"] ?? []
        guard let uris = wanted.arrayValue?.compactMap(\.stringValue), uris.count == wanted.arrayValue?.count,
            uris.count <= Self.mostResources
        else { throw .invalidParams("resourceSubscriptions must be an array of at most \(Self.mostResources) URIs") }
        let lists = server.features.listChanges
        return Listen(
            id: id, toolsChanged: lists && filter["toolsListChanged"] == true,
            promptsChanged: lists && !server.prompts.isEmpty && filter["promptsListChanged"] == true,
            resourcesChanged: lists && server.offersResources && filter["resourcesListChanged"] == true,
            resources: server.features.resourceUpdates ? Set(uris.filter { reading($0) != nil }) : [])
    }

    private func acknowledge(_ listen: Listen, into out: inout JSONWriter) {
        out.notification("notifications/subscriptions/acknowledged") { w in
            w.object("notifications") { w in
                if listen.toolsChanged { w.field("toolsListChanged", true) }
                if listen.promptsChanged { w.field("promptsListChanged", true) }
                if listen.resourcesChanged { w.field("resourcesListChanged", true) }
                if !listen.resources.isEmpty {
                    w.array("resourceSubscriptions") { w in for uri in listen.resources.sorted() { w.string(uri) } }
                }
            }
            w.subscription(listen.id)
        }
    }

    /// Writes an event for all who listen on this connection.
    package mutating func deliver(_ event: ServerEvent, into out: inout JSONWriter) {
        if let handshake, wants(event, handshake.revision) {
            out.notification(event.method) { event.writeMembers(to: &$0) }
        }
        for (_, listen) in listens.sorted(by: { $0.key.number < $1.key.number }) where listen.wants(event) {
            out.notification(event.method) { w in
                event.writeMembers(to: &w)
                w.subscription(listen.id)
            }
        }
    }

    /// A client with a session hears of all lists, and of the resources that it subscribed to.
    private func wants(_ event: ServerEvent, _ revision: ProtocolRevision) -> Bool {
        switch event {
        case .resourceUpdated(let uri): subscriptions.contains(uri)
        case .toolsChanged: server.features.listChanges
        case .promptsChanged: server.features.listChanges && !server.prompts.isEmpty
        case .resourcesChanged: server.features.listChanges && server.offersResources
        }
    }

    /// Ends all subscriptions from our side, because the server or the connection ends.
    package mutating func endSubscriptions(into out: inout JSONWriter) {
        for (key, listen) in listens.sorted(by: { $0.key.number < $1.key.number }) {
            _ = closeListen(key)
            out.notification("notifications/cancelled") { w in
                w.key("requestId")
                w.id(listen.id)
                w.field("reason", "the server ends")
                w.subscription(listen.id)
            }
            reply(to: listen.id, .july2026, .line, subscription: listen.id, into: &out) { _ in }
        }
    }

    /// Forgets whatever this connection listens to; to be called when it is gone.
    package mutating func close() {
        for key in Array(listens.keys) { _ = closeListen(key) }
        setReachable(false)
        subscriptions = []
    }

    mutating func closeListen(_ key: CallKey) -> Bool {
        guard let listen = listens.removeValue(forKey: key) else { return false }
        keys[listen.id] = nil
        server.events.changeWatch(listen.resources, by: -1)
        return true
    }
}

extension ServerEvent {
    fileprivate var method: String {
        switch self {
        case .toolsChanged: "notifications/tools/list_changed"
        case .promptsChanged: "notifications/prompts/list_changed"
        case .resourcesChanged: "notifications/resources/list_changed"
        case .resourceUpdated: "notifications/resources/updated"
        }
    }

    fileprivate func writeMembers(to writer: inout JSONWriter) {
        if case .resourceUpdated(let uri) = self { writer.field("uri", uri) }
    }
}

extension JSONWriter {
    fileprivate mutating func subscription(_ id: RequestID) {
        object("_meta") { w in
            w.key(RequestEnvelope.subscriptionKey)
            w.id(id)
        }
    }
}
