import CUnix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A pipe that holds all of its content from the start, so that nobody has to write while the reader may be gone already.
enum FilledPipe {
    /// Returns the read end, for the child process alone.
    ///
    /// - Throws: `.kubectl` when the process is out of descriptors, or the content does not fit into a pipe.
    static func make(_ content: [UInt8]) throws(LaunchFailure) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else {
            throw .kubectl("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let written = content.isEmpty ? 0 : content.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        close(ends[1])
        guard written == content.count else {
            close(ends[0])
            throw .kubectl("\(content.count) bytes do not fit into a pipe")
        }
        return ends[0]
    }
}
