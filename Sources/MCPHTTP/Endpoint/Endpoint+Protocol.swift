internal import HTTPTypes
internal import HummingbirdCore
internal import JSON
internal import MCP
internal import NIOCore

extension Endpoint {
    /// Tells both eras apart, and follows the order of checks that the protocol gives.
    func protocolAnswer(
        _ request: Request, _ label: inout String, _ writer: borrowing ResponseWriter
    ) async throws -> Answer {
        let headers = RequestHeaders(request.head.headerFields)
        switch request.head.method {
        case .post:
            try BodyForm.check(headers)
            let body = try await body(of: request, headers, writer)
            let message: JSONValue
            do throws(ProtocolError) {
                message = try Self.parsed(body)
            } catch {
                return Self.errorAnswer(error, id: nil, .badRequest, nullWithoutID: wantsNullID(headers))
            }
            label = Self.label(message["method"]?.stringValue)
            if Self.isStateless(message, headers) { return try statelessAnswer(message, headers) }
            return try legacyAnswer(message, headers)
        case .get, .delete:
            guard !Self.namesStatelessRevision(headers), let session = try session(headers) else {
                throw Refusal.methodNotAllowed("POST")
            }
            return request.head.method == .get ? try listenAnswer(session, headers) : deleteAnswer(session)
        default:
            throw Refusal.methodNotAllowed("POST, GET, DELETE")
        }
    }

    /// Refuses what would start a call where there are too many. Everything else is let through: answers and cancellations
    /// are what makes room again. Of a batch that fits in part, the session refuses the rest.
    func checkRoom(for message: JSONValue) throws(Refusal) {
        guard calls.isFull, ServerSession.startsCall(message) else { return }
        throw .busy("too many calls run at this moment")
    }

    private func body(
        of request: Request, _ headers: RequestHeaders, _ writer: borrowing ResponseWriter
    ) async throws -> ByteBuffer {
        let tooLarge = Refusal(.contentTooLarge, "the body may have \(limits.body) bytes")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limits.body {
            throw tooLarge
        }
        if headers[.expect]?.lowercased() == "100-continue" {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        do { return try await request.body.collect(upTo: limits.body) } catch is NIOTooManyBytesError { throw tooLarge }
    }

    /// Whether the revision that the client names wants null in the place of an id that could not be read.
    private func wantsNullID(_ headers: RequestHeaders) -> Bool {
        guard let version = headers[.protocolVersion] else {
            let revision = headers[.sessionID].flatMap { sessions[$0] }?.revision
            return revision.map { $0 <= .june2025 } ?? true
        }
        return ProtocolRevision(rawValue: version).map { $0 <= .june2025 } ?? false
    }

    private static func parsed(_ body: ByteBuffer) throws(ProtocolError) -> JSONValue {
        let result = body.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONError) in try JSONParser.parse(bytes.bindMemory(to: UInt8.self)) }
        }
        do { return try result.get() } catch { throw ProtocolError(.parseError, "Parse error: \(error)") }
    }

    /// A request stands alone if it carries an envelope, or its header names a revision that is not one of sessions.
    private static func isStateless(_ message: JSONValue, _ headers: RequestHeaders) -> Bool {
        if message["params"]?["_meta"]?[RequestEnvelope.versionKey] != nil { return true }
        guard let version = headers[.protocolVersion] else { return false }
        return ProtocolRevision(rawValue: version)?.isStateless ?? true
    }

    /// Whether the client speaks a revision that has neither sessions nor streams without a request, whatever else it sends.
    private static func namesStatelessRevision(_ headers: RequestHeaders) -> Bool {
        headers[.protocolVersion].flatMap(ProtocolRevision.init)?.isStateless ?? false
    }

    /// Names that may become labels of metrics: those of the protocol and no others.
    private static func label(_ method: String?) -> String {
        guard let method else { return "response" }
        return knownMethods.contains(method) ? method : "other"
    }

    private static let knownMethods: Set<String> = [
        "initialize", "ping", "server/discover", "tools/list", "tools/call", "resources/list",
        "resources/templates/list",
        "resources/read", "resources/subscribe", "resources/unsubscribe", "prompts/list", "prompts/get",
        "completion/complete", "logging/setLevel", "subscriptions/listen", "notifications/initialized",
        "notifications/cancelled",
    ]

    static func errorAnswer(
        _ error: ProtocolError, id: RequestID?, _ status: HTTPResponse.Status, nullWithoutID: Bool = true
    ) -> Answer {
        var writer = JSONWriter()
        writer.errorReply(error, id: id, nullWithoutID: nullWithoutID)
        return WholeAnswer.json(writer.finish(), status)
    }
}
