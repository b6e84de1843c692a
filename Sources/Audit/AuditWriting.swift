#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes bytes to a descriptor, and does not wait for ever for whoever reads at its other end.
struct AuditWriting {
    private var rest: ArraySlice<UInt8>
    private(set) var writtenCount = 0
    /// Whoever reads it has this long in all; then nothing is done rather than done without a record.
    private static let patience: Duration = .seconds(2)
    /// A pipe that takes anything takes this much at once without sleeping, in blocking mode too (PIPE_BUF, pipe(7)).
    private static let chunkBytes = 4_096

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func run(_ descriptor: Int32, _ path: String) throws(AuditError) {
        let end = ContinuousClock.now + Self.patience
        while !rest.isEmpty {
            guard Self.isWritable(descriptor, until: end) else { throw .system("written to", path, EAGAIN) }
            let count = rest.prefix(Self.chunkBytes).withUnsafeBytes {
                systemWrite(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
                writtenCount += count
            } else {
                let code = count == 0 ? EIO : errno
                let isTransient = code == EINTR || (code == EAGAIN && ContinuousClock.now < end)
                guard isTransient else { throw .system("written to", path, code) }
            }
        }
    }

    /// False where it takes nothing before the time is up. What is wrong with a descriptor, write(2) tells.
    private static func isWritable(_ descriptor: Int32, until end: ContinuousClock.Instant) -> Bool {
        while true {
            let left = (end - .now).components
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: max(0, milliseconds)))
            if count > 0 || (count < 0 && errno != EINTR) { return true }
            guard ContinuousClock.now < end else { return false }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
