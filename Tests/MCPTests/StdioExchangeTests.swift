import Foundation
import JSON
import Testing

@testable import MCP

/// The recorded exchanges once more, over pipes: the same lines must come, in the same order.
@Suite(.serialized) struct StdioExchangeTests {
    /// Those that need neither a held call, nor an event, nor a server that is stricter than ours on pipes.
    static let names = ExchangeTests.names.filter { name in
        let file = ExchangeTests.folder.appending(path: name)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return false }
        return !text.contains("\"hold\"")
            && Exchange(text).steps.allSatisfy { step in
                guard case .direction(let words) = step else { return true }
                return ["full", "pages", "pipes", "session"].contains(words.first)
            }
    }

    @Test func mostFilesAreFit() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names) func answersAsInMemory(name: String) async throws {
        let file = ExchangeTests.folder.appending(path: name)
        var (connection, mask) = (try ServedConnection.overPipes(), StateMask())
        for step in Exchange(try String(contentsOf: file, encoding: .utf8)).steps {
            switch step {
            case .comment: break
            case .client(let line): connection.send(mask.removed(from: line) + "\n")
            case .server(let line):
                let answer = mask.put(on: try #require(connection.readLine()))
                #expect(answer == line)
            case .direction(["pipes"]), .direction(["session"]): break
            case .direction(let words):
                try await end(connection)
                let size = words.last.flatMap { Int($0) }
                let offer = words.first == "full" ? FullServer.make(pageSize: size) : ExampleServer.make(pageSize: size)
                (connection, mask) = (try ServedConnection.overPipes(serving: offer), StateMask())
            }
        }
        try await end(connection)
    }

    /// Nothing more may come than what is on file.
    private func end(_ connection: ServedConnection) async throws {
        connection.closeInput()
        #expect(await connection.end() == .inputEnded)
        var waiting: Int32 = -1
        #expect(ioctl(connection.fromServer, UInt(FIONREAD), &waiting) == 0)
        #expect(waiting == 0)
    }
}
