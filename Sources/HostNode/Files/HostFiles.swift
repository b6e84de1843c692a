/// The files of a node, named by absolute paths below the node's root.
///
/// Everything that this room reads goes through here, so that a live node, a node mounted at `/host`, a recorded folder and
/// a simulated node are the same to it. Symlinks, absolute ones too, are resolved inside the root and cannot leave it.
package protocol HostFiles: Sendable {
    /// The first `limit` bytes of a regular file, fewer if it is shorter.
    func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8]

    /// A regular file in pieces from the byte `start` on, in order and in constant memory, until `body` returns false.
    /// A piece is valid only inside `body`.
    func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError)

    /// The names in a directory without `.` and `..`, in no order.
    func list(_ path: String) throws(HostFileError) -> [String]

    /// The symlinks in one directory whose target contains `part`; links that may not be read are left out.
    /// Made for `/proc/<pid>/fd`, where thousands of targets are of no interest.
    func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink]

    /// The target of the symlink at `path`, as it is written there.
    func link(_ path: String) throws(HostFileError) -> String

    /// What kind of file `path` is, symlinks followed.
    func status(_ path: String) throws(HostFileError) -> HostFileStatus

    /// What the open file is to which the link `name` of a folder /proc/<pid>/fd leads, in whatever mount namespace it lies.
    /// A file on a network share that is gone can make this wait.
    func openFileStatus(_ name: String, in path: String) throws(HostFileError) -> HostFileStatus

    /// Whether the agent may open `path`, by access(2): a device cgroup or a security module can still refuse it.
    func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool

    /// A connection to the unix socket at `path`, on which nobody waits longer than `milliseconds` from now on.
    /// A tree that is not a real directory has none.
    func connect(_ path: String, milliseconds: UInt32) throws(HostFileError) -> HostSocket
}

extension HostFiles {
    /// The whole of a regular file; an error where it is longer than `limit` bytes.
    package func read(_ path: String, limit: Int = 64 << 10) throws(HostFileError) -> [UInt8] {
        let bytes = try head(path, limit: limit + 1)
        guard bytes.count <= limit else { throw HostFileError(path: path, cause: .tooLarge(limit: limit)) }
        return bytes
    }

    package func connect(_ path: String, milliseconds: UInt32) throws(HostFileError) -> HostSocket {
        throw HostFileError(path: path, cause: try status(path).kind == .socket ? .noPermission : .wrongKind)
    }

    /// Where links are only paths.
    package func openFileStatus(_ name: String, in path: String) throws(HostFileError) -> HostFileStatus {
        try status("\(path)/\(name)")
    }

    /// Whether there is anything at `path`.
    package func exists(_ path: String) -> Bool {
        (try? status(path)) != nil
    }
}

/// One symlink of a directory.
package struct HostLink: Sendable, Hashable {
    package let name: String
    package let target: String

    package init(name: String, target: String) {
        self.name = name
        self.target = target
    }
}

/// What stat(2) tells of a file.
package struct HostFileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case regular
        case directory
        case symlink
        /// A character device with its numbers.
        case characterDevice(major: UInt32, minor: UInt32)
        /// A unix socket.
        case socket
        /// A pipe or block device.
        case other
    }

    package var kind: Kind
    /// Bytes; 0 for most files in /proc and /sys.
    package var size: Int64
    /// The permission bits, 0o000 to 0o7777.
    package var permissions: UInt32
    package var uid: UInt32

    package init(kind: Kind, size: Int64, permissions: UInt32, uid: UInt32) {
        self.kind = kind
        self.size = size
        self.permissions = permissions
        self.uid = uid
    }
}
