package import JSON

/// A request whose protocol and parameters have been made out.
struct SessionRequest {
    let id: RequestID
    let method: String
    let params: JSONObject
    let session: SessionInfo
    let destination: ReplyDestination

    var revision: ProtocolRevision { session.revision }
    var isStateless: Bool { revision.isStateless }

    /// What may be left out; some clients write null in its place.
    func optional(_ key: String) -> JSONValue? { params[key]?.unlessNull }

    func string(_ key: String) throws(ProtocolError) -> String {
        guard let text = params[key]?.stringValue else { throw .invalidParams("\(key) must be a string") }
        return text
    }
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
                try Self.stateless(version, client, capabilities, destination)
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
        _ version: String, _ client: JSONValue?, _ capabilities: JSONValue, _ destination: ReplyDestination
    ) throws(ProtocolError) -> SessionInfo {
        // Its revision has no batches, and a subscription would keep the other replies back for as long as it lasts.
        guard case .line = destination else {
            throw .invalidRequest("a request with an envelope cannot be part of a batch")
        }
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
        switch request.method {
        case "tools/call": return try callTool(request, into: &out)
        case "tools/list": try list(server.tools.list, "tools", request, into: &out)
        case "initialize" where !request.isStateless: try initialize(request, into: &out)
        case "ping" where !request.isStateless: reply(to: request, into: &out) { _ in }
        case "server/discover" where request.isStateless: discover(request, into: &out)
        default: return try dispatchOptional(request, into: &out)
        }
        return nil
    }

    /// Methods that exist only where the server has something to offer by them.
    private mutating func dispatchOptional(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        let hasUpdates = server.offersResources && server.features.resourceUpdates
        switch request.method {
        case "resources/list" where server.offersResources:
            try list(server.resources, "resources", request, into: &out)
        case "resources/templates/list" where server.offersResources:
            try list(server.templates, "resourceTemplates", request, into: &out)
        case "prompts/list" where !server.prompts.isEmpty:
            try list(server.prompts, "prompts", request, into: &out)
        case "resources/subscribe" where hasUpdates && !request.isStateless:
            try subscribe(request, into: &out)
        case "resources/unsubscribe" where hasUpdates && !request.isStateless:
            try unsubscribe(request, into: &out)
        case "logging/setLevel" where server.features.logging.serves(request.revision) && !request.isStateless:
            try setLogLevel(request, into: &out)
        case "resources/read" where server.offersResources: return try readResource(request)
        case "prompts/get" where !server.prompts.isEmpty: return try getPrompt(request)
        case "completion/complete" where server.offersCompletion:
            return try complete(request, into: &out)
        case "subscriptions/listen" where request.isStateless && (hasUpdates || server.features.listChanges):
            return try listen(request, into: &out)
        default: throw .methodNotFound(request.method)
        }
        return nil
    }

    /// Whether the message asks for something that runs as a call, alone or in a batch; of no interest while there is room.
    package static func startsCall(_ message: JSONValue) -> Bool {
        if case .array(let messages) = message { return messages.contains(where: startsCall) }
        guard message["id"] != nil, let method = message["method"]?.stringValue else { return false }
        return ["tools/call", "resources/read", "prompts/get", "completion/complete"].contains(method)
    }
}
