/// One directory of a node as the root of another file system, as chroot(2) would have it: a driver root such as
/// `/run/nvidia/driver`, whose absolute symlinks mean files in itself.
package struct HostSubtree: HostFiles {
    private let base: any HostFiles
    /// The directory's path in the tree it is part of; empty for that tree's own root.
    private let prefix: String

    package init(_ root: String, of base: any HostFiles) {
        self.base = base
        let names = HostPath.components(root)
        prefix = names.isEmpty ? "" : HostPath.joined(names)
    }

    package func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        try base.head(outside(path), limit: limit)
    }

    package func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError) {
        try base.forEachChunk(of: outside(path), from: start, body)
    }

    package func list(_ path: String) throws(HostFileError) -> [String] {
        try base.list(outside(path))
    }

    package func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink] {
        try base.links(in: outside(path), containing: part)
    }

    package func link(_ path: String) throws(HostFileError) -> String {
        guard let parent = HostPath.parent(path) else { throw HostFileError(path: path, cause: .wrongKind) }
        return try base.link("\(outside(parent))/\(HostPath.name(path))")
    }

    package func status(_ path: String) throws(HostFileError) -> HostFileStatus {
        try base.status(outside(path))
    }

    package func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool {
        try base.mayOpen(outside(path), forWriting: forWriting)
    }

    package func connect(_ path: String, milliseconds: UInt32) throws(HostFileError) -> HostSocket {
        try base.connect(outside(path), milliseconds: milliseconds)
    }

    /// The path in the tree around, with every symlink resolved inside this one.
    private func outside(_ path: String) throws(HostFileError) -> String {
        let inside = try HostPath.resolve(path) { (path) throws(HostFileError) in try base.linkTarget(prefix + path) }
        return prefix.isEmpty ? inside : inside == "/" ? prefix : prefix + inside
    }
}
