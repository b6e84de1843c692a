internal import CUnix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Whether a folder is the root of a running system and not one that only plays a node.
package enum LiveRoot {
    /// True, too, where that cannot be found out.
    package static func isLive(_ root: String) -> Bool {
        guard let folder = identity(root) else { return true }
        if [identity("/"), identity("/host")].contains(folder) { return true }
        return csystem_is_kernel_file_system("\(root)/proc") != 0 || csystem_is_kernel_file_system("\(root)/sys") != 0
    }

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    /// By whatever path it is named.
    private static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
    }
}
