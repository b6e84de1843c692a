import Foundation
import JSON
import MCP
import Synchronization
import Testing

@testable import MCPHTTP

/// Clients that are too slow or too many are told so and let go, and others do not feel it.
@Suite(.serialized) struct SlowClientTests {
    private static let hold = Tool(
        name: "hold", title: "hold", description: "", inputSchema: ["type": "object"]
    ) { _ in
        try await Task.sleep(for: .seconds(600))
        return .text("")
    }

    private static let flood = Tool(
        name: "flood", title: "flood", description: "", inputSchema: ["type": "object"]
    ) { call in
        .text(String(repeating: "x", count: 4 << 20))
    }

    private var impatient: HTTPLimits {
        var limits = HTTPLimits()
        limits.readTime = .milliseconds(200)
        limits.writeTime = .milliseconds(200)
        limits.drain = .milliseconds(100)
        return limits
    }

    private func expectServed(_ server: RunningServer) async throws {
        let client = try RawClient(server)
        client.ping()
        #expect(await client.read()?.hasPrefix("HTTP/1.1 200") == true)
    }

    @Test(arguments: [
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-",
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\n"
            + "Content-Length: 100\r\n\r\n{\"json",
    ])
    func whoDoesNotFinishARequestIsTold(beginning: String) async throws {
        try await RunningServer.serving(impatient) { server in
            let client = try RawClient(server)
            client.send(beginning)
            try await expectServed(server)
            let answer = try #require(await client.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nthe request took too long to be received\n"))
        }
    }

    @Test func tricklingDoesNotHelp() async throws {
        try await RunningServer.serving(impatient) { server in
            let client = try RawClient(server)
            client.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-")
            for _ in 0..<200 {
                guard client.send("a") else { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(await client.readToEnd()?.hasPrefix("HTTP/1.1 408") == true)
        }
    }

    @Test func whoIsIdleIsLetGoWithoutAWord() async throws {
        try await RunningServer.serving(impatient) { server in
            let silent = try RawClient(server)
            let former = try RawClient(server)
            former.ping()
            #expect(await former.read()?.hasPrefix("HTTP/1.1 200") == true)
            #expect(await silent.readToEnd() == "")
            #expect(await former.readToEnd() == "")
        }
    }

    @Test func aCallMayTakeLongerThanARequest() async throws {
        let slow = Tool(name: "slow", title: "slow", description: "", inputSchema: ["type": "object"]) { _ in
            try await Task.sleep(for: .seconds(1))
            return .text("done")
        }
        try await RunningServer.serving(impatient, [slow]) { server in
            let client = try RawClient(server)
            client.call("slow")
            #expect(await client.read()?.contains("done") == true)
        }
    }

    @Test func whoDoesNotReadLosesTheConnection() async throws {
        try await RunningServer.serving(impatient, [Self.flood]) { server in
            let deaf = try RawClient(server, room: 4_096)
            deaf.call("flood")
            var metrics = ""
            for _ in 0..<200 where !metrics.contains("mcp_http_connections 1\n") {
                try await Task.sleep(for: .milliseconds(50))
                metrics = try await self.metrics(of: server)
            }
            #expect(metrics.contains("mcp_http_connections 1\n"))
            try await expectServed(server)
            #expect((await deaf.readToEnd() ?? "").utf8.count < 4 << 20)
        }
    }

    /// What a client sends and its end can come together, before anybody has looked at the request.
    @Test func whoIsGoneAtOnceHoldsNoCall() async throws {
        try await RunningServer.serving(impatient, [Self.hold]) { server in
            let clients = try (0..<10).map { _ in try RawClient(server) }
            for client in clients {
                client.call("hold")
                shutdown(client.descriptor, Int32(SHUT_WR))
            }
            for client in clients { #expect(await client.readToEnd() != nil) }
            var metrics = ""
            for _ in 0..<200 where !metrics.contains("mcp_http_calls 0\n") {
                try await Task.sleep(for: .milliseconds(50))
                metrics = try await self.metrics(of: server)
            }
            #expect(metrics.contains("mcp_http_calls 0\n"))
        }
    }

    @Test func aNewConnectionTakesThePlaceOfAnIdleOne() async throws {
        var limits = HTTPLimits()
        limits.connections = 2
        try await RunningServer.serving(limits) { server in
            let first = try RawClient(server)
            first.send("POST /mcp HTTP/1.1\r\n")
            let second = try RawClient(server)
            second.ping()
            #expect(await second.read()?.hasPrefix("HTTP/1.1 200") == true)
            let third = try RawClient(server)
            third.ping()
            #expect(await third.read()?.hasPrefix("HTTP/1.1 200") == true)
            #expect(await first.readToEnd() == "")
        }
    }

    @Test func whereAllAreBusyNewOnesAreRefused() async throws {
        var limits = impatient
        limits.connections = 2
        try await RunningServer.serving(limits, [Self.hold]) { server in
            let busy = [try RawClient(server), try RawClient(server)]
            for client in busy { client.call("hold") }
            try await Task.sleep(for: .milliseconds(300))
            let answer = try #require(await RawClient(server).readToEnd())
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"))
        }
    }

    @Test(arguments: [
        (1, 100, "too many calls run at this moment\n"), (100, 1, "too many streams are open at this moment\n"),
    ])
    func callsAndStreamsHaveTheirLimits(calls: Int, streams: Int, refusal: String) async throws {
        var limits = impatient
        (limits.calls, limits.streams) = (calls, streams)
        try await RunningServer.serving(limits, [Self.hold]) { server in
            let busy = try RawClient(server)
            busy.call("hold")
            var metrics = ""
            for _ in 0..<200 where !metrics.contains("mcp_http_streams 1\n") {
                try await Task.sleep(for: .milliseconds(50))
                metrics = try await self.metrics(of: server)
            }
            try #require(metrics.contains("mcp_http_streams 1\n"))
            let second = try RawClient(server)
            second.call("hold")
            let answer = try #require(await second.read())
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.hasSuffix(refusal))
        }
    }

    private func metrics(of server: RunningServer) async throws -> String {
        let client = try RawClient(server)
        client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return await client.readToEnd() ?? ""
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            for id in 1...3 { client.post(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#) }
            var text = ""
            while text.components(separatedBy: #""result""#).count < 4, let more = await client.read(), !more.isEmpty {
                text += more
            }
            let ids = text.components(separatedBy: #""id":"#).dropFirst().map { $0.prefix(1) }
            #expect(ids == ["1", "2", "3"])
        }
    }
}
