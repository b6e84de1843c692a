internal import JSON
internal import MCP

/// Tools that tell something while they work.
enum TalkingTools {
    static let all = [
        Fixture.tool("test_tool_with_logging", "Sends three log messages, and two of other levels.") { call in
            call.log(.debug, "Tool has been called")
            call.log(.info, "Tool execution started")
            try await Task.sleep(for: .milliseconds(50))
            call.log(.info, "Tool processing data")
            try await Task.sleep(for: .milliseconds(50))
            call.log(.info, "Tool execution completed")
            call.log(.error, "Tool has no errors, and says so as one for clients that want nothing else")
            return .text("Tool with logging executed successfully")
        },
        Fixture.tool("test_tool_with_progress", "Reports progress three times.") { call in
            for value in [0.0, 50, 100] {
                if value > 0 { try await Task.sleep(for: .milliseconds(50)) }
                call.progress(value, total: 100, message: "Completed step \(Int(value)) of 100")
            }
            return .text("Tool with progress executed successfully")
        },
        Fixture.tool("test_logging_tool", "Sends a log message of each of four levels if the request asked for such.") {
            call in
            for level in [LogLevel.debug, .info, .warning, .error] {
                call.log(level, .string("This is a log message of level \(level.rawValue)"))
            }
            return .text("Logging tool executed")
        },
        Fixture.tool("test_reconnection", "Lets its connection go before it answers.") { call in
            call.context.releaseConnection()
            try await Task.sleep(for: .milliseconds(100))
            return .text("Reconnection test completed successfully")
        },
    ]
}
