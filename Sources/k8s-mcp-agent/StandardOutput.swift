internal import ArgumentParser

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// What a subcommand has to say. A report that could not be delivered must not end with the code of one that was.
enum StandardOutput {
    /// Writes the whole text and a line's end.
    ///
    /// - Throws: `ExitCode(1)` if it cannot be written, after saying so on standard error.
    static func say(_ text: String) throws(ExitCode) { try write(text + "\n") }

    /// Writes the whole text as it is.
    ///
    /// - Throws: `ExitCode(1)` if it cannot be written, after saying so on standard error.
    static func write(_ text: String) throws(ExitCode) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { attempt($0) }
            guard count > 0 else { throw failure(errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A terminal or pipe that somebody else made non-blocking is waited for.
    private static func attempt(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = systemWrite(1, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var entry = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
            default: return count
            }
        }
    }

    /// A reader that went away (`| head`) knows it; any other failure is reported.
    private static func failure(_ code: Int32) -> ExitCode {
        if code != EPIPE {
            StandardError.say("k8s-mcp-agent: standard output cannot be written: \(String(cString: strerror(code)))")
        }
        return ExitCode(1)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
