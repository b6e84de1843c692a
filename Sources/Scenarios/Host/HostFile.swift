/// One entry of a node's file tree.
package enum HostFile: Sendable, Equatable {
    case file([UInt8])
    case directory
    /// The target, as readlink(2) gives it.
    case symlink(String)
    case characterDevice(major: UInt32, minor: UInt32)
    /// There, but it may not be read.
    case forbidden

    static func text(_ text: String) -> HostFile { .file(Array(text.utf8)) }
}
