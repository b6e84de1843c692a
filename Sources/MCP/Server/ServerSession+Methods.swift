import JSON

extension ServerSession {
    mutating func initialize(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        guard case .line = request.destination else { throw .invalidRequest("initialize cannot be part of a batch") }
        guard let wanted = request.params["protocolVersion"]?.stringValue else {
            throw .invalidParams("protocolVersion must be a string")
        }
        let known = ProtocolRevision(rawValue: wanted).flatMap { $0.isStateless ? nil : $0 }
        let revision = known ?? .sessionDefault
        handshake = SessionInfo(
            revision: revision, client: request.params["clientInfo"], capabilities: request.params["capabilities"])
        lastRevision = revision
        let server = server
        reply(to: request, into: &out) { w in
            w.field("protocolVersion", revision.rawValue)
            server.writeCapabilities(to: &w)
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
            server.writeCapabilities(to: &w)
            w.field("instructions", server.instructions)
            server.writeCacheHints(to: &w)
        }
    }

    mutating func listTools(_ request: SessionRequest, into out: inout JSONWriter) throws(ProtocolError) {
        let start = try pageStart(request.params["cursor"])
        let page = server.tools.page(from: start, for: request.revision)
        let server = server
        reply(to: request, into: &out) { w in
            w.field("tools", raw: page.tools)
            w.field("nextCursor", page.nextCursor)
            if request.isStateless { server.writeCacheHints(to: &w) }
        }
    }

    private func pageStart(_ cursor: JSONValue?) throws(ProtocolError) -> Int {
        guard let cursor else { return 0 }
        guard let text = cursor.stringValue, let start = server.tools.start(of: text) else {
            throw .invalidParams("unknown cursor \(shown(cursor)); begin again without one")
        }
        return start
    }
}

extension MCPServer {
    func writeCapabilities(to writer: inout JSONWriter) {
        writer.object("capabilities") { w in w.object("tools") { _ in } }
    }

    /// Lists are the same for everybody as long as the process lives.
    func writeCacheHints(to writer: inout JSONWriter) {
        writer.field("ttlMs", timeToLive)
        writer.field("cacheScope", "public")
    }
}
