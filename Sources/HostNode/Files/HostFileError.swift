package import Snapshots

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a file of the node could not be read.
package struct HostFileError: Error, Sendable, Hashable {
    package enum Cause: Sendable, Hashable {
        case missing
        case noPermission
        /// Not a regular file where one was asked for, or no directory, or no symlink.
        case wrongKind
        /// Longer than the caller is willing to hold, in bytes.
        case tooLarge(limit: Int)
        /// Not what it is said to be.
        case unusable(UnusableFile)
        /// More than 40 symlinks, most likely in a circle.
        case tooManyLinks
        /// Any other answer of the kernel, as errno.
        case system(errno: Int32)
    }

    /// The path asked for, below the node's root.
    package let path: String
    package let cause: Cause

    package init(path: String, cause: Cause) {
        self.path = path
        self.cause = cause
    }

    /// The error for what the kernel left in `errno`.
    init(path: String, errno code: Int32) {
        let cause: Cause =
            switch code {
            case ENOENT: .missing
            case EACCES, EPERM: .noPermission
            case ENOTDIR, EISDIR, EINVAL: .wrongKind
            case ELOOP: .tooManyLinks
            default: .system(errno: code)
            }
        self.init(path: path, cause: cause)
    }
}

extension HostFileError: CustomStringConvertible {
    /// One sentence with the remedy where there is one.
    package var description: String {
        switch cause {
        case .missing: "\(path) does not exist"
        case .noPermission: "\(path) may not be read: run as root, in a privileged pod"
        case .wrongKind: "\(path) is not the kind of file that was expected there"
        case .tooLarge(let limit): "\(path) is longer than \(limit) bytes"
        case .unusable(let fault): "\(path) is no log as text (\(fault.word)). \(fault.remedy)"
        case .tooManyLinks: "\(path) runs through too many symlinks"
        case .system(let code): "\(path) could not be read (errno \(code))"
        }
    }
}
