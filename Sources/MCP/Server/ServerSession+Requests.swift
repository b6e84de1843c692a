import JSON

/// A request whose protocol and parameters have been made out.
struct SessionRequest {
    let id: RequestID
    let method: String
    let params: JSONObject
    let session: SessionInfo
    let destination: ReplyDestination

    var revision: ProtocolRevision { session.revision }
    var isStateless: Bool { revision.isStateless }
}

extension ServerSession {
    func request(
        _ id: RequestID, _ method: String, _ params: JSONValue?, _ destination: ReplyDestination
    ) throws(ProtocolError) -> SessionRequest {
        guard keys[id] == nil else { throw .invalidRequest("the id is that of a request which is not answered yet") }
        let params = try Self.object(params ?? [:])
        let session =
            switch try RequestEnvelope(params["_meta"]) {
            case .stateless(let version, let client, let capabilities):
                try Self.stateless(version, client, capabilities)
            case .none:
                try sessionInfo(for: method)
            }
        return SessionRequest(id: id, method: method, params: params, session: session, destination: destination)
    }

    private static func object(_ params: JSONValue) throws(ProtocolError) -> JSONObject {
        guard let object = params.objectValue else { throw .invalidParams("params must be an object") }
        return object
    }

    private static func stateless(
        _ version: String, _ client: JSONValue?, _ capabilities: JSONValue
    ) throws(ProtocolError) -> SessionInfo {
        guard let revision = ProtocolRevision(rawValue: version), revision.isStateless else {
            throw .unsupportedVersion(version)
        }
        return SessionInfo(revision: revision, client: client, capabilities: capabilities)
    }

    private func sessionInfo(for method: String) throws(ProtocolError) -> SessionInfo {
        if let handshake { return handshake }
        let needsEnvelope = method == "server/discover" || !allowsBareRequests
        if needsEnvelope && method != "initialize" && method != "ping" { throw RequestEnvelope.missing }
        return SessionInfo(revision: .sessionDefault)
    }

    mutating func dispatch(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        if request.isStateless { lastRevision = request.revision }
        switch (request.method, request.isStateless) {
        case ("tools/call", _): return try callTool(request, into: &out)
        case ("tools/list", _): try listTools(request, into: &out)
        case ("server/discover", true): discover(request, into: &out)
        case ("initialize", false): try initialize(request, into: &out)
        case ("ping", false): reply(to: request, into: &out) { _ in }
        default: throw .methodNotFound(request.method)
        }
        return nil
    }
}
