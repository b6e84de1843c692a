internal import ArgumentParser
internal import Diagnosis
internal import EventLoop
internal import Probe
internal import ProbeProtocol
internal import ProbeWorker
internal import Snapshots
internal import Tools

/// `record`: makes a folder of this node that `--simulate` plays.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record this node into a folder that --simulate can play.",
        discussion: """
            Writes every NVML reading and those of the node's files that the agent looks at: /proc/driver/nvidia, PCI attributes, \
            the kernel log's lines about GPUs, the cgroups of GPU processes, the names of pods. No environment of any process; of \
            container state and /etc/passwd only names and numbers; of command lines the program and its script, no other \
            arguments. Review the folder before you share it: names of pods, users and files are in it.

            Play it with: k8s-mcp-agent diagnose --simulate DIR/scenario.json
            """)

    @Argument(help: ArgumentHelp("A folder that does not exist yet, or is empty.", valueName: "dir"))
    var folder: String

    @Option(help: ArgumentHelp("Use this name wherever the node's own occurs.", valueName: "name"))
    var renameHost: String?

    @Flag(help: "Replace UUIDs and serial numbers of GPUs, and names of users, by made-up ones.")
    var anonymize = false

    @OptionGroup var options: AgentOptions

    func validate() throws {
        guard let name = renameHost else { return }
        guard !name.isEmpty, name.utf8.count <= 63, name.utf8.allSatisfy({ $0 > 0x2c && $0 < 0x7f && $0 != 0x2f })
        else {
            throw ValidationError("--rename-host: use letters, digits, '-' and '.', 63 at most.")
        }
    }

    func run() throws {
        let (folder, renameHost, anonymize, options) = (folder, renameHost, anonymize, options)
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            // A GPU at which the driver hung is part of the node, and of what was wrong with it.
            let whole = await context.askWhenStarted { await context.probe.read(ProbeRequest(.recorded)) }
            var snapshot = whole.withAllIdentities
            while let next = snapshot.kernelLog?.value?.next {
                let page = await context.probe.read(ProbeRequest([.kernelLog], logCursor: next)).kernelLog
                guard snapshot.add(logPage: page) else { break }
            }
            await context.probe.shutDown()
            let files = NodeFilesRecord(
                WorkerNode(options.configuration).files, snapshot, hidingUsers: anonymize)
            var disguise = Disguise(snapshot, host: files.hostName)
            if let renameHost { disguise.rename(host: renameHost) }
            if anonymize { disguise.anonymize(files.texts) }
            let recording = NodeRecording(snapshot, files, disguise)
            do throws(RecordingError) { try recording.write(to: folder) } catch {
                throw ValidationError("\(error.path): \(error.problem)")
            }
            try StandardOutput.say(recording.summary(folder))
            return 0
        }
    }
}

extension NodeSnapshot {
    /// Records of the log that are kept, about: the oldest, among which is what everything else follows from.
    private static let recordLimit = 100_000

    /// Adds a further page of the kernel log. False when there is no more of it, or enough.
    fileprivate mutating func add(logPage page: Reading<HostKernelLog>?) -> Bool {
        guard case .value(let page) = page, var log = kernelLog?.value else { return false }
        log.records += page.records
        log.next = page.next
        kernelLog = .value(log)
        return log.records.count < Self.recordLimit
    }
}

extension ProbeSections {
    /// Everything that NVML tells, and the kernel log; files are read for themselves.
    fileprivate static let recorded: ProbeSections = [
        .driver, .host, .devices, .kernelLog, .inventory, .telemetry, .memoryHealth, .links, .fabric, .processes,
        .topology, .confidentialComputing,
    ]
}
