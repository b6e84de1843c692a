/// The processes of the node that have to do with GPUs.
package struct ProcessesSnapshot: SnapshotCodable, Equatable {
    /// By process id, each once: all that hold a device node of the driver open, and those that NVML lists.
    package var processes: [NodeProcess] = []
    /// All processes of the node; a reason where /proc cannot be listed, and then `processes` is empty.
    package var processCount: Reading<UInt32> = .unavailable(.notRead)
    /// Those whose open files could not or, on a very full node, were not looked at: with any, holders may be missing.
    package var unreadableCount: UInt32 = 0
    /// False when the agent runs in a process id namespace of its own: then NVML's pids are not those of /proc. Nil where
    /// that cannot be told or does not matter (a simulated or recorded node).
    package var sharesProcessIDs: Bool?

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&processes)
        try coder.code(&processCount)
        try coder.code(&unreadableCount)
        try coder.code(&sharesProcessIDs)
    }

    /// Takes over processes that are not in it yet.
    package mutating func add(_ others: [NodeProcess]) {
        let known = Set(processes.map(\.process.pid))
        processes += others.filter { !known.contains($0.process.pid) }
        processes.sort { $0.process.pid < $1.process.pid }
    }
}

/// A process, and whose it is in the words of people.
package struct NodeProcess: SnapshotCodable, Hashable {
    package var process = HostProcess()
    /// The user's name in the node's own /etc/passwd; a container's users have none there.
    package var user: String?
    /// The pod that it runs in; nil for a process of no pod.
    package var pod: PodIdentity?

    package init() {}
    package init(_ process: HostProcess, user: String? = nil, pod: PodIdentity? = nil) {
        self.process = process
        self.user = user
        self.pod = pod
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&process)
        try coder.code(&user)
        try coder.code(&pod)
    }
}

/// A pod, and where one is meant the container in it, as far as files of the node tell.
package struct PodIdentity: SnapshotCodable, Hashable {
    /// Of a static pod the hash of its configuration.
    package var uid: String?
    package var namespace: String?
    package var name: String?
    /// The container's name in the pod.
    package var container: String?

    package init() {}
    package init(uid: String? = nil, namespace: String? = nil, name: String? = nil, container: String? = nil) {
        self.uid = uid
        self.namespace = namespace
        self.name = name
        self.container = container
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&uid)
        try coder.code(&namespace)
        try coder.code(&name)
        try coder.code(&container)
    }
}
