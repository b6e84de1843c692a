import ExchangeServers
import Foundation
import JSON
import Testing

@testable import MCP

/// A way by which an exchange on file is had with a server.
protocol ExchangeTransport {
    init(_ offer: ExchangeOffer) async throws

    /// What can be done to the server behind the client's back.
    var control: any ExchangeControl { get }

    /// Sends one message.
    ///
    /// - Parameter holds: how many calls it starts that are not answered before they are released.
    func send(_ line: String, holds: Int) async throws
    /// The server's next message; nil where none comes.
    func next() async throws -> String?
    /// Returns once the server has taken in what was sent.
    func settle() async throws
    /// Begins a session of which the exchange says nothing, where there must be one.
    func beginSession() async throws
    /// Lets the server end.
    ///
    /// - Returns: what it had to say that nobody has read.
    func end() async throws -> [String]

    /// What is compared of a message.
    static func comparable(_ line: String) -> String
}

extension ExchangeTransport {
    func settle() {}
    func beginSession() {}
    static func comparable(_ line: String) -> String { line }
}

/// The body of the tests that have an exchange over one of the ways: the same messages must come, in the same order.
struct ExchangeRun<Transport: ExchangeTransport> {
    private var transport: Transport
    private var mask = StateMask()
    private var heldCount = 0

    private init(_ offer: ExchangeOffer) async throws {
        transport = try await Transport(offer)
    }

    static func check(_ name: String) async throws {
        let steps = try Exchange.named(name).steps
        // Streams that end together may do so in any order.
        let last = steps.firstIndex(of: .direction(["end"])) ?? steps.endIndex
        var run = try await ExchangeRun(.example(pageSize: nil))
        for step in steps[..<last] { try await run.take(step) }
        try await run.end(saying: steps[last...].compactMap { if case .server(let line) = $0 { line } else { nil } })
    }

    private mutating func take(_ step: Exchange.Step) async throws {
        switch step {
        case .comment: break
        case .client(let line): try await send(line)
        case .server(let line):
            let answer = try #require(try await transport.next(), "nothing comes instead of \(line)")
            #expect(Transport.comparable(mask.put(on: answer)) == Transport.comparable(line))
        case .direction(let words):
            guard let offer = ExchangeOffer(words) else { return try await follow(words) }
            try await end(saying: [])
            self = try await ExchangeRun(offer)
        }
    }

    private mutating func send(_ line: String) async throws {
        let holds = line.components(separatedBy: #""name":"hold""#).count - 1
        try await transport.send(mask.removed(from: line), holds: holds)
        // A call that is cancelled by the same message need never begin.
        guard holds > 0, !line.contains("notifications/cancelled") else { return }
        heldCount += holds
        let (control, heldCount) = (transport.control, heldCount)
        #expect(try await comes { try control.heldCount() >= heldCount }, "the call does not begin: \(line)")
    }

    private func follow(_ words: [String]) async throws {
        let control = transport.control
        try await transport.settle()
        switch words.first {
        case "pipes": break
        case "session": try await transport.beginSession()
        case "release": try control.release(words.last.flatMap { Int($0) } ?? 1)
        case "notify": try control.notify(Array(words.dropFirst()))
        case "updated": try control.notify(words)
        case "watched":
            // That a client has gone is noticed a moment later.
            let wanted = Set(words.dropFirst())
            #expect(try await comes { try control.watched() == wanted })
        default: Issue.record("unknown direction \(words)")
        }
    }

    /// Looks again and again; false where it does not come.
    private func comes(_ isThere: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1_000 {
            if try isThere() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Nothing more may come than what is on file.
    private func end(saying last: [String]) async throws {
        let rest = try await transport.end()
        #expect(rest.map(Transport.comparable).sorted() == last.map(Transport.comparable).sorted())
    }
}
