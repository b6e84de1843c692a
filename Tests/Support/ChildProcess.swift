internal import CUnix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A program that a test started, with pipes to its input and from its output.
///
/// Foundation's `Process` will not do where tests start programs side by side: on Linux it learns of a program's end by a
/// socket of which every program that was started at the same moment may have a copy, and waits for all of those as well.
package final class ChildProcess {
    package enum Failure: Error {
        /// Its output has ended.
        case ended
        /// It has said nothing for ``ChildProcess/patience``.
        case silent
        /// It takes no more input (`EPIPE`).
        case deaf
    }

    /// Where its standard error goes.
    package enum Errors {
        case discarded
        case withOutput
        case file(String)
    }

    /// Seconds that it may be silent, or take to end; far above what any of them needs.
    private static let patience = 120

    private let pid: pid_t
    private var input: Int32
    private let output: Int32
    private var received: [UInt8] = []
    private var status: Int32?

    /// Starts a program, which is looked for in the test's `PATH`.
    ///
    /// - Parameter environment: each as `NAME=value`; nil: the test's own.
    /// - Throws: ``TestSystemError`` where it cannot be started.
    package init(
        _ command: [String], environment: [String]? = nil, errors: Errors = .discarded
    ) throws(TestSystemError) {
        signal(SIGPIPE, SIG_IGN)
        var (requests, answers): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard csystem_pipe(&requests) == 0 else { throw TestSystemError(call: "pipe") }
        guard csystem_pipe(&answers) == 0 else {
            for end in requests { close(end) }
            throw TestSystemError(call: "pipe")
        }
        (input, output) = (requests[1], answers[0])
        defer { for end in [requests[0], answers[1]] { close(end) } }
        do { pid = try Self.spawn(command, environment, errors, input: requests[0], output: answers[1]) } catch {
            for end in [requests[1], answers[0]] { close(end) }
            throw error
        }
    }

    deinit {
        closeInput()
        close(output)
        _ = end()
    }

    private static func spawn(
        _ command: [String], _ environment: [String]?, _ errors: Errors, input: Int32, output: Int32
    ) throws(TestSystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        switch errors {
        case .discarded: posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        case .withOutput: posix_spawn_file_actions_adddup2(&actions, output, 2)
        case .file(let path): posix_spawn_file_actions_addopen(&actions, 2, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        var words = command.map { strdup($0) } + [nil]
        var variables = (environment ?? []).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        errno =
            environment == nil
            ? posix_spawnp(&pid, command[0], &actions, nil, &words, environ)
            : posix_spawnp(&pid, command[0], &actions, nil, &words, &variables)
        guard errno == 0 else { throw TestSystemError(call: "posix_spawn \(command[0])") }
        return pid
    }

    /// Writes a line.
    package func send(_ line: String) throws(Failure) {
        let bytes = Array((line + "\n").utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .deaf }
            done += count
        }
    }

    package func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// The next line of its output, without its end.
    package func line() throws(Failure) -> String {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeSubrange(...end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            guard try receive() else { throw .ended }
        }
    }

    /// All that is left of its output.
    package func rest() throws(Failure) -> String {
        while try receive() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads what comes next; false at the end of the output.
    private func receive() throws(Failure) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            var place = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let count = poll(&place, 1, Int32(Self.patience) * 1_000)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .silent }
            let size = read(output, &chunk, chunk.count)
            if size < 0 && errno == EINTR { continue }
            received += chunk[..<max(size, 0)]
            return size > 0
        }
    }

    /// Waits until it has ended, and ends it where that takes too long.
    ///
    /// - Returns: its exit code, or 128 and the number of the signal that ended it, as shells say it; -1 where nobody knows.
    package func end() -> Int32 {
        if let status { return status }
        var word: Int32 = 0
        var found: pid_t = 0
        var turns = 0
        while found == 0 || (found < 0 && errno == EINTR) {
            if turns == Self.patience * 500 { kill(pid, SIGKILL) }
            if turns > 0 { usleep(2_000) }
            turns += 1
            found = waitpid(pid, &word, WNOHANG)
        }
        let code = word & 0x7F == 0 ? (word >> 8) & 0xFF : 128 + (word & 0x7F)
        status = found == pid ? code : -1
        return status ?? -1
    }

    /// Runs a program to its end, without input.
    package static func run(
        _ command: [String], environment: [String]? = nil, errors: Errors = .withOutput
    ) throws -> (status: Int32, output: String) {
        let child = try ChildProcess(command, environment: environment, errors: errors)
        child.closeInput()
        let output = try child.rest()
        return (child.end(), output)
    }
}
