import JSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Command {
    func exec() -> Int32 {
        if faults["oldKubectl"] != nil, flags["-q"] != nil { return fail("error: unknown shorthand flag: 'q' in -q") }
        guard words.count > 1 else { return fail("error: pod or type/name must be specified") }
        let name = words[1]
        if let code = denied("create", "pods/exec", name: name) { return code }
        if let text = faults["kubeletUnreachable"]?.stringValue { return fail(text) }
        if let text = faults["leaveFails"]?.stringValue, remote.contains("--leave") { return fail(text) }
        guard store.exists(Store.path("pods", namespace, name)) else {
            return fail("Error from server (NotFound): pods \"\(name)\" not found")
        }
        guard let pid = store.read(Store.path("processes", namespace, name))?["pid"]?.intValue else {
            return fail("error: unable to upgrade connection: container not found (\"agent\")")
        }
        let command = ["/usr/bin/nsenter", "-t", "\(pid)", "-p", "-n", "-m", store.agent] + remote.dropFirst()
        var tunnel = Tunnel(command, hasInput: flags["-i"] != nil)
        tunnel.dropAfter = remote.contains("serve") ? faults["dropSession"]?.intValue.map { Int($0) } : nil
        switch tunnel.run() {
        case .exited(0): return 0
        case .exited(let code): return fail("command terminated with exit code \(code)", code: code)
        case .dropped:
            return fail("error: error reading from error stream: next reader: websocket: close 1006 (abnormal closure)")
        case .notStarted: return fail("error: unable to upgrade connection: container not found (\"agent\")")
        }
    }

    func debug() -> Int32 {
        if faults["oldKubectl"] != nil, flags["--custom"] != nil { return fail("error: unknown flag: --custom") }
        if let code = denied("create", "pods") { return code }
        if let reason = Admission.refusal(faults) { return fail("Error from server (Forbidden): \(reason)") }
        let node = words.count > 1 ? String(words[1].dropFirst("node/".count)) : ""
        guard store.nodes.contains(where: { $0["metadata"]?["name"]?.stringValue == node }) else {
            return fail("Error from server (NotFound): nodes \"\(node)\" not found")
        }
        let name = "node-debugger-\(node)-\(Store.randomName())"
        let path = Store.path("pods", namespace, name)
        if flags["-q"] == nil {
            Say.out("Creating debugging pod \(name) with container debugger on node \(node).")
        }
        store.write(path, debuggingPod(name, node, phase: "Pending"))
        if let image = faults["image"] {
            store.write(path, debuggingPod(name, node, phase: "Pending", state: ["waiting": image]))
            // With -q nothing is said, and it waits.
            while true { pause() }
        }
        usleep(UInt32(faults["startDelay"]?.intValue ?? 20) * 1_000)
        store.write(path, debuggingPod(name, node, phase: "Running", state: ["running": [:]]))
        let custom = flags["--custom"].flatMap { try? JSONParser.parse(Process.readAll(open($0, O_RDONLY))) }
        var tunnel = Tunnel(
            ["/usr/bin/unshare", "--pid", "--net", "--fork", "--mount-proc", "--kill-child", store.agent]
                + remote.dropFirst(),
            hasInput: true)
        tunnel.losesEarlyOutput = true
        tunnel.passesEndOfInput = custom?["stdinOnce"]?.boolValue ?? false
        _ = tunnel.run()
        store.write(path, debuggingPod(name, node, phase: "Succeeded", state: ["terminated": ["reason": "Completed"]]))
        return 0
    }

    private func debuggingPod(_ name: String, _ node: String, phase: String, state: JSONValue? = nil) -> JSONValue {
        let container: JSONValue = [
            "name": .string(flags["--container"] ?? "debugger"), "image": .string(flags["--image"] ?? ""),
        ]
        let status: JSONValue = ["name": "debugger", "ready": .bool(phase == "Running"), "state": state ?? [:]]
        return [
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "creationTimestamp": Store.now,
            ],
            "spec": ["nodeName": .string(node), "containers": [container]],
            "status": [
                "phase": .string(phase), "startTime": Store.now, "containerStatuses": state == nil ? [] : [status],
            ],
        ]
    }
}

/// Carries a remote process's standard streams, as the API server's connection does.
struct Tunnel {
    enum End { case exited(Int32), dropped, notStarted }

