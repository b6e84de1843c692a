internal import JSON
internal import MCP

/// Prints a tool's answer.
enum CallOutput {
    /// Prints the answer, and returns the exit code: 0, or 1 for an answer that is an error.
    static func show(_ result: ToolResult, _ output: CallCommand.Output) -> Int32 {
        let answer = try? JSONParser.parse(result.text)
        switch (output, answer) {
        case (.table, let answer?): print(AnswerTable(answer).text)
        case (.json, let answer?): print(answer.prettyPrinted())
        case (_, nil): print(result.text)
        }
        return result.isError ? 1 : 0
    }
}
