import MCP
import Synchronization
import Testing

@testable import MCPHTTP

/// What a session forgets first where it keeps too much for a client that may come back.
@Suite struct HistoryTests {
    /// The streams that are kept of 50 with an answer of 100 bytes each, where there is room for 40.
    ///
    /// - Parameter unseen: the streams whose client was gone before the answer.
    private func kept(unseen: ClosedRange<Int>) -> Set<Int> {
        var limits = HTTPLimits()
        limits.history = 4_000
        let server = MCPServer(info: ServerInfo(name: "s", version: "1"), tools: [])
        let session = LegacySession(server, limits: limits, executor: nil, gauge: CallGauge(limit: 1))
        let answer = [[UInt8](repeating: 0x20, count: 36)]
        return session.state.withLock { state in
            for number in 1...50 {
                state.streams[number] = LegacyStream(number: number, connection: ReplyStream(limit: 1_000))
                if unseen.contains(number) { state.streams[number]?.loseConnection() }
                state.add(answer, to: number, ends: true, limits)
                state.streams[number]?.loseConnection()
            }
            return Set(state.streams.keys)
        }
    }

    @Test func whatNobodyHasSeenIsKeptLongest() {
        let kept = kept(unseen: 1...3)
        #expect(kept.isSuperset(of: [1, 2, 3, 50]))
        #expect(!kept.contains(4))
    }

    @Test func whatNobodyHasSeenIsForgottenWhereThereIsNothingElse() {
        let kept = kept(unseen: 1...50)
        #expect(!kept.contains(1))
        #expect(kept.contains(50))
        #expect(kept.count <= 41)
    }

    /// A little too much is no reason to forget what can still be kept.
    @Test func whatNobodyHasSeenIsKeptWhereTheRestMakesRoom() {
        #expect(kept(unseen: 1...35).isSuperset(of: 1...35))
    }
}
