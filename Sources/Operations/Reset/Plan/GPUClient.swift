internal import Snapshots

/// A process that has a GPU open, or is said to.
package struct GPUClient: Sendable, Hashable {
    /// Where it was seen.
    package enum Evidence: String, Sendable, Hashable, Comparable, CaseIterable {
        case compute = "nvml_compute"
        case graphics = "nvml_graphics"
        case mps = "nvml_mps"
        /// An open descriptor of a device node.
        case deviceNode = "device_node"
        /// A device node in its memory, which can outlive the descriptor.
        case mapping = "memory_map"

        package static func < (left: Evidence, right: Evidence) -> Bool { left.rawValue < right.rawValue }
    }

    package var pid: Int32
    /// With the pid it tells a process from a later one of the same number; nil where /proc shows no such process.
    package var startTicks: UInt64?
    package var name: String
    package var evidence: [Evidence]
    /// The device nodes concerned.
    package var nodes: [String]
    /// Whose it is: `pod namespace/name`, a service, a user; nil where that is not known.
    package var owner: String?
    /// Set when it is called like a monitor or a service of the node.
    package var monitoring: MonitoringClient?
    /// Whether nobody but those who look after the node can have started it.
    package var isOfTheNode: Bool

    /// Whether it surely is the daemon that only keeps persistence mode on.
    package var isPersistenceDaemon: Bool

    package init(
        pid: Int32, startTicks: UInt64? = nil, name: String, evidence: [Evidence], nodes: [String] = [],
        owner: String? = nil, monitoring: MonitoringClient? = nil, isOfTheNode: Bool = false,
        isPersistenceDaemon: Bool = false
    ) {
        self.pid = pid
        self.startTicks = startTicks
        self.name = name
        self.evidence = evidence
        self.nodes = nodes
        self.owner = owner
        self.monitoring = monitoring
        self.isOfTheNode = isOfTheNode
        self.isPersistenceDaemon = isPersistenceDaemon
    }

    /// Whether it may be somebody's work: a name alone, which anybody can give to a process, makes it no monitor.
    package var isJob: Bool { monitoring == nil || !isOfTheNode }

    /// Tells it from a later process of the same number.
    var life: String { "\(pid)@\(startTicks ?? 0)" }

    /// Whose work it is: its pod, container, job, service or user, and where none is known the process itself.
    var party: String { owner ?? life }

    /// The device nodes for people; a process can hold any number of files that are called like one.
    package var nodesText: String {
        let more = nodes.count > Self.nodeLimit ? " and \(nodes.count - Self.nodeLimit) more" : ""
        return nodes.prefix(Self.nodeLimit).map { String($0.prefix(64)) }.joined(separator: ", ") + more
    }

    private static let nodeLimit = 16

    /// One line for people: what it is, whose, and where it was seen.
    package var description: String {
        let kind = monitoring.map { " [\($0.title)]" } ?? ""
        let whose = owner.map { ", \($0)" } ?? ""
        return "\(name) (pid \(pid)\(whose))\(kind)"
    }
}

extension GPUClient {
    init(_ node: NodeProcess, evidence: [Evidence], nodes: [String]) {
        let process = node.process
        self.init(
            pid: process.pid, startTicks: process.startTicks, name: process.name, evidence: evidence, nodes: nodes,
            owner: node.ownerText,
            monitoring: MonitoringClient.of(name: process.name, commandLine: process.commandLine.value),
            isOfTheNode: node.isOfTheNode,
            isPersistenceDaemon: DriverDaemon.persistence.isSurely(node))
    }
}

extension NodeProcess {
    fileprivate var ownerText: String? {
        if let pod, let name = pod.name { return "pod \(pod.namespace ?? "?")/\(name)" }
        return switch process.owner.value {
        case .pod(let reference)?: reference.podUID.map { "pod \($0)" }
        case .container(let reference)?: reference.containerID.map { "container \($0.prefix(12))" }
        case .slurmJob(let id, _)?: "Slurm job \(id)"
        case .service(let name)?: name
        case .userSession?, .unknown?, nil: user.map { "user \($0)" }
        }
    }
}
