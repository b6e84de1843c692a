import ExchangeServers
import JSON
import Testing

@testable import MCP

/// What a client has asked for ends where it begins anew on the same connection.
@Suite struct SecondHandshakeTests {
    private let server = FullServer.make()

    private func handshake(_ id: Int64) -> JSONValue {
        [
            "jsonrpc": "2.0", "id": .int(id), "method": "initialize",
            "params": ["protocolVersion": "2025-11-25", "capabilities": [:]],
        ]
    }

    private func request(_ id: Int64, _ method: String, _ params: JSONValue) -> JSONValue {
        ["jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": params]
    }

    @Test func subscriptionsAndTheLogLevelAreForgotten() {
        var session = ServerSession(server)
        var out = JSONWriter()
        _ = session.receive(handshake(1), into: &out)
        _ = session.receive(request(2, "resources/subscribe", ["uri": "doc://text"]), into: &out)
        _ = session.receive(request(3, "logging/setLevel", ["level": "error"]), into: &out)
        #expect(server.watchedResources == ["doc://text"])
        #expect(session.logLevel == .error)
        _ = session.receive(handshake(4), into: &out)
        #expect(server.watchedResources.isEmpty)
        #expect(session.subscriptions.isEmpty)
        #expect(session.logLevel == .info)
        _ = session.receive(request(5, "resources/subscribe", ["uri": "doc://text"]), into: &out)
        #expect(server.watchedResources == ["doc://text"])
        session.close()
        #expect(server.watchedResources.isEmpty)
    }

    @Test func aHandshakeThatIsRefusedForgetsNothing() {
        var session = ServerSession(server)
        var out = JSONWriter()
        _ = session.receive(handshake(1), into: &out)
        _ = session.receive(request(2, "resources/subscribe", ["uri": "doc://text"]), into: &out)
        _ = session.receive(request(3, "initialize", [:]), into: &out)
        #expect(server.watchedResources == ["doc://text"])
        session.close()
    }

    /// Nothing is watched for a client that cannot be reached, so that nothing is given up for it either.
    @Test func whatIsNotWatchedIsNotGivenUpTwice() {
        var (session, other) = (ServerSession(server), ServerSession(server))
        var out = JSONWriter()
        for id in [Int64(1), 3] {
            _ = session.receive(handshake(id), into: &out)
            _ = session.receive(request(id + 1, "resources/subscribe", ["uri": "doc://text"]), into: &out)
            session.setReachable(false)
        }
        _ = other.receive(request(1, "resources/subscribe", ["uri": "doc://text"]), into: &out)
        _ = session.receive(handshake(5), into: &out)
        #expect(server.watchedResources == ["doc://text"])
        other.close()
        #expect(server.watchedResources.isEmpty)
    }
}
