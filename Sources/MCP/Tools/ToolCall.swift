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

    /// A call that comes from this process and cannot ask back.
    public init(
        arguments: JSONObject, session: SessionInfo = .local, progress: (@Sendable (ToolProgress) -> Void)? = nil
    ) {
        let port = progress.map { ProgressPort($0) }
        self.init(
            arguments: arguments, context: CallContext(session: session, wantsProgress: port != nil, port: port))
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

/// Stands for a client that only listens to progress.
final class ProgressPort: CallPort {
    private let report: @Sendable (ToolProgress) -> Void

    init(_ report: @escaping @Sendable (ToolProgress) -> Void) { self.report = report }

    func progress(_ key: CallKey, _ step: ToolProgress) { report(step) }

    func log(_ key: CallKey, _ entry: LogEntry) {}

    func ask(_ key: CallKey, _ requests: InputRequests) async throws(CallError) -> [String: InputAnswer] {
        throw CallError.cancelled
    }
}
