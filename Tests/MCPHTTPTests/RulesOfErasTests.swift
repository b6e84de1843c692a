import Foundation
import JSON
import MCP
import MCPHTTP
import Testing

/// What clients with a session and requests that stand alone may do, where it differs.
@Suite(.serialized) struct RulesOfErasTests {
    private static let progress = Tool(
        name: "progress", title: "progress", description: "", inputSchema: ["type": "object"]
    ) { call in
        call.progress(1)
        call.progress(2)
        return .text("done")
    }

    private static let hold = Tool(
        name: "hold", title: "hold", description: "", inputSchema: ["type": "object"]
    ) { _ in
        try await Task.sleep(for: .seconds(600))
        return .text("")
    }

    private static func call(_ tool: String, id: Int, token: Int? = nil) -> String {
        let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
        return #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"\#(meta)}}"#
    }

    private func eventIDs(_ answer: RawAnswer) -> [String] {
        answer.body.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    // Clients with a session.

    @Test func eventsHaveNamesOfTheirOwnInTheWholeSession() async throws {
        try await RunningServer.serving(HTTPLimits(), [Self.progress]) { server in
            let session = try await server.beginSession()
            var all: [String] = []
            for id in 1...3 {
                let answer = try await server.ask(.session(session, Self.call("progress", id: id, token: id)))
                #expect(answer.header("Content-Type") == "text/event-stream")
                let ids = eventIDs(answer)
                #expect(ids.count == 4)
                #expect(Set(ids.map { $0.prefix { $0 != "-" } }).count == 1)
                all += ids
            }
            #expect(Set(all).count == all.count)
        }
    }

    @Test func theOpeningEventIsForClientsThatKnowIt() async throws {
        try await RunningServer.serving(HTTPLimits(), [Self.progress]) { server in
            for (version, count) in [("2025-03-26", 0), ("2025-06-18", 0), ("2025-11-25", 1)] {
                let session = try await server.beginSession(version)
                let answer = try await server.ask(.session(session, Self.call("progress", id: 1, token: 1)))
                #expect(answer.body.components(separatedBy: "data: \n").count == 1 + count)
            }
        }
    }

    @Test func answersComeOnTheStreamOfTheirRequestOnly() async throws {
        var limits = HTTPLimits()
        limits.keepAlive = .milliseconds(40)
        try await RunningServer.serving(limits, [Self.progress]) { server in
            let session = try await server.beginSession()
            let listener = try RawClient(server)
            var get = RawRequest.session(session, "")
            get.method = "GET"
            listener.send(get.text)
            let beginning = try await listener.read(until: "data: \n")
            let answer = try await server.ask(.session(session, Self.call("progress", id: 1, token: 1)))
            #expect(answer.body.contains("done"))
            let silence = try await listener.read(until: ":\n\n")
            #expect(!(beginning + silence).contains("jsonrpc"))
        }
    }

    @Test(arguments: ["0-9223372036854775807", "0-1", "1-0", "-1", "0-9223372036854775808", "nonsense"])
    func eventsThatWereNeverSentCannotBeResumedFrom(id: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let session = try await server.beginSession()
            var get = RawRequest.session(session, "")
            get.method = "GET"
            get.headers["Last-Event-ID"] = id
            #expect(try await server.ask(get).status == 400)
            let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            #expect(try await server.ask(.session(session, ping)).status == 200)
        }
    }

    @Test func versionsThatAreNotServedAreRefused() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let session = try await server.beginSession()
            for method in ["POST", "GET", "DELETE"] {
                var request = RawRequest.session(session, "", version: "2001-01-01")
                request.method = method
                if method == "POST" { request.body = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"# }
                #expect(try await server.ask(request).status == 400)
            }
            let other = RawRequest.session(
                session, #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, version: "2024-11-05")
            #expect(try await server.ask(other).status == 200)
        }
    }

