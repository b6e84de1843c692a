internal import JSON
internal import MCP
internal import Tools

/// The judgement on the node at one moment, in short.
struct WatchedVerdict {
    let at: String
    let verdict: String
    let summary: String

    func differs(from before: WatchedVerdict?) -> Bool {
        before.map { $0.verdict != verdict || $0.summary != summary } ?? true
    }
}

/// Asks for the judgement, by the code that an assistant's call runs through.
struct VerdictReader {
    private let tool: Tool

    init(_ context: ToolContext) { tool = DiagnoseGPUNode.tool(context) }

    /// Nil where there is no answer.
    func read() async -> WatchedVerdict? {
        guard let bytes = await tool.call(arguments: [:]).structuredBytes, let answer = try? JSONParser.parse(bytes),
            let at = answer["collected_at"]?.stringValue, let verdict = answer["verdict"]?.stringValue
        else { return nil }
        return WatchedVerdict(at: at, verdict: verdict, summary: answer["summary"]?.stringValue ?? "")
    }
}
