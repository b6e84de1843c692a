package import Snapshots

/// Something about GPUs, processes and pods that does not fit together, or that somebody should know before a reset.
package struct AttributionFinding: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A process with a context that no pod claims.
        case processWithoutPod = "process_without_pod"
        /// Memory in use that no process claims.
        case memoryWithoutProcess = "memory_without_process"
        /// A pod was given a GPU and none of its processes uses it.
        case podWithoutProcess = "pod_without_process"
        /// A pod uses a GPU that it was not given.
        case useWithoutAllocation = "use_without_allocation"
        /// A process holds a device node open without a context.
        case holderWithoutContext = "holder_without_context"
        /// A process has ended, and its parent or the kernel keeps it.
        case zombieProcess = "zombie_process"
        /// A process sleeps in the kernel and cannot be killed.
        case uninterruptibleProcess = "uninterruptible_process"
        /// NVML lists a process that /proc does not have.
        case processGone = "process_gone"
        /// The kubelet gave away a device that NVML does not list.
        case allocatedDeviceMissing = "allocated_device_missing"
        /// Two living pods were given the same device.
        case deviceGivenTwice = "device_given_twice"
        /// The agent and NVML number processes differently.
        case processIDsNotShared = "process_ids_not_shared"
    }

    package var kind: Kind
    package var severity: Severity
    package var action: Action
    /// NVML's index; nil for what concerns the node.
    package var gpuIndex: UInt32?
    package var pid: Int32?
    package var pod: PodIdentity?
    /// What is the matter, in one sentence.
    package var message: String
    /// What to do.
    package var remedy: String

    init(
        _ kind: Kind, _ severity: Severity, _ action: Action, gpu: UInt32? = nil, pid: Int32? = nil,
        pod: PodIdentity? = nil, _ message: String, remedy: String
    ) {
        self.kind = kind
        self.severity = severity
        self.action = action
        gpuIndex = gpu
        self.pid = pid
        self.pod = pod
        self.message = message
        self.remedy = remedy
    }
}
