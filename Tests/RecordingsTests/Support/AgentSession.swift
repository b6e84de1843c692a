import Foundation
import JSON
import TestSupport

/// The built agent, asked over MCP as a client asks it.
final class AgentSession {
    private let process: ChildProcess
    private var lastID = 0

    /// - Parameters:
    ///   - simulating: what `--simulate` is given.
    ///   - clock: seconds at which the simulator's clock stands; nil: it runs.
    init(simulating scenario: String, _ arguments: [String] = [], clock: String? = Agent.clock) throws {
        process = try ChildProcess(
            [try Agent.binary(), "serve", "--simulate", scenario] + arguments, environment: Agent.environment(clock))
        _ = try ask(
            "initialize",
            #"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"recordings","version":"1"}}"#)
        try process.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    }

    /// The names of the tools that can be called without arguments.
    func tools() throws -> [String] {
        let tools = try ask("tools/list", "{}")["tools"]?.arrayValue ?? []
        return tools.filter { ($0["inputSchema"]?["required"]?.arrayValue ?? []).isEmpty }
            .compactMap { $0["name"]?.stringValue }
    }

    /// What a tool answers, as text.
    func call(_ tool: String, _ arguments: String = "{}") throws -> String {
        let result = try ask("tools/call", #"{"name":"\#(tool)","arguments":\#(arguments)}"#)
        return result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
    }

    private func ask(_ method: String, _ parameters: String) throws -> JSONValue {
        lastID += 1
        try process.send(#"{"jsonrpc":"2.0","id":\#(lastID),"method":"\#(method)","params":\#(parameters)}"#)
        while true {
            let message = try JSONParser.parse(process.line())
            guard message["id"]?.intValue == Int64(lastID) else { continue }
            guard let result = message["result"] else {
                throw AgentError(text: "\(method): \(message.prettyPrinted())")
            }
            return result
        }
    }
}

/// The agent's binary.
enum Agent {
    /// The clock of simulated values stands still, so that every reading can be repeated.
    static let clock = "1000"
    static func environment(_ clock: String?) -> [String] {
        ["TZ=UTC", "PATH=/usr/bin:/bin"] + (clock.map { ["NVML_SIMULATOR_CLOCK=\($0)"] } ?? [])
    }

    /// It lies beside the test runner, which was built with it.
    static func binary() throws -> String {
        let built = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let folders = [built, Recording.package.appending(path: ".build/debug")]
        guard
            let binary = folders.map({ $0.appending(path: "k8s-mcp-agent") })
                .first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
        else { throw AgentError(text: "build the agent first: swift build") }
        return binary.path
    }

    /// Runs a subcommand to its end.
    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        try ChildProcess.run([binary()] + arguments, environment: environment(clock))
    }
}

struct AgentError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
