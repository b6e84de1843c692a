#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why nothing could be written to the audit log, or nothing read from it. What was to be recorded must not be done.
package struct AuditError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed and where.
    package let message: String
    /// What to do about it.
    package let remedy: String

    package var description: String { "\(message) \(remedy)" }

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// A system call that failed.
    static func system(_ what: String, _ path: String, _ code: Int32) -> AuditError {
        let remedy =
            switch code {
            case ELOOP: "Name the file itself: a symlink could lead the record elsewhere."
            case ENOSPC, EDQUOT: "Make room there, or name another file with --audit-log."
            case EAGAIN: "Have whoever started the agent read its standard error, or name a file with --audit-log."
            case EACCES, EPERM, EROFS: "Name a file with --audit-log in a folder that the agent may write to."
            case ENOENT, ENOTDIR: "Make the folder, or name another file with --audit-log."
            default: "Name another file with --audit-log, or leave it out to have the record on standard error."
            }
        return AuditError(
            "The audit log \(path) cannot be \(what): \(String(cString: strerror(code))).", remedy: remedy)
    }
}
