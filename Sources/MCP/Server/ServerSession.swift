public import JSON

/// The protocol's state on one connection: takes messages, writes replies, says which calls to run. It does no I/O.
///
/// Every revision is served at any time. Requests in an envelope stand alone and neither read nor change what a session's
/// `initialize` agreed upon, so that a client may probe with one and go on with the other.
public struct ServerSession: Sendable {
    let server: MCPServer
    /// Whether requests without envelope and handshake are served, as people make them by hand.
    let allowsBareRequests: Bool
    /// What `initialize` agreed upon.
    package internal(set) var handshake: SessionInfo?
    /// The last revision that the client has shown to speak.
    var lastRevision: ProtocolRevision?
    var calls: [CallKey: OpenCall] = [:]
    var keys: [RequestID: CallKey] = [:]
    var batches: [UInt64: Batch] = [:]
    /// How grave a message must be for the client, where its revision has sessions.
    var logLevel = LogLevel.info
    /// Resources that a client with a session has subscribed to.
    var subscriptions: Set<String> = []
    /// Whether the client can be told at this moment what it subscribed to.
    var isReachable = true
    var listens: [CallKey: Listen] = [:]
    var questions: [RequestID: Question] = [:]
    /// What calls have asked a client that has not yet said that it is ready to be asked.
    var heldBack: [CallKey: InputRequests] = [:]
    /// Whether requests may be sent to the client: not between `initialize` and `notifications/initialized`.
    var mayAsk = true
    /// How many further calls requests may start; the others are served in any case. Each call that starts takes one place,
    /// and whoever runs the calls says before each message how many there are.
    package var freePlaces = Int.max
    /// The code of the last error that was written.
    package var lastRefusal: ProtocolError.Code?
    private var lastNumber: UInt64 = 0

    public init(_ server: MCPServer, allowsBareRequests: Bool = true) {
        self.server = server
        self.allowsBareRequests = allowsBareRequests
    }

    /// How many calls have been started and neither finished nor cancelled.
    public var openCallCount: Int { calls.count }

    /// Takes one message (or a batch, where the revision knows batches).
    ///
    /// - Parameters:
    ///   - text: the message, without its line feed.
    ///   - out: gets the replies that can be given at once, each ended by a line feed.
    public mutating func receive(
        _ text: UnsafeBufferPointer<UInt8>, into out: inout JSONWriter
    ) -> [SessionAction] {
        let value: JSONValue
        do {
            value = try JSONParser.parse(text)
        } catch {
            refuse(ProtocolError(.parseError, "Parse error: \(error)"), id: nil, .line, into: &out)
            return []
        }
        return receive(value, into: &out)
    }

    /// Takes one message (or a batch, where the revision knows batches) that has been parsed already.
    public mutating func receive(_ value: JSONValue, into out: inout JSONWriter) -> [SessionAction] {
        if case .array(let messages) = value { return receiveBatch(messages, into: &out) }
        return handle(IncomingMessage(value), .line, into: &out).map { [$0] } ?? []
    }

    /// Answers a line that was too long to be read.
    public mutating func refuseLine(longerThan limit: Int, into out: inout JSONWriter) {
        let error = ProtocolError(.parseError, "Parse error: the message is longer than \(limit) bytes")
        refuse(error, id: nil, .line, into: &out)
    }

    mutating func handle(
        _ message: IncomingMessage, _ destination: ReplyDestination, into out: inout JSONWriter
    ) -> SessionAction? {
        switch message {
        case .request(let id, let method, let params):
            do {
                let request = try request(id, method, params, destination)
                return try dispatch(request, into: &out)
            } catch {
                refuse(error, id: id, destination, into: &out)
                return nil
            }
        case .notification("notifications/cancelled", let params):
            return cancel(params?["requestId"], into: &out)
        case .notification("notifications/initialized", _):
            return clientIsReady()
        case .notification:
            return nil
        case .response(let id, let result, _):
            return takeAnswer(id, result)
        case .invalid(let id, let why):
            refuse(.invalidRequest(why), id: id, destination, into: &out)
            return nil
        }
    }

    mutating func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }
}

/// A call that waits for its answer.
struct OpenCall: Sendable {
    let id: RequestID
    let revision: ProtocolRevision
    let destination: ReplyDestination
    let progressToken: RequestID?
    /// How grave a message must be for a request that stands alone; nil where its client wants none.
    let logLevel: LogLevel?
    /// What the call has learnt, and from which request, where requests stand alone.
    let past: CallHistory?
    let digest: RequestDigest?
    /// The last value that was sent.
    var progress: Double?
    /// What the client has answered, while other answers are still to come.
    var answers: [String: InputAnswer] = [:]
}

/// What a request asked; made out only when it is needed.
struct RequestDigest: Sendable {
    let method: String
    let params: JSONObject

    var bytes: [UInt8] { RequestState.digest(method: method, params: params) }
}

/// Where a reply goes.
enum ReplyDestination: Sendable {
    /// A line of its own.
    case line
    case batch(UInt64)
}
