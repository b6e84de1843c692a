#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Keeps other agents on the node from resetting a GPU at the same time: each session is a process of its own, in this pod
/// or another one.
///
/// It is a flock(2) on the directory where the node's root lies, which all of them see and which needs no right to write.
/// The kernel takes it back when the process ends.
struct ResetLock: ~Copyable {
    private let descriptor: Int32

    /// Nil where another process has it. A file system that knows no locks keeps nobody away.
    init?(root: String) {
        let opened = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if opened >= 0, flock(opened, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(opened)
            return nil
        }
        descriptor = opened
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Lets others go on.
    consuming func release() {}
}
