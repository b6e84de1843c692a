internal import CUnix
package import EventLoop
package import HostNode

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes controls into the files of a node, below its root and nowhere else.
///
/// Symlinks, of which sysfs is full, are resolved first and inside the root; the write itself follows none, so a link that
/// appears meanwhile cannot lead it away. Each write is done by a child of its own, since some sleep in the kernel for ever.
package struct HostWriter: NodeControls {
    package let files: any HostFiles
    private let root: String
    private let loop: EventLoop

    /// - Parameters:
    ///   - files: the node's files, for resolving and reading.
    ///   - root: the directory below which the same files lie.
    package init(files: any HostFiles, root: String, loop: EventLoop) {
        self.files = files
        self.root = root
        self.loop = loop
    }

    package func apply(_ control: HostControl) async -> ControlOutcome {
        let path: String
        do throws(HostFileError) { path = try files.resolve(control.path) } catch { return .failed(errno: error.errno) }
        let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failed(errno: errno) }
        defer { close(descriptor) }
        // Above the standard streams, which the child closes.
        let high = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
        guard high >= 0 else { return .failed(errno: errno) }
        defer { close(high) }
        let text = Array(control.text.utf8)
        let pid = text.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { csystem_start_write(high, path, $0.baseAddress, $0.count) }
        }
        guard pid > 0 else { return .failed(errno: errno) }
        return switch await Child(pid: pid, loop: loop).end(within: control.limit) {
        case .exited(0): .done
        case .exited(let code): .failed(errno: code > 0 && code < 255 ? code : EIO)
        case .killed: .failed(errno: EINTR)
        case .stuck(let child): .timedOut(child)
        }
    }
}

extension HostFileError {
    /// The errno that stands for it.
    fileprivate var errno: Int32 {
        switch cause {
        case .missing: ENOENT
        case .noPermission: EACCES
        case .wrongKind, .unusable: EINVAL
        case .tooLarge: EFBIG
        case .tooManyLinks: ELOOP
        case .system(let code): code
        }
    }
}
