import JSON
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A cluster of the stand-in kubectl, with one ready GPU node.
final class Cluster {
    let root: String
    /// Where the built executables are: beside the test runner.
    static let products: String = {
        guard let path = realpath("/proc/self/exe", nil) else { return "." }
        defer { free(path) }
        return String(String(cString: path).reversed().drop { $0 != "/" }.dropFirst().reversed())
    }()

    /// Pods need namespaces of their own; where those cannot be made, the tests with real processes are skipped.
    static let isPossible: Bool = system("unshare --pid --net --fork --mount-proc true >/dev/null 2>&1") == 0

    init(_ faults: JSONValue = [:]) {
        var template = Array("/tmp/stand-in.XXXXXX\0".utf8CString)
        root = String(cString: mkdtemp(&template))
        mkdir("\(root)/tmp", 0o700)
        let script = """
            #!/bin/sh
            if [ "$1" = hold ]; then exec \(Self.products)/k8s-mcp-agent "$@"; fi
            case "$*" in *--simulate*) exec \(Self.products)/k8s-mcp-agent "$@";; esac
            case "$*" in *--exit-with*) exit 7;; *--ends-at-once*) exit 0;; esac
            exec cat
            """
        do throws(TestSystemError) { try makeProgram(script, at: "\(root)/agent") } catch { Issue.record(error) }
        set(faults)
    }

    deinit {
        for pid in processes() { kill(pid, SIGKILL) }
        _ = system("rm -rf '\(root)'")
    }

    func set(_ faults: JSONValue) {
        func node(_ name: String, _ ready: String) -> JSONValue {
            [
                "metadata": ["name": .string(name)],
                "status": ["conditions": [["type": "Ready", "status": .string(ready), "reason": "KubeletNotReady"]]],
            ]
        }
        let config: JSONValue = [
            "agent": .string("\(root)/agent"), "faults": faults,
            "nodes": [node("gpu-node-5", "True"), node("gpu-node-6", "False")],
        ]
        write("config.json", config.prettyPrinted())
    }

    func start(_ arguments: [String]) throws -> Session {
        try Session(
            ["\(Self.products)/k8s-mcp-agent"] + arguments,
            environment: ["STANDIN_STORE=\(root)", "TMPDIR=\(root)/tmp"])
    }

    /// A session with short times, so that what is left to the cluster is gone soon.
    func connect(_ arguments: [String] = [], node: String = "gpu-node-5") throws -> Session {
        let times = ["--grace", "6s", "--time-to-live", "1s", "--patience", "20s"]
        return try start(["connect", node, "--kubectl", "\(Self.products)/StandInKubectl"] + times + arguments)
    }

    /// What kubectl was asked.
    var calls: [[String]] {
        content("calls.log").split(separator: "\n").compactMap { line in
            (try? JSONParser.parse(String(line)))?.arrayValue?.compactMap(\.stringValue)
        }
    }

    /// The objects that exist.
    func objects() -> [String] {
        ["jobs", "pods", "events", "processes"].flatMap { folder in
            names(in: folder).filter { $0.hasSuffix(".json") }.map { "\(folder)/\($0)" }
        }
    }

    /// What lies in the folder for temporary files.
    func temporaryFiles() -> [String] { names(in: "tmp").filter { !$0.hasPrefix(".") }.map { "tmp/\($0)" } }

    private func names(in folder: String) -> [String] { Self.entries("\(root)/\(folder)") }

    private static func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// Makes an object that nothing of ours made.
    func put(_ object: String, _ content: JSONValue) { write(object, content.prettyPrinted()) }

    /// Makes an object vanish, as somebody else may.
    func remove(_ object: String) { unlink("\(root)/\(object)") }

    /// The living processes that belong to this cluster or to its clients.
    func processes() -> [pid_t] {
        Self.entries("/proc").compactMap { pid_t($0) }.filter { pid in
            pid != getpid() && Self.file("/proc/\(pid)/environ").contains("STANDIN_STORE=\(root)\0")
        }
    }

    /// Waits until nothing is left; returns what still is after `seconds`.
    func remains(after seconds: Int = 20) -> [String] {
        for _ in 0..<(seconds * 20) {
            if objects().isEmpty && temporaryFiles().isEmpty && processes().isEmpty { return [] }
            usleep(50_000)
        }
        return objects() + temporaryFiles() + processes().map { "process \($0): \(Self.file("/proc/\($0)/cmdline"))" }
    }

    private func write(_ name: String, _ text: String) {
        guard let file = fopen("\(root)/\(name).new", "w") else { return }
        fputs(text, file)
        fclose(file)
        rename("\(root)/\(name).new", "\(root)/\(name)")
    }

    private func content(_ name: String) -> String { Self.file("\(root)/\(name)") }

    static func file(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { content += chunk[..<count] }
        return String(decoding: content, as: UTF8.self)
    }
}
