internal import JSON
internal import MCP

/// Prints a tool's answer.
enum CallOutput {
    /// Prints the answer, and returns the exit code: 0, or 1 for an answer that is an error.
    static func show(_ result: ToolResult, _ output: CallCommand.Output) throws -> Int32 {
        let answer = try? JSONParser.parse(result.text)
        switch (output, answer) {
        case (.table, let answer?): try StandardOutput.say(AnswerTable(answer).text)
        case (.json, let answer?): try StandardOutput.say(answer.prettyPrinted())
        case (_, nil): try StandardOutput.say(result.text)
        }
        return result.isError ? 1 : 0
    }
}
