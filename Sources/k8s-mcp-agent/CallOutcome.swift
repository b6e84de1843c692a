internal import JSON
internal import MCP

/// Whether a call did what it was for, as its exit code shows it.
enum CallOutcome {
    /// 0; 1 for an answer that is an error, and for a change of the node that nobody has agreed to; 2 for arguments that the
    /// tool does not take, as for any wrong usage.
    static func exitCode(_ result: ToolResult, of tool: Tool) -> Int32 {
        guard !result.isError else { return result.isWrongUsage ? 2 : 1 }
        guard !tool.annotations.readOnlyHint, let answer = try? JSONParser.parse(result.text) else { return 0 }
        return answer["acted"] == false && answer["outcome"] != "not_needed" ? 1 : 0
    }
}
