#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file descriptor that is written to without ever blocking the thread, whatever kind of file it is.
///
/// `O_NONBLOCK` belongs to the open file, which the shell and our parent may share with us. So a pipe or terminal is
/// opened a second time by its name below /proc, and only that one is made non-blocking.
struct OutputDescriptor: ~Copyable, Sendable {
    enum WriteResult: Equatable {
        case wrote(Int)
        case wouldBlock
        /// Nobody will ever read it, or it cannot be written; the code is that of `errno`.
        case failed(Int32)
    }

    private enum Manner {
        /// Opened by us, non-blocking.
        case reopened
        /// `send(2)` takes the wish not to block with each call.
        case socket
        /// A regular file: a write does not wait for a reader.
        case plain
        /// Cannot be opened again: poll(2) promises room for so few bytes that a write of them does not block.
        case careful
    }

    let number: Int32
    private let manner: Manner
    /// Whether poll(2) reports that the last reader has gone although we write nothing.
    let showsLostReader: Bool

    /// - Parameter reopens: false to treat the file as one that cannot be opened again.
    init(_ descriptor: Int32, reopens: Bool = true) {
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        switch kind {
        case S_IFIFO, S_IFCHR:
            let flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
            let opened = reopens ? open("/proc/self/fd/\(descriptor)", flags) : -1
            (number, manner) = opened >= 0 ? (opened, .reopened) : (descriptor, .careful)
        case S_IFSOCK: (number, manner) = (descriptor, .socket)
        case S_IFREG: (number, manner) = (descriptor, .plain)
        default: (number, manner) = (descriptor, .careful)
        }
        showsLostReader = kind == S_IFIFO
    }

    deinit {
        if case .reopened = manner { close(number) }
    }

    /// Writes as much as goes at once.
    func write(_ bytes: UnsafeRawBufferPointer) -> WriteResult {
        while true {
            let count = attempt(bytes)
            if count > 0 { return .wrote(count) }
            if count == 0 { return .wouldBlock }
            let code = errno
            if code == EINTR { continue }
            return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
        }
    }

    private func attempt(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch manner {
        case .reopened, .plain: systemWrite(number, bytes)
        case .socket: send(number, bytes.baseAddress, bytes.count, sendFlags)
        case .careful:
            hasRoom ? systemWrite(number, UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(PIPE_BUF)))) : 0
        }
    }

    private var hasRoom: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}

#if canImport(Glibc)
    private let sendFlags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
#else
    private let sendFlags = Int32(MSG_DONTWAIT)
#endif

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
