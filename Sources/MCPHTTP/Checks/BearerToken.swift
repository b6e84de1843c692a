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
        var version: FileVersion?
        var token: [UInt8] = []
    }

    private let file: String
    private let state = Mutex(State())

    init(file: String) { self.file = file }

    /// - Parameter header: the value of `Authorization`.
    func accepts(_ header: String) -> Bool {
        let scheme = "bearer "
        guard header.lowercased().hasPrefix(scheme) else { return false }
        let sent = header.dropFirst(scheme.count).utf8.filter { $0 != 0x20 }
        let token = current()
        return !token.isEmpty && Secret.areEqual(Array(sent), token)
    }

    /// Nothing, and so nobody is let in, while the file cannot be read.
    private func current() -> [UInt8] {
        state.withLock { state in
            let version = FileVersion(file)
            if version == nil || version != state.version {
                state.token = version == nil ? [] : (readFile(file, limit: 4_096) ?? []).filter { $0 > 0x20 }
                state.version = version
            }
            return state.token
        }
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

/// The bytes of a small file; nil where it cannot be read or is larger.
func readFile(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0, count <= limit else { return nil }
    return Array(bytes.prefix(count))
}
