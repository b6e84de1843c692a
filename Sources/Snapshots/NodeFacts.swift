/// What a node is beside its GPUs, as its files tell.
package struct NodeFacts: SnapshotCodable, Equatable {
    package var hostname: Reading<String> = .unavailable(.notRead)
    /// `PRETTY_NAME` of /etc/os-release.
    package var operatingSystem: Reading<String> = .unavailable(.notRead)
    /// For example `6.8.0-63-generic`.
    package var kernelRelease: Reading<String> = .unavailable(.notRead)
    package var memoryTotalBytes: Reading<UInt64> = .unavailable(.notRead)
    /// Processors that are switched on.
    package var processorCount: Reading<UInt32> = .unavailable(.notRead)
    /// Microseconds since 1970-01-01 UTC, exact to about a second.
    package var bootedMicroseconds: Reading<Int64> = .unavailable(.notRead)
    /// 1 or 2; 1 also where both are mounted and processes are counted in the old one.
    package var cgroupVersion: Reading<UInt32> = .unavailable(.notRead)
    /// `containerd`, `cri-o`, `docker`: those whose socket is there.
    package var containerRuntimes: [String] = []
    /// What makes Kubernetes of this node, as far as its folders tell: `k3s`, `OpenShift`, `GKE`...; nil for anything else.
    package var distribution: String?
    /// The GPU Operator's marks of what works (/run/nvidia/validations), without the suffix `-ready`; empty without it.
    package var operatorReady: [String] = []
    /// Labels that GPU Feature Discovery left in a file, `key=value`; empty where it talks to the API server only.
    package var labels: [String] = []

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&hostname)
        try coder.code(&operatingSystem)
        try coder.code(&kernelRelease)
        try coder.code(&memoryTotalBytes)
        try coder.code(&processorCount)
        try coder.code(&bootedMicroseconds)
        try coder.code(&cgroupVersion)
        try coder.code(&containerRuntimes)
        try coder.code(&distribution)
        try coder.code(&operatorReady)
        try coder.code(&labels)
    }
}
