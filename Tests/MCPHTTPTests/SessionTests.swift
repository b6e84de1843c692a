import JSON
import MCP
import Synchronization
import Testing

@testable import MCPHTTP

@Suite struct SessionTests {
    private static let server = MCPServer(
        info: ServerInfo(name: "s", version: "1"),
        tools: [
            Tool(name: "slow", title: "slow", description: "", inputSchema: ["type": "object"]) { _ in
                try await Task.sleep(for: .seconds(600))
                return .text("")
            },
            Tool(name: "ask", title: "ask", description: "", inputSchema: ["type": "object"]) { call in
                .text((try await call.ask("sure", .confirmation("Sure?"))).isConfirmed ? "yes" : "no")
            },
        ])

    private func session(
        of server: MCPServer = Self.server, limits: HTTPLimits = HTTPLimits(), _ revision: String = "2025-11-25",
        isReady: Bool = true
    ) throws -> LegacySession {
        let session = LegacySession(server, limits: limits, executor: nil, gauge: CallGauge(limit: 10))
        _ = session.post([
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": ["protocolVersion": .string(revision), "capabilities": ["elicitation": [:]]],
        ])
        session.forget(1)
        try #require(session.revision?.rawValue == revision)
        if isReady { _ = session.post(Self.initialized) }
        return session
    }

    private static let initialized: JSONValue = ["jsonrpc": "2.0", "method": "notifications/initialized"]

    private func call(_ tool: String, id: Int64 = 1) -> JSONValue {
        ["jsonrpc": "2.0", "id": .int(id), "method": "tools/call", "params": ["name": .string(tool)]]
    }

    private func stream(_ reception: LegacySession.Reception) throws -> ReplyStream {
        guard case .stream(_, let stream, _) = reception else { throw CallError.failed("there is no stream") }
        return stream
    }

    private func messages(_ step: ReplyStream.Step) throws -> [JSONValue] {
        guard case .send(let events) = step else { return [] }
        return try events.map { try JSONParser.parse($0.data) }
    }

    @Test func aQuestionIsAnsweredByAnotherPost() async throws {
        let session = try session()
        let stream = try stream(session.post(call("ask")))
        let question = try #require(try messages(await stream.next()).first)
        #expect(question["method"] == "elicitation/create")
        let answer: JSONValue = [
            "jsonrpc": "2.0", "id": question["id"] ?? nil,
            "result": ["action": "accept", "content": ["confirm": true]],
        ]
        guard case .accepted = session.post(answer) else {
            Issue.record("an answer is answered")
            return
        }
        let reply = try #require(try messages(await stream.next()).first)
        #expect(reply["result"]?["content"]?.arrayValue?.first?["text"] == "yes")
        #expect(await stream.next() == .end)
    }

    @Test("a session keeps so many bytes for a client that comes back, and forgets the oldest streams")
    func historyOfASession() throws {
        var limits = HTTPLimits()
        limits.history = 4_000
        let session = try session(limits: limits)
        for id in 1...100 {
            let ping: JSONValue = ["jsonrpc": "2.0", "id": .int(Int64(id)), "method": "ping"]
            guard case .stream(let number, let stream, _) = session.post(ping) else {
                Issue.record("ping \(id) has no answer")
                return
            }
            session.detach(number, stream)
        }
        let (kept, counted, newest) = session.state.withLock { state in
            (state.streams.values.reduce(0) { $0 + $1.historySize }, state.historySize, state.lastStream)
        }
        #expect(newest == 101)
        #expect(kept > 0 && kept <= limits.history && counted == kept)
        let isOldestKept = session.resume(after: EventID(stream: 2, number: 0)) != nil
        let isNewestKept = session.resume(after: EventID(stream: newest, number: 0)) != nil
        #expect(!isOldestKept && isNewestKept)
        session.forget(newest)
        let left = session.state.withLock { $0.historySize }
        #expect(left < kept)
    }

