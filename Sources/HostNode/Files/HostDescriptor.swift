import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The number that a failed system call left in `errno`.
struct SystemError: Error {
    let code: Int32

    static var last: SystemError { SystemError(code: errno) }
}

/// An open file of the node, closed when it goes out of scope.
struct HostDescriptor: ~Copyable {
    let number: CInt

    /// Takes what a system call returned: -1 is an error in `errno`.
    init(_ number: CInt) throws(SystemError) {
        guard number >= 0 else { throw .last }
        self.number = number
    }

    deinit { _ = close(number) }

    /// The bytes that one read(2) gives, 0 at the end; interrupted calls are made again.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(number, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(number, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 { return count }
            guard errno == EINTR else { throw .last }
        }
    }

    /// Up to `limit` bytes from here on.
    func head(limit: Int) throws(SystemError) -> [UInt8] {
        var bytes = try chunk(min(limit, 4096))
        var isAtEnd = bytes.isEmpty
        while !isAtEnd, bytes.count < limit {
            // A short read of a /proc file need not be its end.
            let more = try chunk(min(limit - bytes.count, 64 << 10))
            isAtEnd = more.isEmpty
            bytes += more
        }
        return bytes
    }

    /// All that is left, in pieces of at most 128 KiB, until `body` returns false.
    func forEachChunk(from start: UInt64, _ body: (UnsafeRawBufferPointer) -> Bool) throws(SystemError) {
        if start > 0, lseek(number, off_t(clamping: start), SEEK_SET) < 0 { throw SystemError(code: errno) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            guard count > 0, body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
        }
    }

    private func chunk(_ size: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(SystemError) {
                count = try read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func status() throws(SystemError) -> HostFileStatus {
        var status = csystem_status()
        guard csystem_status_of(number, &status) == 0 else { throw .last }
        return HostFileStatus(status)
    }

    /// What is behind the name `name` in this directory, symlinks followed as the kernel does.
    func status(of name: String) throws(SystemError) -> HostFileStatus {
        var status = csystem_status()
        guard csystem_status_at(number, name, &status) == 0 else { throw .last }
        return HostFileStatus(status)
    }

    /// Whether it is of /proc, whose links lead to open files and not to their paths.
    var isOfProc: Bool { csystem_is_proc(number) == 1 }

    /// Calls `body` with the name of each entry of this directory, `.` and `..` left out; the name is NUL-terminated.
    ///
    /// - Parameter fillsBuffers: true where all but the last call fill the buffer, which saves the one that finds nothing:
    ///   so does /proc, file systems in general do not.
    func forEachEntry(
        fillsBuffers: Bool = false, _ body: (UnsafePointer<CChar>) -> Void
    ) throws(SystemError) {
        var failure: SystemError?
        withUnsafeTemporaryAllocation(byteCount: 32 << 10, alignment: 8) { buffer in
            while true {
                let count = csystem_directory_records(number, buffer.baseAddress, buffer.count)
                if count < 0 { failure = .last }
                guard count > 0 else { return }
                Self.forEachRecord(UnsafeRawBufferPointer(rebasing: buffer[..<count]), body)
                // A record is at most 280 bytes long.
                if fillsBuffers, count < buffer.count / 2 { return }
            }
        }
        if let failure { throw failure }
    }

    private static func forEachRecord(_ records: UnsafeRawBufferPointer, _ body: (UnsafePointer<CChar>) -> Void) {
        let nameOffset = Int(csystem_record_name_offset)
        var start = 0
        while start + nameOffset < records.count, let base = records.baseAddress {
            let length = Int(
                records.loadUnaligned(fromByteOffset: start + Int(csystem_record_length_offset), as: UInt16.self))
            guard length > nameOffset else { return }
            let name = (base + start + nameOffset).assumingMemoryBound(to: CChar.self)
            start += length
            let dot = CChar(bitPattern: UInt8(ascii: "."))
            if name[0] == dot, name[1] == 0 || (name[1] == dot && name[2] == 0) { continue }
            body(name)
        }
    }

    /// The target of the symlink `name` in this directory; of this very handle if `name` is empty. Nil if unreadable.
    func withTarget<Result>(of name: UnsafePointer<CChar>, _ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer -> Result? in
            guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
            let count = readlinkat(number, name, base, buffer.count)
            guard count >= 0 else { return nil }
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    func target(of name: String = "") throws(SystemError) -> String {
        guard let target = withTarget(of: name, { String(decoding: $0, as: UTF8.self) }) else { throw .last }
        return target
    }
}

extension HostFileStatus {
    fileprivate init(_ status: csystem_status) {
        let kind: Kind =
            switch mode_t(status.mode) & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symlink
            case S_IFCHR: .characterDevice(major: status.major, minor: status.minor)
            case S_IFSOCK: .socket
            default: .other
            }
        self.init(kind: kind, size: status.size, permissions: status.mode & 0o7777, uid: status.uid)
    }
}
