#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a file could not be read.
struct FileError: Error {
    let problem: String
}

/// The bytes of a file.
///
/// - Throws: when it cannot be read or holds more than `limit` bytes.
func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(problem: "cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
            throw FileError(
                problem: errno == EISDIR
                    ? "is a folder; name the scenario file in it, in one that `record` made scenario.json"
                    : "cannot be read: \(String(cString: strerror(errno)))")
        }
        bytes.append(contentsOf: chunk[..<count])
        guard bytes.count <= limit else { throw FileError(problem: "is larger than \(limit) bytes") }
    }
}

/// Whether a path exists, whatever it is.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
