import Foundation
import Testing

/// A running `exchange-server`: its standard streams, and a socket that it has as descriptor 3.
///
/// Unchecked: one task at a time uses it.
final class ExchangeChild: @unchecked Sendable {
    private(set) var input: Int32
    let output: LineReader
    let control: Int32
    private let pid: pid_t
    private var status: Int32?

    init(_ arguments: [String]) throws {
        signal(SIGPIPE, SIG_IGN)
        let (requests, answers) = (try ServedConnection.makePipe(), try ServedConnection.makePipe())
        var sockets: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &sockets) == 0)
        defer { for end in [requests.read, answers.write, sockets[1]] { close(end) } }
        pid = try Self.spawn(arguments, streams: [requests.read, answers.write, 2, sockets[1]])
        input = requests.write
        output = LineReader(answers.read)
        control = sockets[0]
    }

    deinit {
        closeInput()
        close(output.descriptor)
        close(control)
    }

    private static func spawn(_ arguments: [String], streams: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // First out of the way of the numbers that they are to have.
        let moved = streams.map { fcntl($0, F_DUPFD_CLOEXEC, 100) }
        defer { for descriptor in moved { close(descriptor) } }
        for (number, descriptor) in moved.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        let program = try executable()
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, program, &actions, nil, &words, environ) == 0)
        return pid
    }

    /// It lies beside the test runner, which was built with it.
    private static func executable() throws -> String {
        let runner = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let folders = [runner.deletingLastPathComponent(), package.appending(path: ".build/debug")]
        let paths = folders.map { $0.appending(path: "exchange-server").path }
        return try #require(paths.first(where: FileManager.default.isExecutableFile), "swift build --build-tests")
    }

    func closeInput() {
        guard input >= 0 else { return }
        close(input)
        input = -1
    }

    /// Its exit code, or the negative number of the signal that ended it.
    func wait() -> Int32 {
        if let status { return status }
        var word: Int32 = 0
        while waitpid(pid, &word, 0) < 0, errno == EINTR {}
        let code = word & 0x7f == 0 ? word >> 8 & 0xff : -(word & 0x7f)
        status = code
        return code
    }

    /// Ends it where the test has not.
    func kill() {
        guard status == nil else { return }
        Foundation.kill(pid, SIGKILL)
        _ = wait()
    }
}
