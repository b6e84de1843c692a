internal import Synchronization

/// A node's files that remember what of them was read: the part of the node that matters to whoever reads through this.
package final class RecordingHostFiles: HostFiles {
    private let base: any HostFiles
    private let seen = Mutex<[String: InMemoryHostFiles.Entry]>([:])

    package init(_ base: any HostFiles) { self.base = base }

    /// Everything that was read, by absolute path without symlinks.
    package var entries: [String: InMemoryHostFiles.Entry] { seen.withLock { $0 } }

    package func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        let bytes = try noting(path) { () throws(HostFileError) in try base.head(path, limit: limit) }
        note(path, .file(bytes))
        return bytes
    }

    package func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError) {
        try base.forEachChunk(of: path, from: start, body)
    }

    package func list(_ path: String) throws(HostFileError) -> [String] {
        let names = try noting(path) { () throws(HostFileError) in try base.list(path) }
        note(path, .directory)
        if !Self.fullFolders.contains(path) { for name in names { noteName("\(path)/\(name)") } }
        return names
    }

    /// Folders of which only those entries matter that are looked into.
    private static let fullFolders: Set<String> = ["/proc", "/dev", "/sys/bus/pci/devices"]

    /// Something that is there; what is in it is not known.
    private func noteName(_ path: String) {
        if let target = try? base.link(path) {
            note(path, .symlink(target), onlyIfNew: true, followsLast: false)
        } else {
            _ = try? status(path)
        }
    }

    package func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink] {
        let links = try noting(path) { () throws(HostFileError) in try base.links(in: path, containing: part) }
        note(path, .directory)
        for link in links { note("\(path)/\(link.name)", .symlink(link.target), followsLast: false) }
        return links
    }

    package func link(_ path: String) throws(HostFileError) -> String {
        let target = try base.link(path)
        note(path, .symlink(target), followsLast: false)
        return target
    }

    package func status(_ path: String) throws(HostFileError) -> HostFileStatus {
        let status = try base.status(path)
        switch status.kind {
        case .directory: note(path, .directory, onlyIfNew: true)
        case .characterDevice(let major, let minor): note(path, .characterDevice(major: major, minor: minor))
        case .regular, .socket, .other, .symlink:
            // What is in it is not known yet, or will not be.
            note(path, status.permissions == 0 ? .forbidden : .file([]), onlyIfNew: true)
        }
        return status
    }

    package func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool {
        try base.mayOpen(path, forWriting: forWriting)
    }

    package func connect(_ path: String, milliseconds: UInt32) throws(HostFileError) -> HostSocket {
        try base.connect(path, milliseconds: milliseconds)
    }

    /// Notes as well that something is there and may not be read.
    private func noting<Value>(
        _ path: String, _ read: () throws(HostFileError) -> Value
    ) throws(HostFileError) -> Value {
        do throws(HostFileError) { return try read() } catch {
            if error.cause == .noPermission { note(path, .forbidden) }
            throw error
        }
    }

    private func note(
        _ path: String, _ entry: InMemoryHostFiles.Entry, onlyIfNew: Bool = false, followsLast: Bool = true
    ) {
        let real: String
        do {
            if followsLast {
                real = try HostPath.resolve(path, target: target)
            } else {
                let parent = try HostPath.resolve(HostPath.parent(path) ?? "/", target: target)
                real = HostPath.joined(HostPath.components(parent) + [HostPath.name(path)])
            }
        } catch { return }
        seen.withLock { seen in
            switch (seen[real], entry) {
            case (.file(let known)?, .file(let bytes)) where known.count > bytes.count: return
            case (_?, _) where onlyIfNew: return
            default: seen[real] = entry
            }
        }
    }

    /// The symlinks on the way belong to what was read.
    private func target(_ path: String) throws(HostFileError) -> String? {
        guard let target = try base.linkTarget(path) else { return nil }
        seen.withLock { $0[path] = .symlink(target) }
        return target
    }
}
