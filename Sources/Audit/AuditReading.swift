#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads audit logs.
package enum AuditReading {
    /// The lines of a log that somebody names; the file is only read.
    ///
    /// - Throws: where it cannot be read or is longer than `limit` bytes.
    package static func file(_ path: String, limit: Int = 1 << 30) throws(AuditError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .system("opened", path, errno) }
        defer { close(descriptor) }
        let bytes = try bytes(of: descriptor, path, limit: limit + 1)
        guard bytes.count <= limit else {
            throw AuditError("The audit log \(path) is longer than \(limit) bytes.", remedy: "Check it in parts.")
        }
        return bytes
    }

    /// The last `limit` bytes, from the beginning of a line on if that is not all.
    static func bytes(of descriptor: Int32, _ path: String, limit: Int) throws(AuditError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("read", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AuditError("\(path) is not a regular file.", remedy: "Name an audit log.")
        }
        let size = Int(status.st_size)
        let start = max(0, size - limit)
        var bytes = [UInt8](repeating: 0, count: size - start)
        var filled = 0
        while filled < bytes.count {
            let (offset, left) = (start + filled, bytes.count - filled)
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + (offset - start) }, left, off_t(offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path, errno) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        guard start > 0 else { return bytes }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            throw AuditError(
                "The audit log \(path) ends in a line of more than \(limit) bytes.",
                remedy: "It is no record of this agent: keep it apart, and name a new file.")
        }
        return Array(bytes[(end + 1)...])
    }
}
