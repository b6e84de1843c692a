/// What was read of a node at one moment, section by section.
package struct NodeSnapshot: Sendable, Equatable {
    /// When the reading began, microseconds since 1970-01-01 UTC.
    package var collectedAtMicroseconds: Int64 = 0
    /// What the driver says of itself, and whether it could be used at all.
    package var driver = DriverSnapshot()
    /// The host's own view of its GPUs; nil if it was not asked for or not reached.
    package var host: HostSnapshot?
    /// The host's devices in depth; nil if they were not asked for or not reached.
    package var devices: HostDevices?
    /// What the kernel log says of GPUs; nil if it was not asked for or not reached.
    package var kernelLog: Reading<HostKernelLog>?
    /// The processes that have to do with GPUs; nil if they were not asked for or not reached.
    package var nodeProcesses: ProcessesSnapshot?
    /// The node's daemons, where they were looked for without the other processes; nil where they were not.
    package var daemons: ProcessesSnapshot?
    /// The devices that containers were given; nil if they were not asked for or not reached.
    package var pods: PodsSnapshot?
    /// What the node is beside its GPUs; nil if it was not asked for or not reached.
    package var facts: NodeFacts?
    /// One entry for each GPU that NVML lists, in NVML's order.
    package var gpus: [GPUSnapshot] = []
    /// Why there is no more of it; nil if everything that was asked for was read.
    package var interruption: ProbeInterruption?
    /// What kept other GPUs from being read, after the reading had gone on without the one of ``interruption``.
    package var furtherInterruptions: [ProbeInterruption] = []

    package init() {}

    /// What the driver did at a GPU instead of answering; nil where it answered, or nobody got there.
    ///
    /// - Parameter gpu: NVML's index.
    package func interruption(on gpu: UInt32) -> ProbeInterruption? {
        ([interruption].compactMap { $0 } + furtherInterruptions).first { $0.gpuIndex == gpu }
    }
}

/// One GPU that NVML lists.
package struct GPUSnapshot: SnapshotCodable, Equatable {
    /// NVML's index: the order of PCI addresses, not CUDA's order, and not stable across a removal.
    package var index: UInt32 = 0
    /// Why NVML gives no handle for this GPU; nil when it does.
    package var refusal: Unavailable?
    /// `GPU-...`
    package var uuid: Reading<String> = .unavailable(.notRead)
    package var busID: Reading<BusID> = .unavailable(.notRead)
    /// Marketing name, for example `NVIDIA H100 80GB HBM3`.
    package var name: Reading<String> = .unavailable(.notRead)
    /// False when the request asked for other GPUs only: then there is nothing but the identity.
    package var isSelected = false
    @Boxed package var inventory: GPUInventory?
    @Boxed package var telemetry: GPUTelemetry?
    @Boxed package var memoryHealth: GPUMemoryHealth?
    @Boxed package var links: GPULinks?
    @Boxed package var fabric: GPUFabric?
    @Boxed package var processes: GPUProcesses?
    @Boxed package var topology: GPUTopology?

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&index)
        var hasHandle: Reading<Bool> = refusal.map { .unavailable($0) } ?? .value(true)
        try coder.code(&hasHandle)
        refusal = hasHandle.reason
        try coder.code(&uuid)
        try coder.code(&busID)
        try coder.code(&name)
        try coder.code(&isSelected)
        try coder.code(&_inventory)
        try coder.code(&_telemetry)
        try coder.code(&_memoryHealth)
        try coder.code(&_links)
        try coder.code(&_fabric)
        try coder.code(&_processes)
        try coder.code(&_topology)
    }
}
