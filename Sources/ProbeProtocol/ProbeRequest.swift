package import Snapshots

/// What the agent asks of its probe in one message.
package struct ProbeRequest: SnapshotCodable, Equatable {
    /// Which parts of the node to read.
    package var sections: ProbeSections = []
    /// Which GPUs to read in depth; empty means all.
    package var gpus: [GPUSelector] = []
    /// Indexes of GPUs not to touch, since the driver hung or crashed on them a moment ago.
    package var skippedGPUs: [UInt32] = []
    /// Indexes of GPUs to read last, since the driver hung or crashed on them in an earlier request.
    package var lastGPUs: [UInt32] = []

    /// With ``ProbeSections/nodeProcesses``: these processes only, by their ids on the node; empty means all that have to do
    /// with GPUs.
    package var pids: [Int32] = []
    /// With ``ProbeSections/kernelLog``: where to go on, as the page before says; nil means from the beginning.
    package var logCursor: KernelLogCursor?

    package init() {}
    package init(
        _ sections: ProbeSections, gpus: [GPUSelector] = [], pids: [Int32] = [], logCursor: KernelLogCursor? = nil
    ) {
        self.logCursor = logCursor
        self.sections = sections
        self.gpus = gpus
        self.pids = pids
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var bits = sections.rawValue
        try coder.code(&bits)
        sections = ProbeSections(rawValue: bits)
        try coder.code(&gpus)
        try coder.code(&skippedGPUs)
        try coder.code(&lastGPUs)
        try coder.code(&pids)
        try coder.code(&logCursor)
    }
}

extension ProbeRequest {
    /// Whether anything that it asks for needs NVML.
    package var needsDriver: Bool { !sections.isDisjoint(with: .needingDriver) }

    /// The order in which to read so many GPUs.
    package func order(of count: UInt32) -> [UInt32] {
        let wanted = (0..<count).filter { !skippedGPUs.contains($0) }
        guard !lastGPUs.isEmpty else { return wanted }
        return wanted.filter { !lastGPUs.contains($0) } + wanted.filter { lastGPUs.contains($0) }
    }
}

/// The parts of a node that can be read.
package struct ProbeSections: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Driver, library and the GPUs' identities.
    package static let driver = ProbeSections(rawValue: 1 << 0)
    /// The host's own view: kernel module, PCI bus, /proc.
    package static let host = ProbeSections(rawValue: 1 << 1)
    /// ``GPUInventory`` of each GPU.
    package static let inventory = ProbeSections(rawValue: 1 << 2)
    /// ``GPUTelemetry`` of each GPU.
    package static let telemetry = ProbeSections(rawValue: 1 << 3)

    /// ``GPUMemoryHealth`` of each GPU.
    package static let memoryHealth = ProbeSections(rawValue: 1 << 4)
    /// ``GPULinks`` of each GPU.
    package static let links = ProbeSections(rawValue: 1 << 5)
    /// ``GPUFabric`` of each GPU.
    package static let fabric = ProbeSections(rawValue: 1 << 6)
    /// ``GPUProcesses`` of each GPU.
    package static let processes = ProbeSections(rawValue: 1 << 7)
    /// ``GPUTopology`` of each GPU.
    package static let topology = ProbeSections(rawValue: 1 << 8)
    /// ``HostDevices``: PCI devices in depth and kernel modules.
    package static let devices = ProbeSections(rawValue: 1 << 9)
    /// The kernel log's lines about GPUs, a page of them.
    package static let kernelLog = ProbeSections(rawValue: 1 << 10)
    /// ``ProcessesSnapshot``: the processes that hold a device node of the driver open, with their pods; together with
    /// `processes` also those that NVML lists.
    package static let nodeProcesses = ProbeSections(rawValue: 1 << 11)
    /// ``PodsSnapshot``: the devices that the kubelet gave to containers.
    package static let pods = ProbeSections(rawValue: 1 << 12)
    /// ``NodeFacts``: the node's system and its container runtime.
    package static let facts = ProbeSections(rawValue: 1 << 13)

    /// Of ``GPUMemoryHealth`` only the driver's recovery action, one cheap call for each GPU.
    package static let recoveryAction = ProbeSections(rawValue: 1 << 14)

    /// With ``nodeProcesses``: also the processes that have a device node of the driver mapped into their memory. Costly on a
    /// full node, so it is asked for only before something is done to a GPU.
    package static let deviceMappings = ProbeSections(rawValue: 1 << 15)

    /// ``ConfidentialComputing`` of the node.
    package static let confidentialComputing = ProbeSections(rawValue: 1 << 16)

    /// Of ``GPUInventory`` only the MIG mode, one cheap call for each GPU.
    package static let migMode = ProbeSections(rawValue: 1 << 17)

    /// Those that need NVML.
    package static let needingDriver: ProbeSections = [
        .driver, .inventory, .telemetry, .memoryHealth, .links, .fabric, .processes, .topology, .recoveryAction,
        .confidentialComputing, .migMode,
    ]
}

/// One way to name a GPU.
package enum GPUSelector: Sendable, Hashable {
    case index(UInt32)
    /// `GPU-...`, compared without regard to case.
    case uuid(String)
    case busID(BusID)

    /// Bytes of a UUID, as NVML has room for it (NVML_DEVICE_UUID_V2_BUFFER_SIZE).
    private static let longestUUID = 96

    /// Reads `3`, `GPU-8d7f...` and `0000:3b:00.0` (also without domain or function); nil for anything else.
    package init?(_ text: String) {
        if let index = UInt32(text) {
            self = .index(index)
        } else if (5...Self.longestUUID).contains(text.utf8.count), text.lowercased().hasPrefix("gpu-") {
            self = .uuid(text)
        } else if let busID = BusID(text) {
            self = .busID(busID)
        } else {
            return nil
        }
    }

    /// Whether it names this GPU.
    package func matches(_ gpu: GPUSnapshot) -> Bool {
        switch self {
        case .index(let index): gpu.index == index
        case .uuid(let uuid): gpu.uuid.value?.lowercased() == uuid.lowercased()
        case .busID(let busID): gpu.busID.value?.slot == busID.slot
        }
    }
}

extension GPUSelector: SnapshotCodable {
    package init() { self = .index(0) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var text = description
        try coder.code(&text)
        guard let selector = GPUSelector(text) else { throw .malformed }
        self = selector
    }
}

extension GPUSelector: CustomStringConvertible {
    package var description: String {
        switch self {
        case .index(let index): String(index)
        case .uuid(let uuid): uuid
        case .busID(let busID): String(describing: busID)
        }
    }
}
