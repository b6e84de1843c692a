import Foundation
import Testing

/// A node of Tests/Recordings, or a scenario that the agent brings along.
struct Recording: Sendable, Hashable, CustomTestStringConvertible {
    let name: String
    /// What `--simulate` is given.
    let scenario: String

    var testDescription: String { name }

    var golden: URL { Self.folder.appending(path: "\(name)/golden") }

    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let folder = package.appending(path: "Tests/Recordings")

    /// All recorded nodes, by name.
    static let all: [Recording] = names(in: folder).compactMap { name in
        let scenario = folder.appending(path: "\(name)/scenario.json").path
        guard FileManager.default.fileExists(atPath: scenario) else { return nil }
        return Recording(name: name, scenario: scenario)
    }

    /// All built-in scenarios, by name.
    static let builtIn: [Recording] = names(in: package.appending(path: "Sources/ScenarioData/data/scenarios"))
        .filter { $0.hasSuffix(".json") }.map {
            Recording(name: String($0.dropLast(5)), scenario: String($0.dropLast(5)))
        }

    static func named(_ name: String) -> Recording? { all.first { $0.name == name } }

    private static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }
}
