import Foundation
import JSON
import Testing

@testable import MCP

/// The recorded exchanges once more, over pipes.
@Suite(.serialized) struct StdioExchangeTests {
    /// All but those with a server that is stricter than ours on pipes.
    static let names = ExchangeTests.names.filter { name in
        (try? Exchange.named(name).steps.contains(.direction(["strict"]))) == false
    }

    @Test func nearlyAllFilesAreFit() {
        #expect(Self.names.count >= ExchangeTests.names.count - 1)
    }

    @Test(arguments: names) func answersAsOnFile(name: String) async throws {
        try await ExchangeRun<StdioTransport>.check(name)
    }
}

/// A server that reads and writes pipes.
///
/// Unchecked: one task at a time uses it.
final class StdioTransport: ExchangeTransport, @unchecked Sendable {
    let server: MCPServer
    private let connection: ServedConnection
    /// Lines that came while something else was waited for.
    private var early: [String] = []

    init(_ server: MCPServer, _ held: HeldCalls, allowsBareRequests: Bool) throws {
        self.server = server
        connection = try ServedConnection.overPipes(serving: server)
    }

    func send(_ line: String, holds: Int) { connection.send(line + "\n") }

    func next() -> String? { early.isEmpty ? connection.readLine() : early.removeFirst() }

    /// Messages are taken in one after the other, so that a reply to this one means that those before it have been.
    func settle() throws {
        connection.send(#"{"jsonrpc":"2.0","id":"settled","method":"ping"}"# + "\n")
        while true {
            let line = try #require(connection.readLine())
            if line == #"{"jsonrpc":"2.0","id":"settled","result":{}}"# { return }
            early.append(line)
        }
    }

    func end() async -> [String] {
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
        return early + connection.rest()
    }
}
