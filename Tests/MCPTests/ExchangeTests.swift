import Foundation
import JSON
import Testing

/// Every file in Exchanges, answered in memory and compared line by line. `UPDATE_GOLDEN=1` records the answers anew.
///
/// The same files are replayed over pipes and over HTTP, all by one body, ``ExchangeRun``.
@Suite struct ExchangeTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Exchanges")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".exchange") }.sorted()
    }()

    @Test func filesAreFound() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names) func answersInMemory(name: String) async throws {
        try await ExchangeRun<MemoryTransport>.check(name)
    }

    @Test(arguments: names) func answersAsRecorded(name: String) async throws {
        let file = Self.folder.appending(path: name)
        let recorded = Exchange(try String(contentsOf: file, encoding: .utf8))
        let replayed = await recorded.replayed()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Exchange.text(replayed).write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(replayed == recorded.steps)
        }
        for case .server(let line) in replayed {
            #expect(throws: Never.self) { try JSONParser.parse(line) }
        }
    }
}
