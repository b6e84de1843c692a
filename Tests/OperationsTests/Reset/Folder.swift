import Glibc
import HostNode

/// A folder of real files that is removed with all its content when it goes out of scope.
final class Folder: Sendable {
    let path: String

    init(_ entries: [String: InMemoryHostFiles.Entry] = [:]) {
        var template = Array("/tmp/operations-test-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) { put(name, entry) }
    }

    deinit { Self.remove(path) }

    /// Makes, replaces or removes one entry.
    func put(_ name: String, _ entry: InMemoryHostFiles.Entry?) {
        let full = path + name
        unlink(full)
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            mkdir(parent, 0o755)
        }
        switch entry {
        case .file(let bytes)?: write(bytes, to: full, mode: 0o644)
        case .symlink(let target)?: symlink(target, full)
        case .directory?: mkdir(full, 0o755)
        default: break
        }
    }

    /// Makes a program of the node: a shell script.
    func script(_ name: String, _ body: String) {
        put(name, .text("#!/bin/sh\n\(body)\n"))
        chmod(path + name, 0o755)
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

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                let child = path + "/" + name
                if unlink(child) != 0 { remove(child) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}
