import CUnix
import EventLoop
import ExchangeServers
import Foundation
import JSON
import Testing

@testable import MCP

/// A server that runs on a thread of its own, with the test as its client.
///
/// Tests block while they read, so whatever they wait for must have a thread of its own and not one of the test runner's.
///
/// Unchecked: one task sends, one task reads, and they share no member that changes while both run.
final class ServedConnection: @unchecked Sendable {
    /// The client's ends; equal where one socket carries both directions.
    private(set) var toServer: Int32
    private(set) var fromServer: Int32
    let server: StdioServer
    private let served: Task<StdioServer.End, Never>
    private let serverEnds: Set<Int32>
    private let reader: LineReader

    /// - Parameters:
    ///   - client: the ends that the test keeps.
    ///   - input: what the server reads.
    ///   - output: what the server writes.
    init(
        client: (to: Int32, from: Int32), input: Int32, output: Int32, limits: StdioServer.Limits = .init(),
        serving offer: MCPServer? = nil
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        let loop = try EventLoop()
        let server = StdioServer(
            offer ?? ExampleServer.make(loop: loop), loop: loop, input: input, output: output, limits: limits)
        (toServer, fromServer) = client
        reader = LineReader(client.from)
        self.server = server
        serverEnds = [input, output]
        served = Task(executorPreference: loop) {
            let end = await server.run()
            loop.stop()
            return end
        }
        Thread.detachNewThread { loop.run() }
    }

    static func overPipes(
        limits: StdioServer.Limits = .init(), serving offer: MCPServer? = nil
    ) throws -> ServedConnection {
        let (input, output) = (try makePipe(), try makePipe())
        return try ServedConnection(
            client: (input.write, output.read), input: input.read, output: output.write, limits: limits, serving: offer)
    }

    static func overSocket() throws -> ServedConnection {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        return try ServedConnection(client: (ends[0], ends[0]), input: ends[1], output: ends[1])
    }

    static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(csystem_pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    deinit {
        for end in serverEnds.union([toServer, fromServer]) where end >= 0 { close(end) }
    }

    func send(_ text: String) { writeAll(text, to: toServer) }

    /// The next line that the server writes; nil at its end.
    func readLine() -> String? { reader.line() }

    /// What the server has written and nobody has read, without waiting for more.
    func rest() -> [String] {
        var lines: [String] = []
        var waiting: Int32 = 0
        while reader.hasLine || (ioctl(fromServer, UInt(FIONREAD), &waiting) == 0 && waiting > 0) {
            guard let line = readLine() else { break }
            lines.append(line)
        }
        return lines
    }

    func readValue() throws -> JSONValue {
        try JSONParser.parse(try #require(readLine()))
    }

    func closeInput() {
        if toServer == fromServer { shutdown(toServer, Int32(SHUT_WR)) } else { close(toServer) }
        toServer = -1
    }

    func closeOutput() {
        close(fromServer)
        if toServer == fromServer { toServer = -1 }
        fromServer = -1
    }

    func end() async -> StdioServer.End { await served.value }
}

func ping(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"# + "\n" }

func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
        + "\n"
}
