import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real directory as a node's root: `/` on the node, `/host` in a pod, a recorded folder in a test.
///
/// Below any other root than `/` the kernel resolves each path inside it (openat2, Linux 5.6), or this room walks it name by
/// name on older kernels. Opening is never done to a device, pipe or socket: that alone can change or block something.
package final class HostDirectory: HostFiles {
    /// Where the root is, seen from this process.
    package let root: String

    private let descriptor: HostDescriptor
    /// Of the process' own root nothing can escape, so paths need no special care.
    private let isOwnRoot: Bool
    private let usesOpenInRoot: Bool

    package convenience init(root: String) throws(HostFileError) {
        try self.init(root: root, usesOpenInRoot: true)
    }

    /// - Parameter usesOpenInRoot: false makes it walk as on a kernel without openat2.
    init(root: String, usesOpenInRoot: Bool) throws(HostFileError) {
        self.root = root
        isOwnRoot = HostPath.components(root).isEmpty
        do {
            descriptor = try HostDescriptor(openat(AT_FDCWD, root, csystem_handle_flags() | O_DIRECTORY))
        } catch {
            throw HostFileError(path: root, errno: error.code)
        }
        self.usesOpenInRoot = usesOpenInRoot && Self.kernelOpensInRoot(descriptor.number)
    }

    /// Old kernels do not know the call, old seccomp profiles answer EPERM to it.
    private static func kernelOpensInRoot(_ root: CInt) -> Bool {
        guard let probe = try? HostDescriptor(csystem_open_in_root(root, "/", csystem_handle_flags())) else {
            return false
        }
        return probe.number >= 0
    }

    package func head(_ path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        try reaching(path) { () throws(SystemError) in
            if !Self.isKernelFile(path) { try requireRegular(path) }
            return try self.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC).head(limit: max(0, limit))
        }
    }

    package func forEachChunk(
        of path: String, from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(HostFileError) {
        try reaching(path) { () throws(SystemError) in
            if !Self.isKernelFile(path) { try requireRegular(path) }
            try self.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC).forEachChunk(from: start, body)
        }
    }

    /// Opens a character device, without waiting for it. Only for devices that opening does not change.
    func openDevice(_ path: String, major: UInt32, minor: UInt32) throws(HostFileError) -> HostDescriptor {
        guard try status(path).kind == .characterDevice(major: major, minor: minor) else {
            throw HostFileError(path: path, cause: .wrongKind)
        }
        do throws(SystemError) {
            return try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        } catch {
            throw HostFileError(path: path, errno: error.code)
        }
    }

    /// Opens a regular file for reading in pieces over a time.
    func openRegular(_ path: String) throws(HostFileError) -> HostDescriptor {
        try reaching(path) { () throws(SystemError) in
            try requireRegular(path)
            return try self.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        }
    }

    package func list(_ path: String) throws(HostFileError) -> [String] {
        try reaching(path) { () throws(SystemError) in
            var names: [String] = []
            try self.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC).forEachEntry { names.append(String(cString: $0)) }
            return names
        }
    }

    package func links(in path: String, containing part: String) throws(HostFileError) -> [HostLink] {
        let part = Array(part.utf8)
        return try reaching(path) { () throws(SystemError) in
            var links: [HostLink] = []
            let directory = try self.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            try directory.forEachEntry(fillsBuffers: path.hasPrefix("/proc/")) { name in
                let target = directory.withTarget(of: name) {
                    $0.contains(part) ? String(decoding: $0, as: UTF8.self) : nil
                }
                if let target { links.append(HostLink(name: String(cString: name), target: target)) }
            }
            return links
        }
    }

    package func link(_ path: String) throws(HostFileError) -> String {
        guard let parent = HostPath.parent(path) else { throw HostFileError(path: path, cause: .wrongKind) }
        return try reaching(path) { () throws(SystemError) in
            try self.open(parent, csystem_handle_flags() | O_DIRECTORY).target(of: HostPath.name(path))
        }
    }

    package func status(_ path: String) throws(HostFileError) -> HostFileStatus {
        try reaching(path) { () throws(SystemError) in try self.open(path, csystem_handle_flags()).status() }
    }

    package func openFileStatus(_ name: String, in path: String) throws(HostFileError) -> HostFileStatus {
        try reaching("\(path)/\(name)") { () throws(SystemError) in
            let directory = try self.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            // Elsewhere a link is only a path, which must not lead out of the root.
            guard directory.isOfProc else { return try self.open("\(path)/\(name)", csystem_handle_flags()).status() }
            return try directory.status(of: name)
        }
    }

    package func mayOpen(_ path: String, forWriting: Bool) throws(HostFileError) -> Bool {
        let resolved = try resolve(path)
        let mode = forWriting ? R_OK | W_OK : R_OK
        return try reaching(path) { () throws(SystemError) in
            let parent = try self.open(HostPath.parent(resolved) ?? "/", csystem_handle_flags() | O_DIRECTORY)
            let name = HostPath.name(resolved)
            if faccessat(parent.number, name.isEmpty ? "." : name, mode, 0) == 0 { return true }
            guard errno == EACCES || errno == EPERM || errno == EROFS else { throw .last }
            return false
        }
    }

    package func connect(_ path: String, milliseconds: UInt32) throws(HostFileError) -> HostSocket {
        guard try status(path).kind == .socket else { throw HostFileError(path: path, cause: .wrongKind) }
        let resolved = try resolve(path)
        return try reaching(path) { () throws(SystemError) in
            let parent = try self.open(HostPath.parent(resolved) ?? "/", csystem_handle_flags() | O_DIRECTORY)
            return try HostSocket(in: parent, name: HostPath.name(resolved), milliseconds: milliseconds)
        }
    }

    private func requireRegular(_ path: String) throws(SystemError) {
        let status = try open(path, csystem_handle_flags()).status()
        guard status.kind == .regular else { throw SystemError(code: EINVAL) }
    }

    /// What lies in /proc and /sys is made by the kernel: there are no device nodes or pipes to open by mistake,
    /// and one call less per file counts with thousands of processes.
    private static func isKernelFile(_ path: String) -> Bool {
        (path.hasPrefix("/proc/") || path.hasPrefix("/sys/")) && !path.contains("/fd/") && !path.contains("/root/")
            && !path.contains("/cwd/")
    }

    private func open(_ path: String, _ flags: CInt) throws(SystemError) -> HostDescriptor {
        // A name with a NUL would be cut there and mean another file.
        guard !path.utf8.contains(0) else { throw SystemError(code: ENOENT) }
        if isOwnRoot { return try HostDescriptor(openat(descriptor.number, path, flags)) }
        if usesOpenInRoot { return try HostDescriptor(csystem_open_in_root(descriptor.number, path, flags)) }
        return try HostPathWalk(root: descriptor.number).open(path, flags)
    }

    /// Runs `body` and tells its errors as those of `path`.
    private func reaching<Result: ~Copyable>(
        _ path: String, _ body: () throws(SystemError) -> Result
    ) throws(HostFileError) -> Result {
        do {
            return try body()
        } catch {
            throw HostFileError(path: path, errno: error.code)
        }
    }
}
