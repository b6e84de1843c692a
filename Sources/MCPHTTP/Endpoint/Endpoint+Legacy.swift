internal import HTTPTypes
internal import JSON
internal import MCP

extension Endpoint {
    /// A message of a client with a session, or of one that begins one.
    func legacyAnswer(_ message: JSONValue, _ headers: RequestHeaders) throws(Refusal) -> Answer {
        if message["method"] == "initialize", message["id"] != nil { return try initialize(message) }
        guard let session = try session(headers) else { return withoutSession(message) }
        try checkRoom(for: message)
        switch session.post(message) {
        case .accepted: return WholeAnswer.empty(.accepted)
        case .stream(let number, let stream, let refusal):
            return answer(session, number, stream, isInvalid: refusal == .invalidRequest)
        }
    }

    /// The session that the request names; nil where it names none.
    func session(_ headers: RequestHeaders) throws(Refusal) -> LegacySession? {
        let ids = headers[values: .sessionID]
        guard let id = ids.first else { return nil }
        guard ids.count == 1, let session = sessions[id] else {
            throw Refusal(.notFound, "this session is unknown or has ended; begin again with initialize")
        }
        if let version = headers[.protocolVersion], ProtocolRevision(rawValue: version) == nil {
            throw Refusal(.badRequest, "MCP-Protocol-Version names no revision that is served")
        }
        return session
    }

    private func initialize(_ message: JSONValue) throws(Refusal) -> Answer {
        let session = LegacySession(server, limits: limits, executor: executor, gauge: calls)
        guard case .stream(_, let stream, _) = session.post(message), session.revision != nil else {
            return withoutSession(message)
        }
        session.forget(1)
        guard sessions.add(session) else { throw .busy("too many sessions are busy at this moment") }
        server.add(session)
        return .streamed(StreamedAnswer(stream: stream, headers: [.sessionID: session.id], onGone: {}))
    }

    /// Only a ping can be answered; everything else needs a session or an envelope.
    private func withoutSession(_ message: JSONValue) -> Answer {
        let session = LegacySession(server, limits: limits, executor: executor, gauge: calls)
        guard case .stream(_, let stream, let refusal) = session.post(message), let event = stream.single else {
            return WholeAnswer.empty(.badRequest)
        }
        return WholeAnswer.json(event.data, refusal == nil ? .ok : .badRequest)
    }

    /// - Parameter isInvalid: whether the message itself was refused.
    private func answer(
        _ session: LegacySession, _ number: Int, _ stream: ReplyStream, isInvalid: Bool
    ) -> Answer {
        .streamed(
            StreamedAnswer(
                stream: stream, opening: session.opening(of: number), status: { isInvalid ? .badRequest : .ok },
                onWhole: { session.forget(number) }, onGone: { session.detach(number, stream) }))
    }

    /// The stream of what comes unasked, or the rest of one that broke off.
    func listenAnswer(_ session: LegacySession, _ headers: RequestHeaders) throws(Refusal) -> Answer {
        guard BodyForm.accepts("text/event-stream", headers) else {
            throw Refusal(.notAcceptable, "Accept must list text/event-stream")
        }
        guard let last = headers[.lastEventID] else {
            guard let (number, stream, opening) = session.listen() else {
                throw Refusal(.conflict, "this session has its stream open already")
            }
            return Self.listening(session, number, stream, opening)
        }
        guard let (number, stream) = EventID(last).flatMap({ session.resume(after: $0) }) else {
            throw Refusal(.badRequest, "Last-Event-ID names no event that is kept; open a new stream")
        }
        return Self.listening(session, number, stream, nil)
    }

    private static func listening(
        _ session: LegacySession, _ number: Int, _ stream: ReplyStream, _ opening: OutgoingEvent?
    ) -> Answer {
        .streamed(
            StreamedAnswer(
                stream: stream, isAlwaysStream: true, opening: opening, onGone: { session.detach(number, stream) }))
    }

    func deleteAnswer(_ session: LegacySession) -> Answer {
        sessions.remove(session.id)?.end()
        return WholeAnswer.empty(.noContent)
    }
}
