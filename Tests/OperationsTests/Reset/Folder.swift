import Glibc
import HostNode
import TestSupport
import Testing

/// A folder of real files that is removed with all its content when it goes out of scope.
final class Folder: Sendable {
    private let folder: TemporaryFolder
    var path: String { folder.path }

    init(_ entries: [String: InMemoryHostFiles.Entry] = [:]) throws {
        folder = try TemporaryFolder()
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) { put(name, entry) }
    }

    /// Makes, replaces or removes one entry.
    func put(_ name: String, _ entry: InMemoryHostFiles.Entry?) {
        let full = path + name
        unlink(full)
        folder.makeParents(of: name)
        switch entry {
        case .file(let bytes)?: write(bytes, to: full, mode: 0o644)
        case .symlink(let target)?: symlink(target, full)
        case .directory?: mkdir(full, 0o755)
        default: break
        }
    }

    /// Makes a program of the node: a shell script.
    func script(_ name: String, _ body: String) { program(name, "#!/bin/sh\n\(body)\n") }

    func program(_ name: String, _ text: String) {
        put(name, nil)
        do throws(TestSystemError) { try makeProgram(text, at: path + name) } catch { Issue.record(error) }
    }

    func text(_ name: String) -> String {
        guard let file = fopen(path + name, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func write(_ bytes: [UInt8], to full: String, mode: mode_t) {
        let file = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = Glibc.write(file, bytes, bytes.count)
        close(file)
    }
}
