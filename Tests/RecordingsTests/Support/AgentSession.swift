import Foundation
import JSON

/// The built agent, asked over MCP as a client asks it.
final class AgentSession {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()
    private var lastID = 0
    /// Wall-clock time after which a silent agent is ended; far above what any answer takes.
    private static let patience = 120.0

    /// - Parameters:
    ///   - simulating: what `--simulate` is given.
    ///   - clock: seconds at which the simulator's clock stands; nil: it runs.
    init(simulating scenario: String, _ arguments: [String] = [], clock: String? = Agent.clock) throws {
        process.executableURL = try Agent.binary()
        process.arguments = ["serve", "--simulate", scenario] + arguments
        process.environment = Agent.environment
        process.environment?["NVML_SIMULATOR_CLOCK"] = clock
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let process = process
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
            if process.isRunning { process.terminate() }
        }
        _ = try ask(
            "initialize",
            #"{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"recordings","version":"1"}}"#)
        try send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
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
        try send(#"{"jsonrpc":"2.0","id":\#(lastID),"method":"\#(method)","params":\#(parameters)}"#)
        while true {
            let message = try JSONParser.parse(line())
            guard message["id"]?.intValue == Int64(lastID) else { continue }
            guard let result = message["result"] else {
                throw AgentError(text: "\(method): \(message.prettyPrinted())")
            }
            return result
        }
    }

    private func send(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((text + "\n").utf8))
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[buffer.startIndex..<end], as: UTF8.self)
                buffer.removeSubrange(buffer.startIndex...end)
                return line
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw AgentError(text: "the agent has ended") }
            buffer.append(more)
        }
    }
}

/// The agent's binary.
enum Agent {
    /// The clock of simulated values stands still, so that every reading can be repeated.
    static let clock = "1000"
    static let environment = ["NVML_SIMULATOR_CLOCK": clock, "TZ": "UTC", "PATH": "/usr/bin:/bin"]

    /// It lies beside the test runner, which was built with it.
    static func binary() throws -> URL {
        let built = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let folders = [built, Recording.package.appending(path: ".build/debug")]
        guard
            let binary = folders.map({ $0.appending(path: "k8s-mcp-agent") })
                .first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
        else { throw AgentError(text: "build the agent first: swift build") }
        return binary
    }

    /// Runs a subcommand to its end.
    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = try binary()
        process.arguments = arguments
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

struct AgentError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
