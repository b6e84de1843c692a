internal import HTTPTypes
internal import JSON
internal import MCP

extension Endpoint {
    /// A request that stands alone: its form, envelope, headers, version, then the method.
    func statelessAnswer(_ message: JSONValue, _ headers: RequestHeaders) throws(Refusal) -> Answer {
        switch IncomingMessage(message) {
        case .request(let id, let method, let params):
            do throws(ProtocolError) {
                try checkEnvelope(method, params, headers)
            } catch {
                return Self.refused(error, id: id)
            }
            return try begin(message)
        case .notification(let method, let params):
            return notificationAnswer(method, params, headers)
        case .response:
            return Self.refused(.invalidRequest("a request or a notification is expected"))
        case .invalid(let id, let why):
            return Self.refused(.invalidRequest(why), id: id)
        }
    }

    private static func refused(_ error: ProtocolError, id: RequestID? = nil) -> Answer {
        errorAnswer(error, id: id, .badRequest, nullWithoutID: false)
    }

    /// Nothing stands between requests that stand alone, so that no notification has an effect; but it is to be one.
    private func notificationAnswer(_ method: String, _ params: JSONValue?, _ headers: RequestHeaders) -> Answer {
        do throws(ProtocolError) {
            if let params, params.objectValue == nil { throw .invalidRequest("\"params\" must be an object") }
            try RoutingHeaders(headers: headers, server: server).check(notification: method, params: params)
        } catch {
            return Self.refused(error)
        }
        return WholeAnswer.empty(.accepted)
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