    @Test func aClientThatIsNotReadyIsAskedLater() async throws {
        let session = try session(isReady: false)
        let stream = try stream(session.post(call("ask")))
        for _ in 0..<200 where session.state.withLock({ $0.waiting.isEmpty }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        let isWaiting = session.state.withLock { !$0.waiting.isEmpty }
        try #require(isWaiting, "the question never came")
        stream.keepAlive()
        stream.keepAlive()
        #expect(await stream.next() == .keepAlive)
        guard case .accepted = session.post(Self.initialized) else {
            Issue.record("the question is told where nobody reads it")
            return
        }
        #expect(try messages(await stream.next()).first?["method"] == "elicitation/create")
        session.end()
    }

    @Test func aClientThatHasGoneIsNotWaitedForForEver() async throws {
        let session = try session()
        let stream = try stream(session.post(call("ask")))
        _ = await stream.next()
        session.detach(2, stream)
        _ = session.sweep(now: .now + .seconds(50))
        #expect(session.idleSince == nil)
        _ = session.sweep(now: .now + .seconds(70))
        try await waitUntilIdle(session)
        let (_, again) = try #require(session.resume(after: EventID(stream: 2, number: 1)))
        let rest = try messages(await again.next())
        #expect(rest.first?["method"] == "notifications/cancelled")
        #expect(rest.last?["result"]?["isError"] == true)
    }

    @Test func anAnswerMayTakeLongButNotForEver() async throws {
        let session = try session()
        let stream = try stream(session.post(call("ask")))
        _ = await stream.next()
        _ = session.sweep(now: .now + .seconds(3_500))
        #expect(session.idleSince == nil)
        _ = session.sweep(now: .now + .seconds(3_700))
        #expect(try messages(await stream.next()).first?["method"] == "notifications/cancelled")
        #expect(try messages(await stream.next()).first?["result"]?["isError"] == true)
        #expect(await stream.next() == .end)
    }

    private func waitUntilIdle(_ session: LegacySession) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while !session.state.withLock({ $0.tasks.isEmpty }), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(session.state.withLock { $0.tasks.isEmpty })
    }

