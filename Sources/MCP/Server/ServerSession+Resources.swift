import JSON

extension ServerSession {
    /// Longer URIs exist nowhere, and would cost time to compare with templates.
    private static var longestURI: Int { 4_096 }

    /// How many resources one client may subscribe to.
    private static var mostSubscriptions: Int { 1_024 }

    mutating func readResource(_ request: SessionRequest) throws(ProtocolError) -> SessionAction {
        let uri = try request.string("uri")
        guard let work = reading(uri) else {
            throw .resourceNotFound(uri, revision: request.revision)
        }
        return .start(try open(request, work))
    }

    /// What reads the document; nil for what is no document of this server.
    func reading(_ uri: String) -> CallWork? {
        guard uri.utf8.count <= Self.longestURI else { return nil }
        if let resource = server.resources[uri] {
            return .read(resource.read, uri: uri, variables: [:], resource.cache)
        }
        for template in server.templates.all {
            guard let variables = template.uriTemplate.match(uri), template.accepts(variables) else { continue }
            return .read(template.read, uri: uri, variables: variables, template.cache)
        }
        return nil
    }

    mutating func subscribe(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        let uri = try request.string("uri")
        guard reading(uri) != nil else {
            throw .resourceNotFound(uri, revision: request.revision)
        }
        guard subscriptions.count < Self.mostSubscriptions else {
            throw .invalidParams("there are \(subscriptions.count) subscriptions already; end some first")
        }
        if subscriptions.insert(uri).inserted, isReachable { server.events.changeWatch([uri], by: 1) }
        reply(to: request, into: &out) { _ in }
    }

    mutating func unsubscribe(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        let uri = try request.string("uri")
        if subscriptions.remove(uri) != nil, isReachable { server.events.changeWatch([uri], by: -1) }
        reply(to: request, into: &out) { _ in }
    }

    /// Forgets what the client wanted to hear of before it began anew, perhaps as another program on the same connection.
    mutating func forgetWishes() {
        if isReachable { server.events.changeWatch(subscriptions, by: -1) }
        subscriptions = []
        logLevel = .info
    }

    /// Tells whether what comes unasked can reach the client. While it cannot, its subscriptions are kept, but nothing need
    /// be watched for their sake.
    package mutating func setReachable(_ isReachable: Bool) {
        guard isReachable != self.isReachable else { return }
        self.isReachable = isReachable
        server.events.changeWatch(subscriptions, by: isReachable ? 1 : -1)
    }
}
