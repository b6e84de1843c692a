internal import CUnix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The pipes between the agent and a program that it runs: the program's words, and why it could not be started.
struct ToolPipes {
    private(set) var outputReadEnd: Int32 = -1
    private(set) var outputWriteEnd: Int32 = -1
    private(set) var failureReadEnd: Int32 = -1
    private(set) var failureWriteEnd: Int32 = -1
    private var output: [UInt8] = []
    /// Bytes of output that are kept; the rest is read and dropped, so that the program does not wait for us.
    private static let outputLimit = 4_096

    /// False with `errno` when there are no descriptors left.
    mutating func open() -> Bool {
        guard let output = Self.pipe() else { return false }
        (outputReadEnd, outputWriteEnd) = output
        guard let failure = Self.pipe() else { return false }
        (failureReadEnd, failureWriteEnd) = failure
        return true
    }

    /// Both ends above the standard streams, which the child replaces.
    private static func pipe() -> (Int32, Int32)? {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else { return nil }
        defer { for end in ends { close(end) } }
        let (read, write) = (fcntl(ends[0], F_DUPFD_CLOEXEC, 10), fcntl(ends[1], F_DUPFD_CLOEXEC, 10))
        guard read >= 0, write >= 0 else {
            for end in [read, write] where end >= 0 { close(end) }
            return nil
        }
        _ = fcntl(read, F_SETFL, O_NONBLOCK)
        return (read, write)
    }

    mutating func closeChildEnds() {
        for end in [outputWriteEnd, failureWriteEnd] where end >= 0 { close(end) }
        (outputWriteEnd, failureWriteEnd) = (-1, -1)
    }

    mutating func closeAll() {
        closeChildEnds()
        for end in [outputReadEnd, failureReadEnd] where end >= 0 { close(end) }
        (outputReadEnd, failureReadEnd) = (-1, -1)
    }

    /// Takes what the program has said so far.
    mutating func drain() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(outputReadEnd, &buffer, buffer.count)
            guard count > 0 else { return }
            output.append(contentsOf: buffer[..<min(count, max(0, Self.outputLimit - output.count))])
        }
    }

    /// The errno with which the program could not be started; nil when it was.
    var startFailure: Int32? {
        var code: Int32 = 0
        let count = read(failureReadEnd, &code, MemoryLayout<Int32>.size)
        return count == MemoryLayout<Int32>.size ? code : nil
    }

    /// What the program said, in one line and without control characters.
    var text: String {
        let printable = output.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
        let words = String(decoding: printable, as: UTF8.self).split(separator: " ")
        return String(words.joined(separator: " ").prefix(512))
    }
}
