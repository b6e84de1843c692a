import JSON

extension ServerSession {
    mutating func initialize(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        guard case .line = request.destination else { throw .invalidRequest("initialize cannot be part of a batch") }
        let wanted = try request.string("protocolVersion")
        let known = ProtocolRevision(rawValue: wanted).flatMap { $0.isStateless ? nil : $0 }
        let revision = known ?? .sessionDefault
        handshake = SessionInfo(
            revision: revision, client: request.params["clientInfo"], capabilities: request.params["capabilities"])
        lastRevision = revision
        mayAsk = false
        forgetWishes()
        let server = server
        reply(to: request, into: &out) { w in
            w.field("protocolVersion", revision.rawValue)
            server.writeCapabilities(for: revision, to: &w)
            w.key("serverInfo")
            server.info.write(for: revision, to: &w)
            w.field("instructions", server.instructions)
        }
    }

    mutating func discover(_ request: SessionRequest, into out: inout JSONWriter) {
        let server = server
        reply(to: request, into: &out) { w in
            w.array("supportedVersions") { w in
                for revision in ProtocolRevision.newestFirst { w.string(revision.rawValue) }
            }
            server.writeCapabilities(for: request.revision, to: &w)
            w.field("instructions", server.instructions)
            server.listCache.write(to: &w)
        }
    }

    mutating func list(
        _ catalogue: Catalogue<some Listed>, _ member: String, _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) {
        let page = catalogue.page(
            from: try Self.pageStart(request.optional("cursor"), in: catalogue), for: request.revision)
        let cache = server.listCache
        reply(to: request, into: &out) { w in
            w.field(member, raw: page.items)
            w.field("nextCursor", page.nextCursor)
            if request.isStateless { cache.write(to: &w) }
        }
    }

    private static func pageStart(
        _ cursor: JSONValue?, in catalogue: Catalogue<some Listed>
    ) throws(ProtocolError) -> Int {
        guard let cursor else { return 0 }
        guard let text = cursor.stringValue, let start = catalogue.start(of: text) else {
            throw .invalidParams("unknown cursor \(shown(cursor)); begin again without one")
        }
        return start
    }

    mutating func setLogLevel(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        guard let level = LogLevel(rawValue: try request.string("level")) else {
            throw .invalidParams("level must be \(LogLevel.choices)")
        }
        logLevel = level
        reply(to: request, into: &out) { _ in }
    }
}
