package import Snapshots

/// One process that has to do with one GPU.
package struct GPUProcessUse: Sendable, Hashable {
    /// How it has to do with it.
    package enum Relation: String, Sendable, Hashable {
        case compute
        case graphics
        case mps
        /// It holds the device node open and is on none of NVML's lists. It has no context, if these could be read.
        case holdsDeviceNode = "holds_device_node"
    }

    package var pid: Int32
    /// In the order of NVML's lists; never empty.
    package var relations: [Relation]
    /// What NVML says of its memory; nil where it does not tell, and for holders.
    package var memoryBytes: UInt64?
    /// Of a MIG instance; nil outside of MIG.
    package var gpuInstanceID: UInt32?
    package var computeInstanceID: UInt32?
    /// The process by /proc; nil where it was not read or is not there.
    package var process: NodeProcess?
    /// True when NVML lists the pid and /proc does not have it.
    package var isGone = false

    package var hasContext: Bool { relations != [.holdsDeviceNode] }
    package var pod: PodIdentity? { process?.pod }

    /// A zombie, or not on the node at all.
    package var hasEnded: Bool { isGone || process?.process.state == .zombie || process?.process.state == .dead }

    /// True for programs of NVIDIA and others that watch or serve the driver and are on every node: they hold device nodes
    /// for good and belong to no workload. Known by the kernel's name of the process, which is 15 characters long.
    package var isDriverService: Bool {
        guard let name = process?.process.name else { return false }
        return Self.services.contains { name.hasPrefix($0) }
    }

    private static let services = [
        "nvidia-persiste", "nv-fabricmanage", "nv-hostengine", "dcgm-exporter", "nvidia-device-p", "gpu-feature-dis",
        "nvidia-mig-mana", "nvidia-imex", "nvidia-smi", "nvidia-cuda-mps", "nvidia-gridd", "nvsm_", "gpud",
        "k8s-mcp-agent",
    ]
}

/// What one GPU is used for.
package struct GPUUse: Sendable {
    package var gpu: GPUSnapshot
    /// N of /dev/nvidiaN; nil where neither NVML nor /proc tells.
    package var minorNumber: UInt32?
    /// Those with a context first, by pid. Nil when NVML's lists could not be read: then nothing can be said.
    package var processes: [GPUProcessUse]?
    /// Framebuffer in use without what the driver reserves for itself; nil where it was not read.
    package var memoryUsedBytes: UInt64?
    /// What the processes that still exist say to use; nil when one of them does not tell.
    package var memoryClaimedBytes: UInt64?

    /// Whether NVML listed the processes that work on it; otherwise those that hold its device node may do so, too. The list of
    /// compute processes is the one that counts: drivers for data centres may lack the others.
    package var areContextsKnown: Bool { gpu.processes?.compute.value != nil }

    /// Memory in use that no living process claims; nil where that cannot be known.
    package var memoryUnclaimedBytes: UInt64? {
        guard let used = memoryUsedBytes, let claimed = memoryClaimedBytes else { return nil }
        return used > claimed ? used - claimed : 0
    }
}
