import ExchangeServers
import Foundation
import JSON
import Logging
import MCPHTTP
import ServiceLifecycle
import Synchronization
import Testing

@testable import MCP

/// The recorded exchanges once more, each message by a POST of its own.
@Suite(.serialized) struct HTTPExchangeTests {
    /// All but those about what only pipes have: requests by hand, ids that count for the whole connection, one order of a
    /// call and the end of the handshake, and requests without headers.
    static let names = ExchangeTests.names.filter { name in
        (try? Exchange.named(name).steps.contains(.direction(["pipes"]))) == false
    }

    @Test func nearlyAllFilesAreFit() {
        #expect(Self.names.count >= ExchangeTests.names.count - 4)
    }

    @Test(arguments: names) func answersAsOnFile(name: String) async throws {
        try await ExchangeRun<HTTPTransport>.check(name)
    }
}

/// A server on a port of its own, and a conversation with it.
struct HTTPTransport: ExchangeTransport {
    let control: any ExchangeControl
    private let conversation: HTTPConversation
    private let services: ServiceGroup
    private let running: Task<Void, any Error>

    init(_ offer: ExchangeOffer) async throws {
        let held = HeldCalls()
        let server = offer.server(held)
        control = LocalControl(server, held)
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let http = HTTPServer(server, configuration: HTTPConfiguration(port: 0)) { listening.yield($0) }
        let services = ServiceGroup(
            services: [http], logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        self.services = services
        running = Task { try await services.run() }
        conversation = HTTPConversation(port: try #require(await ports.first { _ in true }))
    }

    func send(_ line: String, holds: Int) async throws { try await conversation.send(line, isHeld: holds > 0) }

    func next() async -> String? { await conversation.next() }

    func beginSession() async throws { try await conversation.begin() }

    func end() async throws -> [String] {
        await services.triggerGracefulShutdown()
        try await running.value
        return await conversation.rest()
    }

    /// Over HTTP a server cannot always know in which revision it is to say that an id is missing.
    static func comparable(_ line: String) -> String { line.replacing(#""id":null,"#, with: "") }
}