    @Test(arguments: [("2025-06-18", true), ("2025-11-25", false)])
    func anIDThatCannotBeReadIsWrittenAsTheSessionWants(version: String, isNull: Bool) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let session = try await server.beginSession(version)
            for body in ["{", #"{"jsonrpc":"2.0","id":true,"method":"ping"}"#] {
                let answer = try await server.ask(.session(session, body))
                #expect(answer.status == 400)
                #expect(try JSONParser.parse(answer.body)["id"]?.isNull == (isNull ? true : nil))
            }
        }
    }

    @Test func aCallThatItsOwnBatchCancelsHoldsNothingUp() async throws {
        try await RunningServer.serving(HTTPLimits(), [Self.hold]) { server in
            let session = try await server.beginSession("2025-03-26")
            let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
            let ping = #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#
            let first = try await server.ask(.session(session, "[\(Self.call("hold", id: 1)),\(ping),\(cancel)]"))
            #expect(first.body == #"[{"jsonrpc":"2.0","id":2,"result":{}}]"#)
            let second = try await server.ask(.session(session, "[\(Self.call("hold", id: 1)),\(cancel)]"))
            #expect(second.status == 202)
        }
    }

    // Requests that stand alone.

    @Test(arguments: ["GET", "DELETE"]) func onlyPostIsForRequestsThatStandAlone(method: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let session = try await server.beginSession()
            for id in [nil, session, "unknown"] {
                var request = RawRequest.session(id, "", version: "2026-07-28")
                request.method = method
                let answer = try await server.ask(request)
                #expect(answer.status == 405)
                #expect(answer.header("Allow") == "POST")
            }
            #expect(try await server.ask(.session(session, Self.call("none", id: 1))).status == 200)
        }
    }

    @Test func theirStreamsCannotBeResumed() async throws {
        try await RunningServer.serving(HTTPLimits(), [Self.progress]) { server in
            var request = RawRequest.stateless("tools/call", #""name":"progress""#)
            request.headers["Mcp-Name"] = "progress"
            request.body = request.body.replacing(#""_meta":{"#, with: #""_meta":{"progressToken":1,"#)
            let answer = try await server.ask(request)
            #expect(answer.header("Content-Type") == "text/event-stream")
            #expect(answer.header("Mcp-Session-Id") == nil)
            #expect(answer.body.components(separatedBy: "event: message\ndata: {").count == 4)
            #expect(eventIDs(answer).isEmpty)
        }
    }

    @Test(arguments: ["null", "true", "1.5", "[1]"]) func theirIDsCanBeReadOrAreLeftOut(id: String) async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let answer = try await server.ask(.stateless("tools/list", id: id))
            #expect(answer.status == 400)
            #expect(answer.code == -32600)
            #expect(try JSONParser.parse(answer.body)["id"] == nil)
        }
    }

    /// On a pipe an id counts for the whole connection; here each request has a connection's direction to itself.
    @Test func theirIDsNeedNotDiffer() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let listener = try RawClient(server)
            listener.send(
                RawRequest.stateless("subscriptions/listen", #""notifications":{"toolsListChanged":true}"#).text)
            _ = try await listener.read(until: "acknowledged")
            let answer = try await server.ask(.stateless("tools/list"))
            #expect(try JSONParser.parse(answer.body)["result"] != nil)
        }
    }

    @Test func withoutSessionAndEnvelopeTheRemedyIsNamed() async throws {
        try await RunningServer.serving(HTTPLimits()) { server in
            let bare = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
            for version in [nil, "2025-11-25", "2026-07-28"] {
                let answer = try await server.ask(.session(nil, bare, version: version))
                #expect(answer.status == 400)
                #expect(answer.code == -32602)
                let message = try #require(try JSONParser.parse(answer.body)["error"]?["message"]?.stringValue)
                for word in ["protocolVersion", "clientCapabilities", "initialize"] {
                    #expect(message.contains(word))
                }
            }
        }
    }

    // Limits.

    @Test func streamsAndSessionsHaveTheirLimits() async throws {
        var limits = HTTPLimits()
        limits.streams = 1
        limits.sessions = 1
        limits.drain = .milliseconds(100)
        try await RunningServer.serving(limits) { server in
            let session = try await server.beginSession()
            let listener = try RawClient(server)
            var get = RawRequest.session(session, "")
            get.method = "GET"
            listener.send(get.text)
            _ = try await listener.read(until: "data: \n")
            let stream = try await server.ask(.stateless("subscriptions/listen", #""notifications":{}"#))
            #expect(stream.status == 503)
            #expect(stream.header("Retry-After") == "1")
            #expect(stream.body == "too many streams are open at this moment\n")
            let second = try await server.ask(
                .session(
                    nil,
                    #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#))
            #expect(second.status == 503)
            #expect(second.body == "too many sessions are busy at this moment\n")
        }
    }
}
