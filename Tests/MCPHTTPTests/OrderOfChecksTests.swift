import Foundation
import MCPHTTP
import Testing

/// Of several faults the first one is told, in the order that the protocol gives.
@Suite(.serialized) struct OrderOfChecksTests {
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#

    private struct Check {
        let status: Int
        let words: String
        /// Makes this check, and none before it, find the request good.
        let mend: @Sendable (inout RawRequest) -> Void
    }

    private let checks = [
        Check(status: 403, words: "Host") { $0.headers["Host"] = "localhost" },
        Check(status: 403, words: "Origin") { $0.headers["Origin"] = "http://localhost:3000" },
        Check(status: 401, words: "token") { $0.headers["Authorization"] = "Bearer secret" },
        Check(status: 405, words: "POST, GET, DELETE") { $0.method = "POST" },
        Check(status: 415, words: "Content-Type") { $0.headers["Content-Type"] = "application/json" },
        Check(status: 406, words: "Accept") { $0.headers["Accept"] = "application/json, text/event-stream" },
        Check(status: 413, words: "1000 bytes") { $0.body = "{" },
        Check(status: 400, words: "-32700") { $0.body = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"# },
        Check(status: 404, words: "session") { $0.headers["Mcp-Session-Id"] = nil },
        Check(status: 400, words: "initialize") { $0.body = OrderOfChecksTests.ping },
    ]

    @Test func checksOfEveryRequest() async throws {
        let token = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try "secret".write(to: token, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: token) }
        var limits = HTTPLimits()
        limits.body = 1_000
        try await RunningServer.serving(limits, tokenFile: token.path) { server in
            var request = RawRequest(
                method: "PUT",
                headers: [
                    "Host": "evil.example", "Origin": "http://evil.example", "Authorization": "Bearer wrong",
                    "Content-Type": "text/plain", "Accept": "text/html", "Mcp-Session-Id": "unknown",
                ], body: String(repeating: "x", count: 1_001))
            for check in checks {
                let answer = try await server.ask(request)
                #expect(answer.status == check.status)
                #expect(answer.body.contains(check.words))
                check.mend(&request)
            }
            #expect(try await server.ask(request).status == 200)
        }
    }

    @Test(arguments: ["Host: localhost", "hOST: evil.example"]) func thereIsOneHost(line: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            var request = RawRequest.session(nil, Self.ping)
            request.lines = [line]
            let answer = try await server.ask(request)
            #expect(answer.status == 400)
        }
    }

    /// Envelope, headers, version, method, and what the method needs.
    @Test func checksOfRequestsThatStandAlone() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            func expect(_ request: RawRequest, _ status: Int, _ code: Int64?) async throws {
                let answer = try await server.ask(request)
                #expect(answer.status == status)
                #expect(answer.code == code)
            }
            var request = RawRequest.stateless("no/method", #""cursor":7"#, version: "2099-01-01")
            request.headers["Mcp-Method"] = "other"
            let envelope = request.body
            request.body = request.body.replacing(#"clientCapabilities":{}"#, with: #"clientCapabilities":[]"#)
            try await expect(request, 400, -32602)
            request.body = envelope
            try await expect(request, 400, -32020)
            request.headers["Mcp-Method"] = "no/method"
            try await expect(request, 400, -32022)
            try await expect(.stateless("no/method", #""cursor":7"#), 404, -32601)
            try await expect(.stateless("tools/list", #""cursor":7"#), 200, -32602)
            try await expect(.stateless("tools/list", #""cursor":"""#), 200, nil)
        }
    }

    @Test(arguments: [
        ("prompts/get", #""name":"a""#, "a"), ("resources/read", #""uri":"a:b""#, "a:b"),
        ("tools/call", #""name":"a""#, "a"),
    ])
    func namesAreRepeatedInAHeader(method: String, params: String, name: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            var request = RawRequest.stateless(method, params)
            let missing = try await server.ask(request)
            #expect(missing.code == -32020)
            request.headers["Mcp-Name"] = "other"
            #expect(try await server.ask(request).code == -32020)
            request.headers["Mcp-Name"] = name.uppercased()
            #expect(try await server.ask(request).code == -32020)
            request.headers["Mcp-Name"] = nil
            request.lines = ["mCP-nAME: \t \(name) \t", "Mcp-Name: \(name)"]
            #expect(try await server.ask(request).code == -32020)
            request.lines.removeLast()
            #expect(try await server.ask(request).code != -32020)
        }
    }

    @Test(arguments: ["tools/call", "prompts/get", "resources/read"], ["", #""name":5,"uri":5"#])
    func aHeaderNamesNothingThatTheBodyDoesNot(method: String, params: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            for name in [nil, "a"] {
                var request = RawRequest.stateless(method, params)
                request.headers["Mcp-Name"] = name
                let answer = try await server.ask(request)
                #expect(answer.status == 400)
                #expect(answer.code == -32020)
            }
        }
    }

    @Test(arguments: ["MCP-Protocol-Version: 2026-07-28", "mcp-protocol-version: 2025-11-25", "Mcp-Method: tools/list"])
    func routingHeadersAreThereOnce(line: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            var request = RawRequest.stateless("tools/list")
            request.lines = [line]
            let answer = try await server.ask(request)
            #expect(answer.status == 400)
            #expect(answer.code == -32020)
        }
    }
}
