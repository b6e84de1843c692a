#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads a real directory as the files of a node: regular files, symlinks as they are written, and directories.
struct HostFolder {
    /// Bytes of all files together, entries and levels at most; a recorded node has a tenth of it.
    private static let sizeLimit = 32 << 20
    private static let countLimit = 50_000
    private static let depthLimit = 24
    /// What lies in a recording's folder and is none of the node's directories.
    private static let apart: Set<String> = ["golden"]

    private(set) var files: [String: HostFile] = [:]
    private var size = 0

    /// - Parameter path: the directory. Files on its top level, such as the scenario itself, are none of the node's.
    init(_ path: String) throws(FileError) {
        for name in try Self.names(in: path) where !Self.apart.contains(name) {
            guard Self.kind("\(path)/\(name)") == S_IFDIR else { continue }
            try add("\(path)/\(name)", as: name, depth: 0)
        }
    }

    private mutating func add(_ path: String, as name: String, depth: Int) throws(FileError) {
        guard files.count < Self.countLimit, depth < Self.depthLimit else {
            throw FileError(problem: "holds more than \(Self.countLimit) files or \(Self.depthLimit) levels")
        }
        switch Self.kind(path) {
        case S_IFDIR:
            files[name] = .directory
            for child in try Self.names(in: path) {
                try add("\(path)/\(child)", as: "\(name)/\(child)", depth: depth + 1)
            }
        case S_IFREG:
            let bytes = try readFile(path, limit: Self.sizeLimit - size)
            size += bytes.count
            files[name] = .file(bytes)
        case S_IFLNK: files[name] = .symlink(try Self.target(path))
        default: return
        }
    }

    /// The file type bits; nil for what is not there.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func target(_ path: String) throws(FileError) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0, count < buffer.count else { throw FileError(problem: "\(path) cannot be read") }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path) else {
            throw FileError(problem: "cannot be listed: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // A name may be longer than the structure says; the kernel ends it with a zero.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            let name = String(cString: start)
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
