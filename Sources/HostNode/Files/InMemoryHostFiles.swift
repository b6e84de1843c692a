/// A node made of values: what a simulated machine or a test says is in its files.
package struct InMemoryHostFiles: HostFiles {
    /// One entry of the tree.
    package enum Entry: Sendable, Hashable {
        case file([UInt8])
        case directory
        /// The target as readlink(2) would give it.
        case symlink(String)
        case characterDevice(major: UInt32, minor: UInt32)
        /// Something that is there but may not be read or listed.
        case forbidden

        /// A file with this text.
        package static func text(_ text: String) -> Entry { .file(Array(text.utf8)) }

        fileprivate var isSymlink: Bool {
            if case .symlink = self { true } else { false }
        }
    }

    /// Entries by absolute path without `.`, `..` or a trailing slash.
    private var entries: [String: Entry] = ["/": .directory]
    private var children: [String: [String]] = [:]
    /// False while every entry stands below directories, so that its path is the one that all symlinks resolve to.
    private var hasEntriesBelowSymlinks = false

    /// Makes the tree; directories on the way to an entry need not be named.
    package init(_ entries: [String: Entry] = [:]) {
        for (path, entry) in entries.sorted(by: { $0.key < $1.key }) { self[path] = entry }
    }

    /// The entry at `path`, no symlink followed. Setting it makes the directories above it.
    package subscript(_ path: String) -> Entry? {
        get { entries[HostPath.joined(HostPath.components(path))] }
        set { set(newValue, at: HostPath.components(path)) }
    }

    private mutating func set(_ entry: Entry?, at names: [String]) {
        guard let name = names.last else { return }
        let path = HostPath.joined(names)
        let parent = HostPath.joined(names.dropLast())
        guard let entry else {
            entries[path] = nil
            children[parent]?.removeAll { $0 == name }
            return
        }
        if entry.isSymlink ? children[path] != nil : entries[parent]?.isSymlink == true {
            hasEntriesBelowSymlinks = true
        }
        if entries.updateValue(entry, forKey: path) == nil {
            if entries[parent] == nil { set(.directory, at: Array(names.dropLast())) }
            children[parent, default: []].append(name)
        }
    }

    package func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        guard case .file(let bytes) = try entry(path).entry else { throw HostFileError(path: path, cause: .wrongKind) }
        return Array(bytes.prefix(max(0, limit)))
    }

    package func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError) {
        try head(path, limit: .max).withUnsafeBytes { bytes in
            var rest = bytes.dropFirst(Int(clamping: start))
            while !rest.isEmpty {
                guard body(UnsafeRawBufferPointer(rebasing: rest.prefix(128 << 10))) else { return }
                rest = rest.dropFirst(128 << 10)
            }
        }
    }

    package func list(_ path: String) throws(HostFileError) -> [String] {
        let (entry, resolved) = try entry(path)
        guard case .directory = entry else { throw HostFileError(path: path, cause: .wrongKind) }
        return children[resolved] ?? []
    }

    package func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink] {
        let (entry, resolved) = try entry(path)
        guard case .directory = entry else { throw HostFileError(path: path, cause: .wrongKind) }
        return (children[resolved] ?? []).compactMap { name in
            guard case .symlink(let target) = entries[resolved == "/" ? "/\(name)" : "\(resolved)/\(name)"],
                Array(target.utf8).withUnsafeBytes({ $0.contains(Array(part.utf8)) })
            else { return nil }
            return HostLink(name: name, target: target)
        }
    }

    package func link(_ path: String) throws(HostFileError) -> String {
        guard let parent = HostPath.parent(path) else { throw HostFileError(path: path, cause: .wrongKind) }
        let directory = try entry(parent).path
        switch entries[HostPath.joined(HostPath.components(directory) + [HostPath.name(path)])] {
        case .symlink(let target)?: return target
        case nil: throw HostFileError(path: path, cause: .missing)
        case .some: throw HostFileError(path: path, cause: .wrongKind)
        }
    }

    package func status(_ path: String) throws(HostFileError) -> HostFileStatus {
        switch entries[try resolved(path)] {
        case .file(let bytes)?: .init(kind: .regular, size: Int64(bytes.count), permissions: 0o644, uid: 0)
        case .directory?: .init(kind: .directory, size: 0, permissions: 0o755, uid: 0)
        case .characterDevice(let major, let minor)?:
            .init(kind: .characterDevice(major: major, minor: minor), size: 0, permissions: 0o666, uid: 0)
        case .forbidden?: .init(kind: .regular, size: 0, permissions: 0, uid: 0)
        case .symlink?, nil: throw HostFileError(path: path, cause: .missing)
        }
    }

    package func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool {
        try status(path).permissions & (forWriting ? 0o222 : 0o444) != 0
    }

    private func entry(_ path: String) throws(HostFileError) -> (entry: Entry, path: String) {
        let resolved = try resolved(path)
        guard let entry = entries[resolved] else { throw HostFileError(path: path, cause: .missing) }
        if case .forbidden = entry { throw HostFileError(path: path, cause: .noPermission) }
        return (entry, resolved)
    }

    private func resolved(_ path: String) throws(HostFileError) -> String {
        if !hasEntriesBelowSymlinks, let entry = entries[path], !entry.isSymlink { return path }
        do {
            return try HostPath.resolve(path) { (path) throws(HostFileError) in
                guard case .symlink(let target) = entries[path] else { return nil }
                return target
            }
        } catch {
            throw HostFileError(path: path, cause: error.cause)
        }
    }
}