    @Test func theRestOfABatchGoesWhereTheBatchCameFrom() async throws {
        let session = try session("2025-03-26")
        let batch = try stream(session.post([call("slow"), ["jsonrpc": "2.0", "id": 2, "method": "ping"]]))
        let cancel: JSONValue = ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 1]]
        let other = try stream(session.post([cancel, ["jsonrpc": "2.0", "id": 3, "method": "ping"]]))
        #expect(
            batch.single.map { String(decoding: $0.data, as: UTF8.self) } == #"[{"jsonrpc":"2.0","id":2,"result":{}}]"#)
        #expect(
            other.single.map { String(decoding: $0.data, as: UTF8.self) } == #"[{"jsonrpc":"2.0","id":3,"result":{}}]"#)
    }

    @Test func ofABatchThatDoesNotFitTheRestIsRefused() throws {
        let session = try session("2025-03-26")
        let batch = try stream(session.post(.array((Int64(1)...15).map { call("slow", id: $0) })))
        #expect(session.state.withLock { $0.tasks.count } == 10)
        #expect(batch.single == nil)
        let other = try stream(session.post(call("slow", id: 16)))
        let refusal = other.single.map { String(decoding: $0.data, as: UTF8.self) }
        #expect(refusal?.contains("Too many calls") == true)
        session.end()
    }

    @Test func aCancelledCallEndsItsStreamWithoutReply() async throws {
        let session = try session()
        for tool in ["slow", "ask"] {
            let stream = try stream(session.post(call(tool)))
            if tool == "ask" { _ = await stream.next() }
            _ = session.post(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 1]])
            #expect(await stream.next() == .end)
        }
    }

    @Test func theEndOfASessionEndsItsCalls() async throws {
        let session = try session()
        let asking = try stream(session.post(call("ask")))
        _ = await asking.next()
        let slow = try stream(session.post(call("slow", id: 2)))
        session.end()
        #expect(await slow.next() == .end)
        #expect(await asking.next() == .end)
        #expect(session.listen() == nil)
    }

    @Test func idleSessionsEndAndBusyOnesDoNot() throws {
        var limits = HTTPLimits()
        limits.sessionIdle = .zero
        let (idle, busy, listening) = (
            try session(limits: limits), try session(limits: limits), try session(limits: limits)
        )
        _ = busy.post(call("slow"))
        _ = listening.listen()
        #expect(idle.sweep(now: .now + .seconds(1)))
        #expect(!busy.sweep(now: .now + .seconds(1)))
        #expect(!listening.sweep(now: .now + .seconds(1)))
        busy.end()
    }

    /// What is subscribed to counts while it can be told, and for as long as a client may come back for it.
    @Test func nothingIsWatchedForAClientThatDoesNotListen() throws {
        let server = MCPServer(
            info: ServerInfo(name: "s", version: "1"), tools: [],
            resources: [Resource(uri: "a:b", name: "b") { _ in [] }],
            features: ServerFeatures(resourceUpdates: true))
        let session = try session(of: server)
        func expect(_ watched: Set<String>, in seconds: Int) {
            _ = session.sweep(now: .now + .seconds(seconds))
            #expect(server.watchedResources == watched)
        }
        func subscribe(_ method: String) {
            _ = session.post(["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": ["uri": "a:b"]])
        }
        subscribe("resources/subscribe")
        expect(["a:b"], in: 50)
        expect([], in: 70)
        let (number, connection, _) = try #require(session.listen())
        expect(["a:b"], in: 700)
        session.detach(number, connection)
        expect(["a:b"], in: 50)
        expect([], in: 70)
        subscribe("resources/unsubscribe")
        subscribe("resources/subscribe")
        expect([], in: 70)
        let (_, other) = try #require(session.resume(after: EventID(stream: 0, number: 0)))
        expect(["a:b"], in: 700)
        session.detach(0, other)
        expect([], in: 70)
        session.end()
        expect([], in: 0)
    }

    /// What tells a client on the stream of what comes unasked that the tools have changed.
    private func change(_ number: Int) -> OutgoingEvent {
        let message = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}"#
        return OutgoingEvent(id: EventID(stream: 0, number: number), data: Array(message.utf8))
    }

    @Test func aStreamThatIsOpenedAgainRepeatsNothing() async throws {
        let server = MCPServer(
            info: ServerInfo(name: "s", version: "1"), tools: [], features: ServerFeatures(listChanges: true))
        let session = try session(of: server)
        let (number, first, opening) = try #require(session.listen())
        #expect(opening?.id == EventID(stream: 0, number: 0))
        session.receive(.toolsChanged)
        #expect(await first.next() == .send([change(1)]))
        session.detach(number, first)
        session.receive(.toolsChanged)
        let (_, second, again) = try #require(session.listen())
        #expect(again?.id == EventID(stream: 0, number: 2))
        #expect(await second.next() == .send([change(3)]))
        session.detach(number, second)
        let (_, third) = try #require(session.resume(after: EventID(stream: 0, number: 2)))
        #expect(await third.next() == .send([change(3)]))
        session.end()
    }

    @Test func theOldestIdleSessionMakesRoom() throws {
        let table = SessionTable(limit: 2)
        let (first, second, third) = (try session(), try session(), try session())
        _ = first.post(["jsonrpc": "2.0", "id": 1, "method": "ping"])
        #expect(table.add(second))
        #expect(table.add(first))
        _ = first.listen()
        #expect(table.add(third))
        #expect(table[second.id] == nil)
        #expect(table[first.id] === first)
        _ = third.listen()
        #expect(!table.add(try session()))
        #expect(table.count == 2)
        table.endAll()
        #expect(table.count == 0)
    }
}
