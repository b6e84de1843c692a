import CUnix
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A launcher with pipes to its standard streams, as an MCP client would have it.
final class Session {
    let pid: pid_t
    private var input: Int32
    private var output: Int32
    private let error: Int32
    private(set) var exitCode: Int32?
    private(set) var received: [UInt8] = []
    private(set) var errors: [UInt8] = []

    struct NotStarted: Error {}

    init(_ command: [String], environment: [String]) throws {
        var (input, output, error) = (
            [Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2), [Int32](repeating: -1, count: 2)
        )
        guard csystem_pipe(&input) == 0, csystem_pipe(&output) == 0, csystem_pipe(&error) == 0 else {
            throw NotStarted()
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_adddup2(&actions, error[1], 2)
        let path = "PATH=\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")"
        var words = command.map { strdup($0) } + [nil]
        var variables = (environment + [path]).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, command[0], &actions, nil, &words, &variables)
        for end in [input[0], output[1], error[1]] { close(end) }
        guard result == 0 else { throw NotStarted() }
        self.pid = pid
        self.input = input[1]
        self.output = output[0]
        self.error = error[0]
        for end in [self.input, self.output, self.error] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        closeInput()
        closeOutput()
        close(error)
        if exitCode == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    var text: String { String(decoding: received, as: UTF8.self) }
    var complaint: String { String(decoding: errors, as: UTF8.self) }

    func signal(_ number: Int32) { if exitCode == nil { kill(pid, number) } }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    func closeOutput() {
        if output >= 0 { close(output) }
        output = -1
    }

    /// Writes all of it while reading what comes; false when the other side has gone.
    @discardableResult func send(_ bytes: [UInt8], seconds: Int = 60) -> Bool {
        var done = 0
        let isSent = wait(seconds) {
            guard done < bytes.count else { return true }
            let count = bytes.withUnsafeBytes {
                systemSend(input, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count > 0 { done += count }
            return done == bytes.count || (count < 0 && errno == EPIPE)
        }
        return isSent && done == bytes.count
    }

    /// Waits until so many bytes have come.
    func receive(count: Int, seconds: Int = 60) -> Bool { wait(seconds) { received.count >= count } }

    /// Sends a line and waits for its echo.
    func echoes(_ line: String) -> Bool {
        let before = received.count
        let bytes = Array((line + "\n").utf8)
        guard send(bytes), receive(count: before + bytes.count) else { return false }
        return Array(received[before...]) == bytes
    }

    /// Waits for the end; nil if it does not come.
    func end(seconds: Int = 60) -> Int32? {
        _ = wait(seconds) { exitCode != nil }
        _ = drain()
        return exitCode
    }

    private func wait(_ seconds: Int, until isDone: () -> Bool) -> Bool {
        for _ in 0...(seconds * 500) {
            let isActive = drain()
            reap()
            if isDone() { return true }
            if !isActive { usleep(2_000) }
        }
        return false
    }

    private func reap() {
        var status: Int32 = 0
        guard exitCode == nil, waitpid(pid, &status, WNOHANG) == pid else { return }
        exitCode = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    @discardableResult private func drain() -> Bool {
        var isActive = false
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while output >= 0, case let count = read(output, &chunk, chunk.count), count > 0 {
            received += chunk[..<count]
            isActive = true
        }
        while case let count = read(error, &chunk, chunk.count), count > 0 { errors += chunk[..<count] }
        return isActive
    }
}

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    signal(SIGPIPE, SIG_IGN)
    return write(descriptor, bytes, count)
}
