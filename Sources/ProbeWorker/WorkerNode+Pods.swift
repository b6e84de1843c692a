internal import HostNode
internal import Kubernetes
internal import ProbeProtocol
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension WorkerNode {
    /// Processor time for looking at open files, microseconds: enough for some ten thousand processes.
    private static let holderBudget: Int64 = 500_000
    /// The same when memory maps are looked at as well.
    private static let mappingBudget: Int64 = 2_000_000

    /// The node's pods, their devices and the names behind uids.
    func pods() -> NodePods { NodePods(files) }

    /// What the node is beside its GPUs.
    func facts() -> NodeFacts { NodeFactsFiles(files).read() }

    /// All processes that hold a device node of the driver open, without the one that asks.
    func deviceHolders(_ pods: inout NodePods, withMappings: Bool = false) -> ProcessesSnapshot {
        var snapshot = ProcessesSnapshot()
        snapshot.sharesProcessIDs = sharesProcessIDs
        let budget = withMappings ? Self.mappingBudget : Self.holderBudget
        switch ProcessTable(files).deviceHolders(cpuBudget: budget, withMappings: withMappings) {
        case .value(let holders):
            snapshot.processCount = .value(UInt32(clamping: holders.processCount))
            snapshot.unreadableCount = UInt32(clamping: holders.unreadableCount + holders.unscannedCount)
            snapshot.processes = holders.processes.filter { !isThisProcess($0) }.map { pods.named($0) }
        case .unavailable(let reason): snapshot.processCount = .unavailable(reason)
        }
        return snapshot
    }

    /// `known` and with it the processes of NVML's lists: those that hold no device node any more are not in it yet.
    func processes(
        _ listed: Set<Int32>, besides known: ProcessesSnapshot, _ pods: inout NodePods, withMappings: Bool = false
    ) -> ProcessesSnapshot {
        // Pids of another namespace would be those of other processes here.
        guard known.sharesProcessIDs != false else { return known }
        let missing = listed.subtracting(known.processes.map(\.process.pid)).sorted()
        var snapshot = known
        snapshot.add(ProcessTable(files).processes(missing, withMappings: withMappings).map { pods.named($0) })
        return snapshot
    }

    /// Those of these processes that still are.
    func processes(_ pids: [Int32], _ pods: inout NodePods, withMappings: Bool) -> ProcessesSnapshot {
        var snapshot = ProcessesSnapshot()
        snapshot.sharesProcessIDs = sharesProcessIDs
        return processes(Set(pids), besides: snapshot, &pods, withMappings: withMappings)
    }

    /// By its number inside of the agent's container; and since other containers have that number too, by its arguments.
    private func isThisProcess(_ process: HostProcess) -> Bool {
        guard !isSimulated, process.innerPID.value == getpid() else { return false }
        return ProcessTable(files).process(process.pid, hasFirstArgument: ProbeConfiguration.subcommand)
    }

    /// Whether NVML speaks of processes by the numbers of the node's /proc: the kernel gives the first process id namespace
    /// this fixed number (PROC_PID_INIT_INO). Nil where there is nothing to compare.
    func findsSharedProcessIDs() -> Bool? {
        guard !isSimulated, let own = try? HostDirectory(root: "/").link("/proc/self/ns/pid") else { return nil }
        let first = try? files.link("/proc/1/ns/pid")
        return own == "pid:[4026531836]" && (first == nil || first == own)
    }
}
