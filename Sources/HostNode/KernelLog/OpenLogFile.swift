#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A regular file that is open for reading, and which file that is.
final class OpenLogFile {
    /// Which file it is, whatever its name: two files that exist at the same time never have the same.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    let descriptor: HostDescriptor
    let identity: Identity?

    init(_ descriptor: consuming HostDescriptor) {
        identity = Self.status(descriptor.number).map { status in
            Identity(
                device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
        }
        self.descriptor = descriptor
    }

    /// Bytes; nil where the kernel does not tell.
    var size: Int64? { Self.status(descriptor.number).map { Int64($0.st_size) } }

    /// Goes to a place, in bytes from the beginning; false where that cannot be done.
    func seek(to place: Int64) -> Bool { lseek(descriptor.number, off_t(place), SEEK_SET) >= 0 }

    private static func status(_ number: CInt) -> stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }
}
