import ExchangeServers
import Foundation
import JSON

@testable import MCP

/// The session itself, without anything that carries its messages.
///
/// Unchecked: one task at a time uses it.
final class MemoryTransport: ExchangeTransport, @unchecked Sendable {
    let control: any ExchangeControl
    private let replay: Replay
    private var lines: [String] = []

    init(_ offer: ExchangeOffer) {
        let held = HeldCalls()
        let server = offer.server(held)
        control = LocalControl(server, held)
        replay = Replay(server, allowsBareRequests: offer.allowsBareRequests, runsHeldCalls: true)
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
