import Foundation
import JSON
import Logging
import MCPHTTP
import ServiceLifecycle
import Synchronization
import Testing

@testable import MCP

/// The recorded exchanges once more, each message by a POST of its own: the same messages must come, in the same order.
@Suite(.serialized) struct HTTPExchangeTests {
    /// Those that need neither a held call, nor requests without a session, which only pipes have.
    static let names = ExchangeTests.names.filter { name in
        let file = ExchangeTests.folder.appending(path: name)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return false }
        let isHeld = text.contains("\"hold\"")
        return !isHeld && !Exchange(text).steps.contains(.direction(["pipes"]))
    }

    @Test func mostFilesAreFit() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names) func answersAsInMemory(name: String) async throws {
        let file = ExchangeTests.folder.appending(path: name)
        var served = try await ServedHTTP(ExampleServer.make())
        let steps = Exchange(try String(contentsOf: file, encoding: .utf8)).steps
        // Streams that end together may do so in any order.
        let last = steps.firstIndex(of: .direction(["end"])) ?? steps.endIndex
        for step in steps[..<last] {
            switch step {
            case .comment: break
            case .client(let line): try await served.conversation.send(served.mask.removed(from: line))
            case .server(let line):
                let answer = try #require(await served.conversation.next(), "nothing comes instead of \(line)")
                #expect(served.mask.put(on: answer).withoutNullID == line.withoutNullID)
            case .direction(let words):
                guard let offer = Self.offer(words) else {
                    try await served.follow(words)
                    continue
                }
                try await served.end(saying: [])
                served = try await ServedHTTP(offer)
            }
        }
        try await served.end(saying: steps[last...].compactMap { if case .server(let line) = $0 { line } else { nil } })
    }

    private static func offer(_ words: [String]) -> MCPServer? {
        let size = words.last.flatMap { Int($0) }
        return switch words.first {
        case "strict": ExampleServer.make()
        case "pages": ExampleServer.make(pageSize: size)
        case "full": FullServer.make(pageSize: size)
        default: nil
        }
    }
}

/// A server on a port of its own, and a conversation with it.
struct ServedHTTP {
    let server: MCPServer
    let conversation: HTTPConversation
    let mask = StateMask()
    private let services: ServiceGroup
    private let running: Task<Void, any Error>

    init(_ server: MCPServer) async throws {
        self.server = server
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let http = HTTPServer(server, configuration: HTTPConfiguration(port: 0)) { listening.yield($0) }
        let services = ServiceGroup(
            services: [http], logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        self.services = services
        running = Task { try await services.run() }
        conversation = HTTPConversation(port: try #require(await ports.first { _ in true }))
    }

    func follow(_ words: [String]) async throws {
        let argument = words.last ?? ""
        switch words.first {
        case "notify":
            let events: [String: ServerEvent] = [
                "tools": .toolsChanged, "prompts": .promptsChanged, "resources": .resourcesChanged,
            ]
            events[argument].map(server.notify)
        case "updated": server.notify(.resourceUpdated(uri: argument))
        case "session": try await conversation.begin()
        case "watched":
            // That a client has gone is noticed a moment later.
            for _ in 0..<200 where server.watchedResources != Set(words.dropFirst()) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(server.watchedResources == Set(words.dropFirst()))
        default: Issue.record("unknown direction \(words)")
        }
    }

    /// Nothing more may come than what is on file.
    func end(saying last: [String]) async throws {
        await services.triggerGracefulShutdown()
        try await running.value
        #expect(await conversation.rest().sorted() == last.sorted())
    }
}

extension String {
    /// Over HTTP a server cannot always know in which revision it is to say that an id is missing.
    fileprivate var withoutNullID: String { replacing(#""id":null,"#, with: "") }
}
