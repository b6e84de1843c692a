#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// An audit log in a file: it only ever grows, and several agents may write to it.
final class AuditFile: Sendable {
    let path: String
    private let descriptor: Int32
    /// Of the end of the file, where the last record must be found.
    private static let tailBytes = 2 * AuditRecord.lengthLimit
    /// How often the lock is asked for, every 20 ms: another writer needs it for no longer than a disk's fsync.
    private static let lockAttempts = 100

    /// Opens the file, or makes it for its owner only.
    init(path: String) throws(AuditError) {
        self.path = path
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .system("opened", path, errno) }
        var status = stat()
        let code = fstat(descriptor, &status)
        let fault: String? =
            code != 0 || status.st_mode & S_IFMT != S_IFREG
            ? "is not a regular file"
            : status.st_mode & 0o022 != 0
                ? "can be written to by others than its owner"
                : status.st_uid != geteuid() ? "belongs to another user" : nil
        guard let fault else { return }
        // The descriptor is closed by deinit, which runs since all members are set.
        throw AuditError(
            "The audit log \(path) \(fault).",
            remedy: "Name a file of this user with mode 0600, or one that does not exist.")
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds one record behind the last one and waits until the disk has it.
    ///
    /// - Parameter makeLine: given where the chain ends, the line and its digest.
    func append(
        _ makeLine: (AuditPlace) -> (bytes: [UInt8], digest: String)
    ) throws(AuditError) -> AuditPlace {
        try lock()
        defer { _ = flock(descriptor, LOCK_UN) }
        try requireSameFile()
        let place = try end()
        let line = makeLine(place)
        try AuditRecord.requireLength(line.bytes)
        // A line that was never finished is closed first, so that it cannot swallow this one.
        let bytes = place.isInLine ? [UInt8(ascii: "\n")] + line.bytes : line.bytes
        var writing = AuditWriting(bytes)
        try writing.run(descriptor, path)
        guard fsync(descriptor) == 0 else { throw .system("written to the disk", path, errno) }
        return AuditPlace(sequence: place.sequence + 1, digest: line.digest)
    }

    /// All of the file, or its last `limit` bytes from a line's beginning on.
    func contents(limit: Int) throws(AuditError) -> [UInt8] {
        try AuditReading.bytes(of: descriptor, path, limit: limit)
    }

    /// What goes into a file that was moved or deleted, nobody finds again.
    private func requireSameFile() throws(AuditError) {
        var (opened, named) = (stat(), stat())
        guard fstat(descriptor, &opened) == 0 else { throw .system("examined", path, errno) }
        let isNamed = lstat(path, &named) == 0
        guard isNamed, opened.st_dev == named.st_dev, opened.st_ino == named.st_ino, opened.st_nlink > 0 else {
            throw AuditError(
                "The audit log \(path) is no longer the file that was opened: it was moved, deleted or replaced.",
                remedy: "Put it back, or start the agent anew, which begins a new log; rotate it only between sessions."
            )
        }
    }

    private func lock() throws(AuditError) {
        for _ in 0..<Self.lockAttempts {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("locked", path, errno) }
            usleep(20_000)
        }
        throw AuditError(
            "The audit log \(path) is locked by another process.",
            remedy: "See who holds it (fuser, lslocks) and try again, or name another file with --audit-log.")
    }

    /// Where the chain ends.
    private func end() throws(AuditError) -> AuditPlace {
        let bytes = try contents(limit: Self.tailBytes)
        guard !bytes.isEmpty else { return AuditPlace() }
        // Only the line feed may be missing; then the record counts.
        if bytes.last != UInt8(ascii: "\n") {
            let start = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            if let record = AuditRecord(line: bytes[start...]) {
                return AuditPlace(sequence: record.sequence, digest: record.digest, isInLine: true)
            }
        }
        var end = bytes.count
        while let start = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) {
            let lineStart = bytes[..<start].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            if let record = AuditRecord(line: bytes[lineStart..<start]) {
                let torn = bytes[(start + 1)...]
                return AuditPlace(
                    sequence: record.sequence, digest: record.digest, tornBytes: torn.count,
                    isInLine: !torn.isEmpty && torn.last != UInt8(ascii: "\n"))
            }
            end = start
        }
        // The very first record, whose writer was killed; anything else is not ours to write behind.
        guard AuditRecord.isBeginning(of: bytes) else {
            throw AuditError(
                "\(path) is not empty and holds no record of this agent.",
                remedy: "Check it with `k8s-mcp-agent audit verify \(path)`, keep it apart, and name a new file.")
        }
        return AuditPlace(tornBytes: bytes.count, isInLine: bytes.last != UInt8(ascii: "\n"))
    }
}
