import Foundation
import MCPHTTP
import Testing

/// Headers that are too long or too many are refused as such, and the connection ends.
@Suite(.serialized) struct HeaderLimitTests {
    private static let start = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n"
    private static let status = "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    private static let words = "the request line and the headers may have 32768 bytes in all, in 100 fields\n"

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// A request with a name, since the test's log shows its arguments.
    struct Excess: CustomTestStringConvertible {
        let testDescription: String
        let request: String

        init(_ name: String, _ request: String) {
            testDescription = name
            self.request = request
        }
    }

    @Test(arguments: [
        Excess("a long header", start + "X-Long: \(long(40_000))\r\n\r\n"),
        Excess("a header without end", start + "X-Long: \(long(200_000))"),
        Excess("a long name", start + "\(long(40_000)): x\r\n\r\n"),
        Excess("long together", start + (1...9).map { "X-\($0): \(long(4_000))\r\n" }.joined() + "\r\n"),
        Excess("too many", start + (1...100).map { "X-\($0): y\r\n" }.joined() + "\r\n"),
        Excess("a long path", "POST /\(long(40_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Excess(
            "a long trailer",
            start + "Content-Type: application/json\r\nAccept: */*\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\nX: \(long(40_000))"),
    ])
    func tooMuchIsRefused(excess: Excess) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            client.send(excess.request)
            let answer = try #require(await client.readToEnd())
            #expect(answer.hasPrefix(Self.status))
            #expect(answer.hasSuffix("\r\n\r\n" + Self.words))
            let other = try RawClient(server)
            other.ping()
            #expect(await other.read()?.hasPrefix("HTTP/1.1 200") == true)
        }
    }

    @Test func asMuchAsIsAllowedIsTakenAgainAndAgain() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            for _ in 0..<3 {
                client.post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "X-Long: \(Self.long(30_000))\r\n")
                #expect(try await client.read(until: "result").hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test func earlierRequestsAreAnsweredFirst() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            var ping = RawRequest()
            ping.body = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            // In one piece, so that the answer to the first is still to come when the second is found too long.
            client.send(ping.text + ping.text + Self.start + "X-Long: \(Self.long(40_000))\r\n\r\n")
            let answers = try #require(await client.readToEnd())
            #expect(answers.hasPrefix("HTTP/1.1 200"))
            #expect(answers.components(separatedBy: "HTTP/1.1 200").count == 3)
            #expect(answers.contains(#""result":{}}"# + Self.status))
            #expect(answers.hasSuffix("\r\n\r\n" + Self.words))
        }
    }

    @Test func theLimitsCanBeOthers() async throws {
        var limits = HTTPLimits()
        limits.headers = 1_000
        limits.headerFields = 5
        try await RunningServer.serving(limits) { server in
            for more in ["X: \(Self.long(1_000))\r\n", "X: 1\r\nY: 2\r\n"] {
                let client = try RawClient(server)
                client.post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, more)
                #expect(await client.readToEnd()?.hasPrefix(Self.status) == true)
            }
            let client = try RawClient(server)
            client.post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "X: 1\r\n")
            #expect(await client.read()?.hasPrefix("HTTP/1.1 200") == true)
        }
    }
}
