internal import JSON
internal import MCP

/// Prints a tool's answer.
enum CallOutput {
    static func show(_ result: ToolResult, _ output: CallCommand.Output) throws {
        let answer = try? JSONParser.parse(result.text)
        switch (output, answer) {
        case (.table, let answer?): try StandardOutput.say(AnswerTable(answer).text)
        case (.json, let answer?): try StandardOutput.say(answer.prettyPrinted())
        case (_, nil): try StandardOutput.say(result.text)
        }
    }
}
