internal import CUnix
internal import ProbeProtocol

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The child process in which NVML runs, and our ends of its pipes.
struct WorkerProcess: ~Copyable {
    let pid: Int32
    /// Requests are written here.
    let requests: Int32
    /// Answers come in here.
    let answers: Int32
    let region: ProbeRegion

    /// Starts the child.
    ///
    /// - Parameter arguments: all that it gets, with the name that it goes by.
    /// - Throws: ``SpawnError`` with the errno of what failed.
    static func start(executable: String, arguments: [String]) throws(SpawnError) -> WorkerProcess {
        var descriptors = Descriptors()
        do throws(SpawnError) {
            try descriptors.open()
            let region = try makeRegion(descriptors.region)
            let pid = try spawn(executable, arguments, descriptors)
            descriptors.closeChildEnds()
            return WorkerProcess(
                pid: pid, requests: descriptors.requestWriteEnd, answers: descriptors.answerReadEnd, region: region)
        } catch {
            descriptors.closeAll()
            throw error
        }
    }

    private init(pid: Int32, requests: Int32, answers: Int32, region: consuming ProbeRegion) {
        self.pid = pid
        self.requests = requests
        self.answers = answers
        self.region = region
    }

    deinit {
        close(requests)
        close(answers)
    }

    /// Sends a whole request; false when the child no longer reads.
    func send(_ bytes: [UInt8]) -> Bool {
        write(requests, bytes, bytes.count) == bytes.count
    }

    private static func makeRegion(_ descriptor: Int32) throws(SpawnError) -> ProbeRegion {
        do throws(ProbeRegionError) {
            return try ProbeRegion(descriptor: descriptor, create: true)
        } catch {
            throw SpawnError(code: error.code)
        }
    }
}

/// Why the child could not be started.
struct SpawnError: Error {
    /// `errno` of the call that failed.
    let code: Int32
}

/// The descriptors of a child that is being started.
private struct Descriptors {
    private(set) var requestReadEnd: Int32 = -1
    private(set) var requestWriteEnd: Int32 = -1
    private(set) var answerReadEnd: Int32 = -1
    private(set) var answerWriteEnd: Int32 = -1
    private(set) var region: Int32 = -1

    mutating func open() throws(SpawnError) {
        (requestReadEnd, requestWriteEnd) = try Self.makePipe()
        (answerReadEnd, answerWriteEnd) = try Self.makePipe()
        do throws(ProbeRegionError) { region = try ProbeRegion.makeFile() } catch { throw SpawnError(code: error.code) }
    }

    private static func makePipe() throws(SpawnError) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else { throw SpawnError(code: errno) }
        return (ends[0], ends[1])
    }

    func closeChildEnds() {
        for descriptor in [requestReadEnd, answerWriteEnd, region] where descriptor >= 0 { close(descriptor) }
    }

    func closeAll() {
        closeChildEnds()
        for descriptor in [requestWriteEnd, answerReadEnd] where descriptor >= 0 { close(descriptor) }
    }
}

extension WorkerProcess {
    private static func spawn(
        _ executable: String, _ arguments: [String], _ descriptors: Descriptors
    ) throws(SpawnError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        // The driver's library may print; that must reach neither the protocol's pipe nor the server's answers.
        posix_spawn_file_actions_adddup2(&actions, 2, 1)
        let high = try lift([descriptors.requestReadEnd, descriptors.answerWriteEnd, descriptors.region])
        defer { for descriptor in high { close(descriptor) } }
        for (descriptor, target) in zip(
            high, [ProbeDescriptor.requests, ProbeDescriptor.answers, ProbeDescriptor.region])
        {
            posix_spawn_file_actions_adddup2(&actions, descriptor, target)
        }
        let argv = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, executable, &actions, nil, argv, environ)
        guard code == 0 else { throw SpawnError(code: code) }
        return pid
    }

    /// Copies descriptors above those that the child gets, so that one dup2 does not close what the next one needs.
    private static func lift(_ descriptors: [Int32]) throws(SpawnError) -> [Int32] {
        var lifted: [Int32] = []
        for descriptor in descriptors {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
            guard copy >= 0 else {
                let code = errno
                for descriptor in lifted { close(descriptor) }
                throw SpawnError(code: code)
            }
            lifted.append(copy)
        }
        return lifted
    }
}
