import Glibc
import TestSupport
import Testing

@testable import HostNode

/// The ways in which the same node can be put before the code under test.
enum Tree: CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case directory
    /// A directory as on a kernel without openat2.
    case walkedDirectory
    /// A directory of a larger in-memory tree.
    case subtree

    var testDescription: String { "\(self)" }

    /// A node with these files; real ones are removed with the last use of the result.
    func files(_ entries: [String: InMemoryHostFiles.Entry]) throws -> any HostFiles {
        switch self {
        case .memory: return InMemoryHostFiles(entries)
        case .subtree:
            let moved = entries.map { ("/outer/root" + $0.key, $0.value) }
            return HostSubtree("/outer/root", of: InMemoryHostFiles(Dictionary(uniqueKeysWithValues: moved)))
        case .directory, .walkedDirectory:
            let folder = try TemporaryFolder()
            try folder.write(entries)
            let directory = try HostDirectory(root: folder.path, usesOpenInRoot: self == .directory)
            return TemporaryFiles(base: directory, folder: folder)
        }
    }
}

/// The files of a folder that lives as long as they do.
struct TemporaryFiles: HostFiles {
    let base: HostDirectory
    let folder: TemporaryFolder

    func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] { try base.head(path, limit: limit) }
    func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError) {
        try base.forEachChunk(of: path, from: start, body)
    }
    func list(_ path: String) throws(HostFileError) -> [String] { try base.list(path) }
    func link(_ path: String) throws(HostFileError) -> String { try base.link(path) }
    func status(_ path: String) throws(HostFileError) -> HostFileStatus { try base.status(path) }
    func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink] {
        try base.links(in: path, containing: part)
    }
    func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool {
        try base.mayOpen(path, forWriting: forWriting)
    }
}

extension TemporaryFolder {
    func write(_ entries: [String: InMemoryHostFiles.Entry]) throws {
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) { try write(entry, at: name) }
    }

    func write(_ entry: InMemoryHostFiles.Entry, at name: String) throws {
        let full = path + name
        makeParents(of: name)
        switch entry {
        case .file(let bytes): try write(bytes, to: full)
        case .directory: mkdir(full, 0o755)
        case .symlink(let target):
            guard symlink(target, full) == 0 else { throw TestSystemError(call: "symlink \(full)") }
        case .characterDevice(let major, let minor):
            let device = dev_t(major) << 8 | dev_t(minor)
            guard mknod(full, S_IFCHR | 0o666, device) == 0 else { throw TestSystemError(call: "mknod \(full)") }
        case .forbidden:
            try write([], to: full)
            chmod(full, 0)
        }
    }

    private func write(_ bytes: [UInt8], to full: String) throws {
        guard let file = fopen(full, "w") else { throw TestSystemError(call: "fopen \(full)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw TestSystemError(call: "fwrite \(full)") }
    }
}
