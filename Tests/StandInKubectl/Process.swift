#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starting processes, as far as the stand-in needs it.
enum Process {
    static func readAll(_ descriptor: Int32) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { content += chunk[..<count] }
        return content
    }

    /// A process that outlives this one and holds none of its pipes.
    static func startController(namespace: String, job: String) {
        let own = CommandLine.arguments[0]
        _ = spawn([ownPath(own), "__controller", namespace, job], input: nil, output: nil, error: nil, isSession: true)
    }

    static func ownPath(_ called: String) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return called }
        defer { free(path) }
        return String(cString: path)
    }

    /// A pod's first process in namespaces of its own; whatever is left in them ends with it.
    static func startPod(_ command: [String]) -> (wrapper: pid_t, first: pid_t)? {
        let wrapper = spawn(
            ["/usr/bin/unshare", "--pid", "--net", "--fork", "--mount-proc", "--kill-child"] + command, input: nil,
            output: nil, error: nil, isSession: false)
        guard let wrapper else { return nil }
        for _ in 0..<500 {
            let children = readFile("/proc/\(wrapper)/task/\(wrapper)/children")
            if let first = children.split(separator: " ").first.flatMap({ pid_t($0) }) { return (wrapper, first) }
            usleep(2_000)
        }
        kill(wrapper, SIGKILL)
        waitpid(wrapper, nil, 0)
        return nil
    }

    private static func readFile(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return String(decoding: readAll(descriptor), as: UTF8.self).filter { $0 != "\n" }
    }

    /// Descriptors that are nil lead nowhere.
    static func spawn(
        _ arguments: [String], input: Int32?, output: Int32?, error: Int32?, isSession: Bool
    ) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in [(Int32(0), input), (1, output), (2, error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        // What the caller's caller left open must not stay open in a process that outlives it.
        for descriptor in Int32(3)..<256 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        if isSession { posix_spawnattr_setflags(&attributes, Int16(0x80)) }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, arguments[0], &actions, &attributes, &words, environ) == 0 ? pid : nil
    }
}
