/// Which devices the kubelet gave to which containers, as the node itself tells it.
package struct PodsSnapshot: SnapshotCodable, Equatable {
    /// The kubelet's PodResources socket: names pods, not their uids.
    package var podResources = KubeletSource()
    /// The device manager's checkpoint file: names uids, not pods.
    package var checkpoint = KubeletSource()
    /// What both tell together, one entry for each container and resource of a GPU.
    package var allocations: [DeviceAllocation] = []

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&podResources)
        try coder.code(&checkpoint)
        try coder.code(&allocations)
    }
}

/// One of the two places where the kubelet tells of devices, and whether it could be read.
package struct KubeletSource: SnapshotCodable, Hashable {
    package enum Outcome: UInt8, Sendable {
        case notAsked
        /// Read to its end.
        case read
        /// Neither socket nor file is there: no kubelet, or its folder lies elsewhere or is not mounted.
        case missing
        case noPermission
        /// The socket is there but nobody listens on it: the kubelet is down.
        case notListening
        /// No answer in time.
        case timedOut
        /// It answered, but with an error or something unreadable.
        case failed
    }

    package var outcome: Outcome = .notAsked
    /// The socket or file, below the node's root.
    package var path = ""
    /// What exactly went wrong; empty if nothing did.
    package var detail = ""

    package init() {}
    package init(_ outcome: Outcome, path: String, detail: String = "") {
        self.outcome = outcome
        self.path = path
        self.detail = detail
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var raw = outcome.rawValue
        try coder.code(&raw)
        guard let outcome = Outcome(rawValue: raw) else { throw .malformed }
        self.outcome = outcome
        try coder.code(&path)
        try coder.code(&detail)
    }
}

/// The devices of one resource that one container was given.
package struct DeviceAllocation: SnapshotCodable, Hashable {
    /// Nil when only the checkpoint knows it and no log folder tells the pod's name.
    package var namespace: String?
    /// The pod's name; nil like the namespace.
    package var pod: String?
    /// The pod's uid; nil when only the socket knows it and no log folder tells the uid.
    package var podUID: String?
    package var container = ""
    /// For example `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`; of a dynamic allocation (DRA) the driver's name.
    package var resource = ""
    /// As the device plugin named them: `GPU-...`, `GPU-...::3`, `MIG-...`, `nvidia0/gi1`; of a dynamic allocation the
    /// device's name in its pool. In order, each once.
    package var deviceIDs: [String] = []
    /// True for a claim of dynamic resource allocation.
    package var isDynamic = false
    package var isInPodResources = false
    package var isInCheckpoint = false
    /// Whether the pod still has a cgroup on the node; nil where that cannot be told.
    package var isLive: Bool?

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&namespace)
        try coder.code(&pod)
        try coder.code(&podUID)
        try coder.code(&container)
        try coder.code(&resource)
        try coder.code(&deviceIDs)
        try coder.code(&isDynamic)
        try coder.code(&isInPodResources)
        try coder.code(&isInCheckpoint)
        try coder.code(&isLive)
    }
}