    let command: [String]
    let hasInput: Bool
    var dropAfter: Int?
    var losesEarlyOutput = false
    var passesEndOfInput = true

    init(_ command: [String], hasInput: Bool) {
        self.command = command
        self.hasInput = hasInput
    }

    func run() -> End {
        var input: [Int32] = [-1, -1], output: [Int32] = [-1, -1], error: [Int32] = [-1, -1]
        pipe(&input)
        pipe(&output)
        pipe(&error)
        for end in [input[1], output[0], error[0]] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        guard let pid = Process.spawn(command, input: input[0], output: output[1], error: error[1], isSession: true)
        else { return .notStarted }
        for end in [input[0], output[1], error[1]] { close(end) }
        if losesEarlyOutput {
            usleep(100_000)
            discard(output[0])
        }
        let wasDropped = carry(to: input[1], from: [(output[0], 1), (error[0], 2)])
        if wasDropped { return .dropped }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return .exited(status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F))
    }

    private func discard(_ descriptor: Int32) {
        var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while poll(&source, 1, 0) > 0, source.revents & Int16(POLLIN) != 0 {
            if read(descriptor, &chunk, chunk.count) <= 0 { return }
        }
    }

    /// Copies until the remote side has closed both of its streams; true if the connection was cut before.
    ///
    /// The input waits in a buffer of its own, since a remote side that is busy answering does not read.
    private func carry(to input: Int32, from outputs: [(source: Int32, target: Int32)]) -> Bool {
        var open = outputs
        var queue = InputQueue(target: input, isOpen: hasInput, passesEnd: passesEndOfInput)
        // The connection that is to be cut has been of use before.
        var begin: Int?
        while !open.isEmpty {
            let left = begin.flatMap { begin in dropAfter.map { max(0, $0 - (Self.milliseconds - begin)) } }
            if left == 0 { return true }
            var sources = open.map { pollfd(fd: $0.source, events: Int16(POLLIN), revents: 0) }
            sources += queue.sources
            poll(&sources, nfds_t(sources.count), Int32(left ?? -1))
            queue.proceed(canRead: sources[open.count].revents != 0, canWrite: sources[open.count + 1].revents != 0)
            for (index, stream) in open.enumerated().reversed() where sources[index].revents != 0 {
                if copy(stream.source, stream.target) {
                    begin = begin ?? Self.milliseconds
                } else {
                    open.remove(at: index)
                }
            }
        }
        return false
    }

    private func copy(_ source: Int32, _ target: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = read(source, &chunk, chunk.count)
        guard count > 0 else { return false }
        var done = 0
        while done < count {
            let written = chunk.withUnsafeBytes {
                systemWrite(target, $0.baseAddress?.advanced(by: done), count - done)
            }
            // kubectl ends when nobody reads its output any more.
            guard written > 0 else { exit(1) }
            done += written
        }
        return true
    }

    private static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}

/// What has been read from standard input and not yet been taken by the remote side.
private struct InputQueue {
    let target: Int32
    var isOpen: Bool
    let passesEnd: Bool
    private var pending: [UInt8] = []
    private var done = 0

    init(target: Int32, isOpen: Bool, passesEnd: Bool) {
        self.target = target
        self.isOpen = isOpen
        self.passesEnd = passesEnd
        _ = fcntl(target, F_SETFL, O_NONBLOCK)
        signal(SIGPIPE, SIG_IGN)
        if !isOpen { close(target) }
    }

    var sources: [pollfd] {
        [
            pollfd(fd: isOpen && pending.isEmpty ? 0 : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: pending.isEmpty ? -1 : target, events: Int16(POLLOUT), revents: 0),
        ]
    }

    mutating func proceed(canRead: Bool, canWrite: Bool) {
        if canRead {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(0, &chunk, chunk.count)
            guard count > 0 else {
                isOpen = false
                if passesEnd { close(target) }
                return
            }
            pending = Array(chunk[..<count])
            done = 0
        }
        guard canWrite || canRead else { return }
        let count = pending.withUnsafeBytes {
            systemWrite(target, $0.baseAddress?.advanced(by: done), pending.count - done)
        }
        done += max(0, count)
        if done == pending.count || (count < 0 && errno != EAGAIN) { pending = [] }
    }
}
