import Foundation
import TestSupport
import Testing

/// The package's folder.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Where the tests keep what they fetched and built; below .build, so never committed.
let testCache = packageRoot.appendingPathComponent(".build/test-cache/nvml")

/// What a fetching script printed, which is a path, or why it cannot be had.
struct Fetched: Sendable {
    let path: String?
    let reason: String
    let mayBeSkipped: Bool

    init(_ script: [String]) {
        do { self = try Self.fetch(script) } catch {
            self.init(path: nil, reason: "\(error)", mayBeSkipped: false)
        }
    }

    private init(path: String?, reason: String, mayBeSkipped: Bool) {
        self.path = path
        self.reason = reason
        self.mayBeSkipped = mayBeSkipped
    }

    private static func fetch(_ script: [String]) throws -> Fetched {
        let folder = try TemporaryFolder()
        let errors = folder.path + "/errors"
        let (status, output) = try ChildProcess.run(script, errors: .file(errors))
        return Fetched(
            path: status == 0 ? output.trimmingCharacters(in: .whitespacesAndNewlines) : nil,
            reason: try String(contentsOfFile: errors, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines),
            mayBeSkipped: status == 3)
    }

    /// The path; cancels the test, with the reason, where the script says that this machine cannot have it.
    func get() throws -> String {
        if let path { return path }
        guard mayBeSkipped else { throw FetchFailed(description: reason) }
        try Test.cancel("skipped: \(reason)")
    }
}

struct FetchFailed: Error, CustomStringConvertible {
    let description: String
}

func script(_ name: String) -> String {
    packageRoot.appendingPathComponent("Tests/Python/\(name)").path
}
