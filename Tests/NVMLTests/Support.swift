import Foundation
import Testing

/// A command that ended.
struct Finished {
    let status: Int32
    let output: String
    let errors: String
}

/// The package's folder.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Where the tests keep what they fetched and built; below .build, so never committed.
let testCache = packageRoot.appendingPathComponent(".build/test-cache/nvml")

/// Runs a command to its end.
func run(_ arguments: [String]) throws -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let base = testCache.appendingPathComponent("out-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: testCache, withIntermediateDirectories: true)
    // Files rather than pipes: nothing to deadlock on.
    let paths = [base.path + ".out", base.path + ".err"]
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = FileHandle(forWritingAtPath: paths[0])
    process.standardError = FileHandle(forWritingAtPath: paths[1])
    try process.run()
    process.waitUntilExit()
    let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return Finished(status: process.terminationStatus, output: texts[0], errors: texts[1])
}

/// What a fetching script printed, which is a path, or why it cannot be had.
struct Fetched: Sendable {
    let path: String?
    let reason: String
    let mayBeSkipped: Bool

    init(_ script: [String]) {
        do {
            let finished = try run(script)
            path = finished.status == 0 ? finished.output.trimmingCharacters(in: .whitespacesAndNewlines) : nil
            reason = finished.errors.trimmingCharacters(in: .whitespacesAndNewlines)
            mayBeSkipped = finished.status == 3
        } catch {
            path = nil
            reason = "\(error)"
            mayBeSkipped = false
        }
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
