internal import JSON
internal import MCP

/// The argument `detail`: how much an answer says.
enum Detail: String, CaseIterable {
    /// Only what a first look needs.
    case summary
    case standard
    /// Everything that can be read.
    case full

    static let name = "detail"
    static let schema = Schema.choice(allCases.map(\.rawValue), "How much to say", default: standard.rawValue)

    init(_ arguments: JSONObject) {
        self = arguments[Self.name]?.stringValue.flatMap { Detail(rawValue: $0) } ?? .standard
    }
}

extension ToolAnnotations {
    /// For tools that only look at this node.
    static let lookOnly = ToolAnnotations(
        readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false)
}
