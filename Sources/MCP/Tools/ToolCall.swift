public import JSON

/// One call of a tool, as its handler sees it. The call is cancelled by cancelling its task.
public struct ToolCall: Sendable {
    /// The arguments, checked against the tool's input schema. Numeric strings have become numbers, and enum values have
    /// taken the schema's spelling; arguments that were null are absent.
    public let arguments: JSONObject
    /// Who asks.
    public let session: SessionInfo
    private let report: (@Sendable (ToolProgress) -> Void)?

    public init(
        arguments: JSONObject, session: SessionInfo = .local, progress: (@Sendable (ToolProgress) -> Void)? = nil
    ) {
        self.arguments = arguments
        self.session = session
        report = progress
    }

    /// Whether anybody listens to ``progress(_:total:message:)``.
    public var wantsProgress: Bool { report != nil }

    /// Tells the caller how far the work is. Values that do not increase are dropped.
    ///
    /// - Parameters:
    ///   - value: how much is done, in any unit.
    ///   - total: how much there is, in the same unit, if it is known.
    ///   - message: what is being done, for a person.
    public func progress(_ value: Double, total: Double? = nil, message: String? = nil) {
        report?(ToolProgress(value: value, total: total, message: message))
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
