#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A connection to a unix socket of the node, for one thread that may wait until a point in time and no longer.
///
/// Closed when it goes out of scope.
package struct HostSocket: ~Copyable {
    private let descriptor: HostDescriptor
    /// Monotonic nanoseconds.
    private let deadline: UInt64

    /// Connects to the socket `name` in `directory`.
    ///
    /// The path is given to the kernel relative to the directory: so it may be longer than the 107 bytes of `sockaddr_un`,
    /// and the directory may lie outside of the root that this process has meanwhile entered. While connecting, the process
    /// has another working directory: only for processes of one thread.
    init(
        in directory: borrowing HostDescriptor, name: String, milliseconds: UInt32
    ) throws(SystemError) {
        deadline = Self.now + UInt64(milliseconds) * 1_000_000
        let descriptor = try HostDescriptor(socket(AF_UNIX, Self.kind, 0))
        #if !canImport(Glibc)
            _ = fcntl(descriptor.number, F_SETFL, O_NONBLOCK)
        #endif
        var address = try Self.address(name)
        let previous = try HostDescriptor(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard fchdir(directory.number) == 0 else { throw .last }
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let code = errno
        _ = fchdir(previous.number)
        // EAGAIN: the listener's queue is full, which for a unix socket no poll(2) tells the end of.
        guard result == 0 else { throw SystemError(code: code) }
        self.descriptor = descriptor
    }

    #if canImport(Glibc)
        private static let kind =
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    #else
        private static let kind = SOCK_STREAM
    #endif

    private static func address(_ name: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < capacity, !bytes.contains(0) else { throw SystemError(code: ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Sends all of `bytes`.
    ///
    /// - Throws: ``HostSocketError``.
    package func send(_ bytes: [UInt8]) throws(HostSocketError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try checkTime()
            let (count, code) = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                    let sent = Glibc.send(descriptor.number, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
                #else
                    let sent = Darwin.send(descriptor.number, bytes.baseAddress, bytes.count, 0)
                #endif
                return (sent, errno)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else {
                try wait(for: Int16(POLLOUT), after: code)
            }
        }
    }

    /// The bytes that have come, at most 64 KiB of them; empty when the other side has closed.
    ///
    /// - Throws: ``HostSocketError``.
    package func receive() throws(HostSocketError) -> [UInt8] {
        while true {
            try checkTime()
            var failure: CInt = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                let got = recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            if failure == 0 { return bytes }
            try wait(for: Int16(POLLIN), after: failure)
        }
    }

    /// Also a side that always has something to say, or always takes more, is left when the time is over.
    private func checkTime() throws(HostSocketError) {
        guard Self.now < deadline else { throw HostSocketError(cause: .timedOut) }
    }

    /// Waits until the socket is ready if that is why the last call failed with this `errno`.
    private func wait(for events: Int16, after code: CInt) throws(HostSocketError) {
        guard code != EINTR else { return }
        guard code == EAGAIN else { throw HostSocketError(cause: .system(errno: code)) }
        try checkTime()
        var request = pollfd(fd: descriptor.number, events: events, revents: 0)
        let left = deadline - min(Self.now, deadline)
        let milliseconds = CInt(clamping: (left + 999_999) / 1_000_000)
        guard poll(&request, 1, milliseconds) != 0 else { throw HostSocketError(cause: .timedOut) }
    }
}

/// Why talking over a socket ended.
package struct HostSocketError: Error, Sendable, Hashable {
    package enum Cause: Sendable, Hashable {
        case timedOut
        /// An answer of the kernel, as errno.
        case system(errno: Int32)
    }

    package let cause: Cause
}
