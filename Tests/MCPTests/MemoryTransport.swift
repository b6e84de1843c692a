import Foundation
import JSON

@testable import MCP

/// The session itself, without anything that carries its messages.
///
/// Unchecked: one task at a time uses it.
final class MemoryTransport: ExchangeTransport, @unchecked Sendable {
    let server: MCPServer
    private let replay: Replay
    private var lines: [String] = []

    init(_ server: MCPServer, _ held: HeldCalls, allowsBareRequests: Bool) {
        self.server = server
        replay = Replay(server, allowsBareRequests: allowsBareRequests, runsHeldCalls: true)
    }

    func send(_ line: String, holds: Int) async { await replay.send(line) }

    func next() async throws -> String? {
        for _ in 0..<1_000 {
            lines += replay.takeOutput()
            if !lines.isEmpty { return lines.removeFirst() }
            // A call that was released comes to its end on a thread of its own.
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    func end() -> [String] {
        replay.follow(["end"])
        replay.end()
        return lines + replay.takeOutput()
    }
}
