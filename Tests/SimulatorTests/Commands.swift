import Foundation
import TestSupport

/// Where things are in the package.
enum Paths {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func script(_ name: String) -> String { "\(root)/Tests/Python/\(name)" }

    /// The built-in scenarios, by their files.
    static func scenarioNames() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources/ScenarioData/data/scenarios")
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }
}

/// The simulator as a driver would install it.
struct Library {
    let folder: String
    var path: String { folder + "/libnvidia-ml.so.1" }

    init() throws {
        // The test runner lies beside the library that was built with it.
        let built = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let candidates = [built.path, Paths.root + "/.build/debug"].map { $0 + "/libNVMLSimulator.so" }
        guard let library = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
            throw CommandError(text: "build the simulator first: swift build --product NVMLSimulator")
        }
        folder = URL(filePath: library).deletingLastPathComponent().path + "/nvml-simulator"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A rename replaces the link in one step: tests run side by side.
        let link = folder + "/\(UUID().uuidString)"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: library)
        guard rename(link, path) == 0 else { throw CommandError(text: "cannot link \(path)") }
    }
}

struct CommandError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// A Python environment for tests, below `.build`.
enum Python {
    private static let requirement = "nvidia-ml-py==13.615.71"

    /// - Returns: the interpreter, or nil when the package index cannot be reached.
    static func withNVIDIAMLPy() throws -> String? {
        let folder = Paths.root + "/.build/simulator-python"
        let python = folder + "/bin/python"
        if try hasPackage(python) { return python }
        let made = try ChildProcess.run(["python3", "-m", "venv", folder])
        guard made.status == 0 else { throw CommandError(text: made.output) }
        _ = try ChildProcess.run([python, "-m", "pip", "install", "--quiet", requirement])
        return try hasPackage(python) ? python : nil
    }

    private static func hasPackage(_ python: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: python) else { return false }
        return try ChildProcess.run([python, "-c", "import pynvml"]).status == 0
    }
}
