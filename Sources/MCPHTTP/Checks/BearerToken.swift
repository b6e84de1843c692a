internal import MCP
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The token that clients must send, kept in a file that may be replaced while the server runs.
final class BearerToken: Sendable {
    private struct State {
        /// The version of the file that the token was read from; nil where there is none.
        var version: FileVersion?
        var token: [UInt8] = []
        /// Whether there was no token at the last look.
        var isLost = false
    }

    private let file: String
    private let onNotice: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(file: String, onNotice: @escaping @Sendable (String) -> Void = { _ in }) {
        self.file = file
        self.onNotice = onNotice
    }

    /// - Parameter header: the value of `Authorization`.
    func accepts(_ header: String) -> Bool {
        let scheme = "bearer "
        guard header.lowercased().hasPrefix(scheme) else { return false }
        let sent = Self.trimmed(Array(header.utf8.dropFirst(scheme.utf8.count)))
        let token = current()
        return !token.isEmpty && Secret.areEqual(sent, token)
    }

    /// Nothing, and so nobody is let in, while the file cannot be read; it is tried anew at each look.
    private func current() -> [UInt8] {
        let (token, hasTurned) = state.withLock { state -> ([UInt8], Bool) in
            let version = FileVersion(file)
            if version != nil, version == state.version { return (state.token, false) }
            state.token = (try? Self.token(in: file)) ?? []
            state.version = state.token.isEmpty ? nil : version
            defer { state.isLost = state.token.isEmpty }
            return (state.token, state.isLost != state.token.isEmpty)
        }
        if hasTurned { tell(isLost: token.isEmpty) }
        return token
    }

    private func tell(isLost: Bool) {
        guard isLost else { return onNotice("the token file \(file) can be read again") }
        do { _ = try Self.token(in: file) } catch { onNotice("nobody is let in: \(error)") }
    }

    /// Requests read the file anew, and a pipe gives what it holds only once. A file that is not there and a directory are
    /// told of by ``token(in:)``.
    ///
    /// - Throws: where the file is a pipe, a device or another thing that is no regular file.
    static func checkKind(of file: String) throws(HTTPServerError) {
        var status = stat()
        guard stat(file, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return }
        throw .token(
            file, "is no regular file and cannot be read again and again, as a pipe cannot",
            remedy: "write the token into a file, on one line, that stays where it is, and name that")
    }

    /// - Throws: where the file cannot be read, is too large or holds no token.
    static func token(in file: String) throws(HTTPServerError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileFault) { bytes = try readFile(file, limit: 4_096) } catch { throw .token(file, "\(error)") }
        let token = trimmed(bytes)
        guard !token.isEmpty else { throw .token(file, "is empty") }
        return token
    }

    /// Without the spaces and line ends around it; those inside it are part of what is compared.
    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 })
        else { return [] }
        return Array(bytes[first...last])
    }
}

/// Tells whether a file is still the one that was read.
struct FileVersion: Equatable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Glibc)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #else
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #endif
    }
}

/// Why a file cannot be used, in words that follow its name.
struct FileFault: Error, CustomStringConvertible {
    let description: String

    static var system: FileFault { FileFault(description: "cannot be read (\(String(cString: strerror(errno))))") }
}

/// The bytes of a small file. Nothing is waited for: a pipe may have been put in its place while the server runs.
///
/// - Throws: where it cannot be read, is larger or is no file that can be read again and again.
func readFile(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .system }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system }
    // What a directory is, reading it tells.
    guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
        throw FileFault(description: "is no regular file")
    }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw .system }
    guard count <= limit else { throw FileFault(description: "is larger than \(limit) bytes") }
    return Array(bytes.prefix(count))
}
