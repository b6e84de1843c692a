public import JSON

/// One call of a tool, as its handler sees it. The call is cancelled by cancelling its task.
public struct ToolCall: Sendable {
    /// The arguments, checked against the tool's input schema. Numeric strings have become numbers, and enum values have
    /// taken the schema's spelling; arguments that were null are absent.
    public let arguments: JSONObject
    /// Who asks, and how to ask back.
    public let context: CallContext

    init(arguments: JSONObject, context: CallContext) {
        self.arguments = arguments
        self.context = context
    }

    /// A call that comes from this process. It can ask back what the session's capabilities say, if there is an `asker`.
    public init(
        arguments: JSONObject, session: SessionInfo = .local, progress: (@Sendable (ToolProgress) -> Void)? = nil,
        asker: LocalAsker? = nil
    ) {
        let port = progress == nil && asker == nil ? nil : LocalPort(progress, asker)
        self.init(
            arguments: arguments, context: CallContext(session: session, wantsProgress: progress != nil, port: port))
    }

    /// Who asks.
    public var session: SessionInfo { context.session }

    /// Whether anybody listens to ``progress(_:total:message:)``.
    public var wantsProgress: Bool { context.wantsProgress }

    /// Tells the caller how far the work is; see ``CallContext/progress(_:total:message:)``.
    public func progress(_ value: Double, total: Double? = nil, message: String? = nil) {
        context.progress(value, total: total, message: message)
    }

    /// Tells the client what happens; see ``CallContext/log(_:_:logger:)``.
    public func log(_ level: LogLevel, _ data: JSONValue, logger: String? = nil) {
        context.log(level, data, logger: logger)
    }

    /// Asks the client something; see ``CallContext/ask(_:_:)``.
    public func ask(_ name: String, _ request: InputRequest) async throws(CallError) -> InputAnswer {
        try await context.ask(name, request)
    }

    /// Asks the client several things at once.
    public func ask(_ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        try await context.ask(requests)
    }

    /// Does something once, however often the handler runs; see ``CallContext/step(_:_:)``.
    public func step(_ name: String, _ body: () async throws -> JSONValue) async throws -> JSONValue {
        try await context.step(name, body)
    }
}

/// One step of a call's work.
public struct ToolProgress: Sendable, Equatable {
    public let value: Double
    public let total: Double?
    public let message: String?

    public init(value: Double, total: Double? = nil, message: String? = nil) {
        self.value = value
        self.total = total
        self.message = message
    }
}

/// Stands for a client where the caller is in this process.
final class LocalPort: CallPort {
    private let report: (@Sendable (ToolProgress) -> Void)?
    private let asker: LocalAsker?

    init(_ report: (@Sendable (ToolProgress) -> Void)?, _ asker: LocalAsker?) {
        self.report = report
        self.asker = asker
    }

    func progress(_ key: CallKey, _ step: ToolProgress) { report?(step) }

    func log(_ key: CallKey, _ entry: LogEntry) {}

    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        guard let asker else { throw CallError.cancelled }
        var answers: [String: InputAnswer] = [:]
        for (name, request) in requests.all {
            guard let answer = InputAnswer(.object(await asker(request)), to: request) else {
                throw CallError.failed("There was no usable answer to the question.")
            }
            answers[name] = answer
        }
        return answers
    }
}

/// Asks a person on this machine; gives back the result as a client would send it, `{"action":"decline"}` for example.
public typealias LocalAsker = @Sendable (InputRequest) async -> JSONObject
