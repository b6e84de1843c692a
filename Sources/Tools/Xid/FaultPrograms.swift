internal import Diagnosis
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// The processes that a log names and that still run, with their pods.
struct FaultPrograms {
    private var byPID: [UInt32: NodeProcess] = [:]

    init(_ snapshot: ProcessesSnapshot? = nil) {
        for process in snapshot?.processes ?? [] {
            byPID[UInt32(clamping: process.process.pid)] = process
        }
    }

    /// The process with this number, if it is the one that the line names and no later one: it bears the same name and was
    /// there before the line. /proc knows starts to about a second.
    func process(_ pid: UInt32, named name: String?, before moment: Int64?) -> NodeProcess? {
        guard let known = byPID[pid], name == nil || known.process.name == name else { return nil }
        guard let moment, let started = known.process.startedMicroseconds else { return nil }
        return started <= moment + 2_000_000 ? known : nil
    }
}

extension ToolContext {
    private static let pidLimit = 64

    /// Looks for the processes that these groups name.
    func programs(of groups: [FaultGroup]) async -> FaultPrograms {
        let pids = Set(groups.flatMap { $0.processes.flatMap(\.pids) }).sorted().prefix(Self.pidLimit)
        guard !pids.isEmpty else { return FaultPrograms() }
        let request = ProbeRequest([.nodeProcesses], pids: pids.map { Int32(clamping: $0) })
        return FaultPrograms(await hostProbe.read(request).nodeProcesses)
    }
}
