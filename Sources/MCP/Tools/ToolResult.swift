public import JSON

/// What a tool answers.
public struct ToolResult: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case structured([UInt8], text: String?)
        case text(String)
        case failure(String)
        case content([Content], structured: [UInt8]?)
    }

    let body: Body
    /// The JSON of a structured answer as a JSON string, if that was written already.
    private(set) var encodedText: [UInt8]?
    /// Of a structured answer: whether it tells that the call has failed.
    private var hasFailed = false
    /// Of a failure: whether the arguments are to blame, so that nothing was tried.
    public private(set) var isWrongUsage = false

    private init(body: Body) { self.body = body }

    public static func == (left: ToolResult, right: ToolResult) -> Bool {
        left.body == right.body && left.isError == right.isError
    }

    /// The same result for several who asked: what they all get in the same form is written now, and not for each of them.
    public func forSeveral() -> ToolResult {
        guard case .structured(let bytes, nil) = body, encodedText == nil else { return self }
        var result = self
        var writer = JSONWriter(reserving: bytes.count + bytes.count / 2)
        writer.string(utf8: bytes)
        result.encodedText = writer.finish()
        return result
    }

    /// An answer for programs and models alike.
    ///
    /// - Parameters:
    ///   - bytes: one JSON object, encoded compactly. It travels as it is, as `structuredContent`.
    ///   - text: what models that read only text get; without it, the same JSON.
    ///   - isError: true where the object tells that the call has failed; then it travels as text only.
    public static func structured(bytes: [UInt8], text: String? = nil, isError: Bool = false) -> ToolResult {
        var result = ToolResult(body: .structured(bytes, text: text))
        result.hasFailed = isError
        return result
    }

    /// An answer for programs and models alike: the object whose members `members` writes.
    public static func structured(_ members: (inout JSONWriter) -> Void) -> ToolResult {
        var writer = JSONWriter(reserving: 4_096)
        writer.object(members)
        return .structured(bytes: writer.finish())
    }

    /// An answer in words, from a tool without an output schema.
    public static func text(_ text: String) -> ToolResult { ToolResult(body: .text(text)) }

    /// An answer of several blocks, pictures and documents among them.
    ///
    /// - Parameter structured: one JSON object, encoded compactly, if the tool has an output schema.
    public static func content(_ blocks: [Content], structured: [UInt8]? = nil) -> ToolResult {
        ToolResult(body: .content(blocks, structured: structured))
    }

    /// The call has failed; the message says what failed, on which value, and what to call next.
    ///
    /// - Parameter isWrongUsage: true where the arguments are to blame. A client is told the same either way; a command line
    ///   ends with another exit code.
    public static func failure(message: String, isWrongUsage: Bool = false) -> ToolResult {
        var result = ToolResult(body: .failure(message))
        result.isWrongUsage = isWrongUsage
        return result
    }

    public var isError: Bool {
        if case .failure = body { true } else { hasFailed }
    }

    /// The JSON object of a structured answer.
    public var structuredBytes: [UInt8]? {
        switch body {
        case .structured(let bytes, _), .content(_, let bytes?): bytes
        default: nil
        }
    }

    /// What a model that reads only text gets.
    public var text: String {
        switch body {
        case .structured(let bytes, nil): String(decoding: bytes, as: UTF8.self)
        case .structured(_, let text?), .text(let text), .failure(let text): text
        case .content(let blocks, _): blocks.compactMap(\.text).joined(separator: "\n")
        }
    }
}
