import JSON

/// Offers values for what somebody has begun to type, the best first.
public typealias Completer = @Sendable (CompletionQuery) async -> [String]

/// What has been typed so far.
public struct CompletionQuery: Sendable, Equatable {
    /// The beginning of the value; may be empty.
    public let value: String
    /// Other arguments of the same prompt or template that are settled already. Clients before 2025-06-18 tell none.
    public let context: [String: String]

    public init(value: String, context: [String: String] = [:]) {
        self.value = value
        self.context = context
    }

    /// Those of all values that begin as this one does, whatever the case.
    public func matches(_ values: some Sequence<String>) -> [String] {
        let start = value.lowercased()
        return values.filter { $0.lowercased().hasPrefix(start) }
    }
}

/// Values on offer.
struct CompletionResult: Sendable, Equatable {
    let values: [String]

    /// The protocol's limit for one answer.
    static let mostValues = 100

    func write(to writer: inout JSONWriter) {
        writer.object("completion") { w in
            w.array("values") { w in for value in values.prefix(Self.mostValues) { w.string(value) } }
            w.field("total", values.count)
            w.field("hasMore", values.count > Self.mostValues)
        }
    }
}
