import JSON
import Testing

@testable import MCP

@Suite struct BatchTests {
    private static let handshake =
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}}}"#

    @Test(arguments: [(1_000, 1_000), (1_001, nil)] as [(Int, Int?)])
    func haveALimit(count: Int, answers: Int?) async throws {
        let replay = Replay()
        defer { replay.end() }
        await replay.send(Self.handshake)
        _ = replay.takeOutput()
        await replay.send("[" + repeatElement("1", count: count).joined(separator: ",") + "]")
        let answer = try JSONParser.parse(try #require(replay.takeOutput().first))
        #expect(answer.arrayValue?.count == answers)
        let error = answer.arrayValue?.first?["error"] ?? answer["error"]
        #expect(error?["code"] == -32600)
        await replay.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        #expect(replay.takeOutput() == [#"{"jsonrpc":"2.0","id":1,"result":{}}"#])
    }
}
