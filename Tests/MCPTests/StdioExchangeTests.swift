import Foundation
import JSON
import TestSupport
import Testing

@testable import MCP

/// The recorded exchanges once more, over the pipes of a child process.
@Suite(.serialized, .blocking) struct StdioExchangeTests {
    /// All but those with a server that is stricter than ours on pipes.
    static let names = ExchangeTests.names.filter { name in
        (try? Exchange.named(name).steps.contains(.direction(["strict"]))) == false
    }

    @Test func nearlyAllFilesAreFit() {
        #expect(Self.names.count >= ExchangeTests.names.count - 1)
    }

    @Test(arguments: names) func answersAsOnFile(name: String) async throws {
        try await ExchangeRun<ChildTransport>.check(name)
    }
}
