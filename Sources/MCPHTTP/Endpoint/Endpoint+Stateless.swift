internal import HTTPTypes
internal import JSON
internal import MCP

extension Endpoint {
    /// A request that stands alone: envelope, headers, version, then the method.
    func statelessAnswer(_ message: JSONValue, _ headers: RequestHeaders) throws(Refusal) -> Answer {
        guard message.objectValue != nil, let method = message["method"]?.stringValue else {
            return Self.errorAnswer(
                .invalidRequest("a request or a notification is expected"), id: nil, .badRequest, nullWithoutID: false)
        }
        guard let rawID = message["id"] else { return notificationAnswer(message, method, headers) }
        guard let id = RequestID(rawID) else {
            return Self.errorAnswer(
                .invalidRequest("\"id\" must be a string or an integer"), id: nil, .badRequest, nullWithoutID: false)
        }
        do throws(ProtocolError) {
            try checkEnvelope(method, message["params"], headers)
        } catch {
            return Self.errorAnswer(error, id: id, .badRequest, nullWithoutID: false)
        }
        return try begin(message)
    }

    /// Nothing stands between requests that stand alone, so that no notification has an effect; but it is to be one.
    private func notificationAnswer(_ message: JSONValue, _ method: String, _ headers: RequestHeaders) -> Answer {
        do throws(ProtocolError) {
            try Self.checkForm(ofNotification: message)
            try RoutingHeaders(headers: headers, server: server)
                .check(notification: method, params: message["params"])
        } catch {
            return Self.errorAnswer(error, id: nil, .badRequest, nullWithoutID: false)
        }
        return WholeAnswer.empty(.accepted)
    }

    private static func checkForm(ofNotification message: JSONValue) throws(ProtocolError) {
        guard message["jsonrpc"] == "2.0" else { throw .invalidRequest("\"jsonrpc\" must be \"2.0\"") }
        if let params = message["params"], params.objectValue == nil {
            throw .invalidRequest("\"params\" must be an object")
        }
    }

    private func checkEnvelope(
        _ method: String, _ params: JSONValue?, _ headers: RequestHeaders
    ) throws(ProtocolError) {
        guard case .stateless(let version, _, _) = try RequestEnvelope(params?["_meta"]) else {
            throw RequestEnvelope.missing
        }
        try RoutingHeaders(headers: headers, server: server)
            .check(method: method, params: params?.objectValue ?? [:], version: version)
        guard ProtocolRevision(rawValue: version)?.isStateless == true else { throw .unsupportedVersion(version) }
    }

    private func begin(_ message: JSONValue) throws(Refusal) -> Answer {
        try checkRoom(for: message)
        let exchange = StatelessExchange(server, pending: limits.pending)
        calls.begin()
        let calls = calls
        let isStarted = exchange.begin(message, on: executor) { calls.end() }
        if !isStarted { calls.end() }
        let isListening = exchange.isListening
        if isListening { add(exchange) }
        return .streamed(
            StreamedAnswer(
                stream: exchange.stream, isAlwaysStream: isListening, status: { Self.status(exchange.refusal) },
                onGone: {
                    exchange.abandon()
                    if isListening { self.remove(exchange) }
                }))
    }

    private static func status(_ refusal: ProtocolError.Code?) -> HTTPResponse.Status {
        switch refusal {
        case .methodNotFound: .notFound
        case .parseError, .invalidRequest, .missingCapability, .headerMismatch, .unsupportedProtocolVersion: .badRequest
        case .invalidParams, .internalError, .resourceNotFound, nil: .ok
        }
    }
}
