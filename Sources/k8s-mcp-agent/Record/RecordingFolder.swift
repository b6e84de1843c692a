#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why a recording cannot be written.
struct RecordingError: Error {
    let path: String
    let problem: String

    init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    /// The kernel's reason.
    static func last(_ path: String) -> RecordingError { .init(path, String(cString: strerror(errno))) }
}

/// A new folder on this machine, for its owner alone.
struct RecordingFolder {
    private let root: String

    /// - Throws: where there is something already.
    init(_ root: String) throws(RecordingError) {
        self.root = root
        if mkdir(root, 0o700) == 0 { return }
        guard errno == EEXIST else { throw .last(root) }
        // rmdir(2) takes empty folders only.
        guard rmdir(root) == 0, mkdir(root, 0o700) == 0 else { throw .init(root, "already exists and is not empty") }
    }

    func file(_ name: String, _ bytes: [UInt8]) throws(RecordingError) {
        let path = try place(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last(path) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .last(path) }
            rest = rest.dropFirst(count)
        }
    }

    func directory(_ name: String) throws(RecordingError) {
        let path = try place(name)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last(path) }
    }

    func symlink(_ name: String, to target: String) throws(RecordingError) {
        let path = try place(name)
        #if canImport(Glibc)
            let result = Glibc.symlink(target, path)
        #else
            let result = Darwin.symlink(target, path)
        #endif
        guard result == 0 else { throw .last(path) }
    }

    /// The path of an entry, whose folders are made. Names come from a node's files, so they are looked at again.
    private func place(_ name: String) throws(RecordingError) -> String {
        let parts = name.split(separator: "/")
        guard !parts.isEmpty, !parts.contains(".."), !parts.contains("."), !name.utf8.contains(0) else {
            throw .init(name, "is not a valid file name")
        }
        var path = root
        for part in parts.dropLast() {
            path += "/\(part)"
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last(path) }
        }
        return "\(path)/\(parts[parts.count - 1])"
    }
}
