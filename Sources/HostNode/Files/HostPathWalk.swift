import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Opens a path name by name below a root, for kernels without openat2.
///
/// Each directory stays open while the next name is looked up in it, so nobody can lead the walk out of the root by moving
/// directories or exchanging them for symlinks meanwhile.
struct HostPathWalk: ~Copyable {
    /// Directories from the root to where the walk stands, the root left out; all are handles of this walk.
    private var directories: [CInt] = []
    private var links = 0
    private let root: CInt

    init(root: CInt) {
        self.root = root
    }

    deinit { directories.forEach { _ = close($0) } }

    private var here: CInt { directories.last ?? root }

    /// Opens `path` with `flags`, following symlinks, its last one included.
    consuming func open(_ path: String, _ flags: CInt) throws(SystemError) -> HostDescriptor {
        var pending = Array(HostPath.components(path).reversed())
        while let name = pending.popLast() {
            if name == ".." {
                if let left = directories.popLast() { _ = close(left) }
                continue
            }
            let handle = try HostDescriptor(csystem_open_handle(here, name))
            let kind = try handle.status().kind
            if kind == .symlink {
                try follow(handle.target(), &pending)
            } else if pending.isEmpty {
                return try HostDescriptor(openat(here, name, flags | O_NOFOLLOW))
            } else {
                try enter(handle)
            }
        }
        return try HostDescriptor(openat(here, ".", flags))
    }

    private mutating func enter(_ handle: borrowing HostDescriptor) throws(SystemError) {
        let copy = fcntl(handle.number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .last }
        directories.append(copy)
    }

    private mutating func follow(_ target: String, _ pending: inout [String]) throws(SystemError) {
        links += 1
        guard links <= HostPath.maximumLinks, pending.count < 4096 else { throw SystemError(code: ELOOP) }
        if target.utf8.first == UInt8(ascii: "/") {
            directories.forEach { _ = close($0) }
            directories = []
        }
        pending.append(contentsOf: HostPath.components(target).reversed())
    }
}
