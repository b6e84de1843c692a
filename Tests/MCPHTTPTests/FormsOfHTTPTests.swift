import Foundation
import JSON
import MCP
import MCPHTTP
import Testing

/// What HTTP itself wants, whatever is said by it.
@Suite(.serialized) struct FormsOfHTTPTests {
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#

    private static let progress = Tool(
        name: "progress", title: "progress", description: "", inputSchema: ["type": "object"]
    ) { call in
        call.progress(1)
        try await Task.sleep(for: .milliseconds(50))
        return .text("done")
    }

    @Test(arguments: ["/healthz", "/readyz", "/metrics", "/mcp"]) func headHasNoBody(path: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            client.send("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let text = try #require(await client.readToEnd())
            let answer = try RawAnswer(text)
            #expect(answer.status == (path == "/mcp" ? 405 : 200))
            let length = try #require(answer.header("Content-Length"))
            #expect(length != "0")
            #expect(answer.body.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.body.hasSuffix("\r\n\r\nok\n"))
        }
    }

    @Test func aBodyIsWaitedForAloud() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let client = try RawClient(server)
            var request = RawRequest.session(nil, Self.ping)
            request.headers["Expect"] = "100-Continue"
            request.lines = ["Connection: close"]
            let text = request.text
            client.send(String(text.dropLast(Self.ping.count)))
            #expect(try await client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send(Self.ping)
            #expect(try RawAnswer(try #require(await client.readToEnd())).status == 200)
        }
    }

    @Test func aBodyThatIsNotWantedIsNotAskedFor() async throws {
        var limits = HTTPLimits()
        limits.body = 1_000
        try await RunningServer.serving(limits) { server in
            let client = try RawClient(server)
            client.send(
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func anOldClientGetsNoChunksAndTheEndOfTheConnection() async throws {
        try await RunningServer.serving(HTTPLimits(), [Self.progress]) { server in
            let old = try RawClient(server)
            var ping = RawRequest.session(nil, Self.ping)
            ping.headers["Connection"] = "keep-alive"
            ping.headers["Expect"] = "100-continue"
            old.send(ping.text.replacing("HTTP/1.1", with: "HTTP/1.0"))
            let answer = try #require(await old.readToEnd())
            #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.hasSuffix(#"{"jsonrpc":"2.0","id":1,"result":{}}"#))

            let streaming = try RawClient(server)
            var call = RawRequest.stateless("tools/call", #""name":"progress""#)
            call.headers["Mcp-Name"] = "progress"
            call.body = call.body.replacing(#""_meta":{"#, with: #""_meta":{"progressToken":1,"#)
            streaming.send(call.text.replacing("HTTP/1.1", with: "HTTP/1.0"))
            let stream = try RawAnswer(try #require(await streaming.readToEnd()))
            #expect(stream.header("Transfer-Encoding") == nil)
            #expect(stream.body.hasPrefix("event: message\ndata: {"))
            #expect(stream.body.hasSuffix("}\n\n"))
        }
    }

    // What is answered with which status.

    @Test func aBatchIsNotBadBecauseOfOneMember() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let session = try await server.beginSession("2025-03-26")
            let bad = #"{"jsonrpc":"1.0","id":2,"method":"ping"}"#
            for body in ["[\(Self.ping),\(bad)]", Self.ping] {
                #expect(try await server.ask(.session(session, body)).status == 200)
            }
            #expect(try await server.ask(.session(session, bad)).status == 400)
            #expect(try await server.ask(.session(session, Self.ping)).status == 200)
        }
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","method":"notifications/none","params":{}}"#, 202),
        (#"{"jsonrpc":"2.0","method":"notifications/none"}"#, 202),
        (#"{"jsonrpc":"2.0","method":"notifications/none","params":null}"#, 202),
        (#"{"jsonrpc":"1.0","method":"notifications/none"}"#, 400), (#"{"method":"notifications/none"}"#, 400),
        (#"{"jsonrpc":"2.0","method":"notifications/none","params":[]}"#, 400),
        (#"{"jsonrpc":"2.0","method":"notifications/none","params":5}"#, 400),
    ])
    func notificationsThatStandAloneAreLookedAt(body: String, status: Int) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let answer = try await server.ask(.session(nil, body, version: "2026-07-28"))
            #expect(answer.status == status)
            #expect(answer.code == (status == 400 ? -32600 : nil))
        }
    }

    /// Whatever else may be wrong with it; the id is that of a request, if it can be read.
    @Test(arguments: [
        (#"{"jsonrpc":"1.0","id":7,"method":"tools/list"}"#, true), (#"{"id":7,"method":"tools/list"}"#, true),
        (#"{"jsonrpc":"2.0","id":7}"#, true), (#"{"jsonrpc":"2.0","id":7,"method":5}"#, true),
        (#"{"jsonrpc":"2.0","id":7,"result":{}}"#, false), ("[]", false), ("7", false),
    ])
    func whatIsNoMessageThatStandsAloneIsToldSo(body: String, isNamed: Bool) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let answer = try await server.ask(.session(nil, body, version: "2026-07-28"))
            #expect(answer.status == 400)
            #expect(answer.code == -32600)
            #expect(try JSONParser.parse(answer.body)["id"]?.intValue == (isNamed ? 7 : nil))
        }
    }

    @Test(
        arguments: [
            (["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "notifications/none"], nil),
            (["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "notifications/other"], -32_020),
            (["MCP-Protocol-Version": "2099-01-01"], -32_022),
            (["MCP-Protocol-Version": "2099-01-01", "Mcp-Method": "notifications/other"], -32_020),
        ] as [([String: String], Int64?)])
    func headersOfNotificationsThatStandAloneAreLookedAt(headers: [String: String], code: Int64?) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            var request = RawRequest()
            request.headers.merge(headers) { $1 }
            request.body = #"{"jsonrpc":"2.0","method":"notifications/none"}"#
            let answer = try await server.ask(request)
            #expect(answer.status == (code == nil ? 202 : 400))
            #expect(answer.code == code)
        }
    }

    // What is served where no more calls may run.

    private func metrics(of server: RunningServer) async throws -> String {
        let client = try RawClient(server)
        client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try #require(await client.readToEnd())
    }

    @Test func onlyCallsAreRefusedWhereThereAreTooMany() async throws {
        let hold = Tool(name: "hold", title: "hold", description: "", inputSchema: ["type": "object"]) { _ in
            try await Task.sleep(for: .seconds(600))
            return .text("")
        }
        var limits = HTTPLimits()
        limits.calls = 1
        limits.drain = .milliseconds(100)
        try await RunningServer.serving(limits, [hold]) { server in
            let session = try await server.beginSession()
            let call = #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"hold"}}"#
            let busy = try RawClient(server)
            busy.send(RawRequest.session(session, call).text)
            while try await !metrics(of: server).contains("mcp_http_calls 1\n") {}
            #expect(try await server.ask(.session(session, call.replacing("7", with: "8"))).status == 503)
            #expect(try await server.ask(.session(session, Self.ping)).status == 200)
            #expect(try await server.ask(.stateless("tools/list")).status == 200)
            var other = RawRequest.stateless("tools/call", #""name":"hold""#)
            other.headers["Mcp-Name"] = "hold"
            #expect(try await server.ask(other).status == 503)
            let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
            #expect(try await server.ask(.session(session, cancel)).status == 202)
        }
    }
}
