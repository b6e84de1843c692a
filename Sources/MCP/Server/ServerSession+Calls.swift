public import JSON

extension ServerSession {
    mutating func callTool(
        _ request: SessionRequest, into out: inout JSONWriter
    ) throws(ProtocolError) -> SessionAction? {
        let name = try request.string("name")
        guard let tool = server.tools[name] else { throw unknownTool(name) }
        guard let arguments = (request.optional("arguments") ?? [:]).objectValue else {
            throw .invalidParams("arguments must be an object")
        }
        switch tool.checkedArguments(arguments) {
        case .failure(let fault):
            let result = ToolResult.failure(message: fault.message)
            reply(to: request, into: &out) { result.write(for: request.revision, to: &$0) }
            return nil
        case .success(let checked):
            return .start(try open(request, .tool(tool, checked)))
        }
    }

    private func unknownTool(_ name: String) -> ProtocolError {
        let hint = server.tools.nearest(to: name).map { "; did you mean \"\($0)\"?" } ?? "; see tools/list"
        return .invalidParams("unknown tool \"\(shortened(name))\"\(hint)")
    }

    mutating func open(_ request: SessionRequest, _ work: CallWork) throws(ProtocolError) -> StartedCall {
        guard freePlaces > 0 else { throw .tooManyCalls }
        let digest = request.isStateless ? RequestDigest(method: request.method, params: request.params) : nil
        let past = try digest.map { digest throws(ProtocolError) in try history(request.params, digest) }
        let logLevel = try logLevel(request)
        let key = CallKey(number: nextNumber())
        let meta = request.params["_meta"]
        let token = meta?["progressToken"].flatMap(RequestID.init)
        calls[key] = OpenCall(
            id: request.id, revision: request.revision, destination: request.destination, progressToken: token,
            logLevel: logLevel, past: past, digest: digest)
        keys[request.id] = key
        // A batch may hold more calls than there is room for, and is received in one piece.
        freePlaces -= 1
        return StartedCall(key: key, session: request.session, wantsProgress: token != nil, work: work, past: past)
    }

    /// How grave messages must be that a request wants to hear which stands alone; nil if it wants none, or none are sent.
    private func logLevel(_ request: SessionRequest) throws(ProtocolError) -> LogLevel? {
        let key = RequestEnvelope.logLevelKey
        guard request.isStateless, server.features.logging.serves(request.revision),
            let named = request.params["_meta"]?[key]
        else { return nil }
        guard let level = named.stringValue.flatMap(LogLevel.init) else {
            throw .invalidParams("\"\(key)\" must be \(LogLevel.choices)")
        }
        return level
    }

    /// What the client brings along from requests before this one.
    private func history(_ params: JSONObject, _ digest: RequestDigest) throws(ProtocolError) -> CallHistory {
        var state = CallHistory.State()
        if let sealed = params["requestState"] {
            guard let text = sealed.stringValue else { throw .invalidParams("requestState must be a string") }
            state = try server.requestState.open(text, for: digest.bytes)
        }
        if let responses = params["inputResponses"] {
            guard let responses = responses.objectValue else {
                throw .invalidParams("inputResponses must be an object")
            }
            for member in responses { state.answers[member.key] = member.value }
        }
        return CallHistory(state)
    }

    /// Writes the answer of a call that was started; nothing if it has been cancelled since.
    public mutating func finish(_ key: CallKey, with outcome: CallOutcome, into out: inout JSONWriter) {
        guard let call = close(key) else { return }
        switch outcome.kind {
        case .tool(let result):
            answer(call, into: &out) { result.write(for: call.revision, to: &$0) }
        case .prompt(let result):
            answer(call, into: &out) { result.write(for: call.revision, to: &$0) }
        case .contents(let contents, let cache):
            answer(call, into: &out) { w in
                w.array("contents") { w in for part in contents { part.write(to: &w) } }
                if call.revision.isStateless { cache.write(to: &w) }
            }
        case .completion(let result):
            answer(call, into: &out) { result.write(to: &$0) }
        case .needsInput(let requests):
            askBack(requests, call, into: &out)
        case .error(let error):
            refuse(error, id: call.id, call.destination, into: &out)
        }
    }

    private mutating func answer(
        _ call: OpenCall, into out: inout JSONWriter, _ members: (inout JSONWriter) -> Void
    ) {
        reply(to: call.id, call.revision, call.destination, into: &out, members)
    }

    /// Has the client call again with what is missing.
    private mutating func askBack(_ requests: InputRequests, _ call: OpenCall, into out: inout JSONWriter) {
        guard let past = call.past, let digest = call.digest else { return }
        let sealed = server.requestState.seal(past.now, for: digest.bytes)
        reply(to: call.id, call.revision, call.destination, type: "input_required", into: &out) { w in
            w.object("inputRequests") { w in
                for (name, request) in requests.all {
                    w.object(name) { request.writeMembers(for: call.revision, to: &$0) }
                }
            }
            w.field("requestState", sealed)
        }
    }

    mutating func cancel(_ id: JSONValue?, into out: inout JSONWriter) -> SessionAction? {
        guard let id = id.flatMap(RequestID.init), let key = keys[id] else { return nil }
        if closeListen(key) { return .cancel(key, endsBatch: false) }
        guard let call = close(key) else { return nil }
        guard case .batch(let number) = call.destination else { return .cancel(key, endsBatch: false) }
        return .cancel(key, endsBatch: settle(number, into: &out))
    }

    private mutating func close(_ key: CallKey) -> OpenCall? {
        guard let call = calls.removeValue(forKey: key) else { return nil }
        keys[call.id] = nil
        if !questions.isEmpty { questions = questions.filter { $0.value.key != key } }
        if !heldBack.isEmpty { heldBack[key] = nil }
        return call
    }
}
