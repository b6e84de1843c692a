package import Snapshots

/// A process that holds one or more GPUs, with all that is known of it before anything is done.
package struct GPUHolder: Sendable, Hashable {
    /// What it has to do with one GPU.
    package struct Hold: Sendable, Hashable {
        package var gpuIndex: UInt32
        /// `GPU-...`; nil where it is not known.
        package var gpuUUID: String?
        /// `compute`, `graphics`, `mps`, `holds_device_node`.
        package var relations: [String]
        package var memoryBytes: UInt64?
        /// Of a MIG instance.
        package var gpuInstanceID: UInt32?

        package init(
            gpuIndex: UInt32, gpuUUID: String?, relations: [String], memoryBytes: UInt64? = nil,
            gpuInstanceID: UInt32? = nil
        ) {
            self.gpuIndex = gpuIndex
            self.gpuUUID = gpuUUID
            self.relations = relations
            self.memoryBytes = memoryBytes
            self.gpuInstanceID = gpuInstanceID
        }

        /// Whether NVML lists the process on that GPU.
        package var hasContext: Bool { relations != ["holds_device_node"] }
    }

    package var pid: Int32
    /// Nil where the node has no such process.
    package var process: HostProcess?
    package var user: String?
    package var pod: PodIdentity?
    package var holds: [Hold]

    package init(
        pid: Int32, process: HostProcess?, user: String? = nil, pod: PodIdentity? = nil, holds: [Hold] = []
    ) {
        self.pid = pid
        self.process = process
        self.user = user
        self.pod = pod
        self.holds = holds
    }

    /// `process 4711 (python)`
    package var subject: String {
        guard let name = process?.name, !name.isEmpty else { return "process \(pid)" }
        return "process \(pid) (\(name))"
    }

    /// The file name of its program, without ` (deleted)`; nil where it cannot be told.
    package var program: String? {
        guard var path = process?.identity.executable.value else { return nil }
        if path.hasSuffix(" (deleted)") { path.removeLast(10) }
        return path.split(separator: "/").last.map(String.init)
    }

    /// How people name its pod: `namespace/name`, or the uid where the name is not known.
    package var podName: String? {
        guard let pod else { return nil }
        guard let name = pod.name else { return pod.uid }
        return pod.namespace.map { "\($0)/\(name)" } ?? name
    }

    /// Whether its cgroup or the node's files say that it runs in a pod.
    package var isInPod: Bool {
        if pod != nil { return true }
        if case .pod = process?.owner.value { return true }
        return false
    }
}

/// What the rules must know beside the process itself.
package struct KillScene: Sendable {
    /// The agent, its parents up to the first process, and its children, by their ids on the node.
    package var ownPIDs: Set<Int32>
    /// False where the lists of GPU processes could not be read in full.
    package var knowsAllHolders: Bool

    package init(ownPIDs: Set<Int32> = [], knowsAllHolders: Bool = true) {
        self.ownPIDs = ownPIDs
        self.knowsAllHolders = knowsAllHolders
    }
}
