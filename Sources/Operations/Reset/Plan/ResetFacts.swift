package import Snapshots

/// All that the plan of a reset is judged by, as it was at one moment.
package struct ResetFacts: Sendable, Hashable {
    package var method: ResetMethod
    package var gpu: ResetTarget
    /// Whether the driver answers for this GPU.
    package var driverAnswers: Bool
    /// How the driver failed to answer for all of the node; nil when it did.
    package var driverTrouble: String?
    /// Who has the GPU open, looked at twice; see ``secondsBetweenLooks``.
    package var looks: [ClientLook] = []
    /// Clients of the node's other GPUs.
    package var otherJobs: [GPUClient] = []
    package var slot: PCISlot
    package var node: NodeFactsForReset
    /// Persistence mode is a client of its own.
    package var persistence: Reading<Bool> = .unavailable(.notRead)
    /// `nvmlDeviceArchitecture_t`: 6 Turing, 7 Ampere, 9 Hopper.
    package var architecture: Reading<UInt32> = .unavailable(.notRead)
    package var links: LinkNeighbours = LinkNeighbours()
    package var migMode: Reading<ModePair> = .unavailable(.notRead)
    /// UUIDs of the MIG devices with their GPU instance, which a reset destroys.
    package var migDevices: Reading<[String]> = .unavailable(.notRead)
    /// `nvmlGpuVirtualizationMode_t`: 0 none, 1 pass-through, 2 vGPU guest, 3 vGPU host, 4 vSGA.
    package var virtualization: Reading<UInt32> = .unavailable(.notRead)
    /// Field 230; before driver branch 570 only that a reset is needed, where the fields 226 and 227 say so.
    package var recoveryAction: Reading<UInt64> = .unavailable(.notRead)
    /// Repairs and modes that wait for a reset, in words.
    package var pending: [String] = []
    /// Fatal errors of NVSwitches that the kernel log tells of and that nothing has ended since, by their first lines.
    package var switchFaults: Reading<[String]> = .unavailable(.notRead)
    package var confidentialComputing: Reading<ConfidentialComputing> = .unavailable(.notRead)
    /// The last reset of this GPU that the audit log knows.
    package var lastReset: LastReset = .unknown

    /// How long the two looks at the clients lie apart at least, seconds (reset procedure: a client that reopens the GPU in
    /// a loop is seen by one of them).
    package static let secondsBetweenLooks = 2

    package init(method: ResetMethod, gpu: ResetTarget, driverAnswers: Bool, slot: PCISlot, node: NodeFactsForReset) {
        self.method = method
        self.gpu = gpu
        self.driverAnswers = driverAnswers
        self.slot = slot
        self.node = node
    }

    /// The way that the method takes with these facts.
    package var path: ResetPath {
        switch (method, driverAnswers) {
        case (.driver, _): .driverTool
        case (.bus, true): .driverToolBus
        case (.bus, false): .kernel
        }
    }
}

/// The GPU that is to be reset.
package struct ResetTarget: Sendable, Hashable {
    /// NVML's index; nil where NVML does not list it.
    package var index: UInt32?
    /// `GPU-...`; nil where neither NVML nor the kernel module tell.
    package var uuid: String?
    package var busID: BusID
    package var name: String?
    /// The N of /dev/nvidiaN.
    package var minor: UInt32?

    package init(
        index: UInt32? = nil, uuid: String? = nil, busID: BusID, name: String? = nil, minor: UInt32? = nil
    ) {
        self.index = index
        self.uuid = uuid
        self.busID = busID
        self.name = name
        self.minor = minor
    }

    /// For people: `GPU 3 (GPU-8d7f..., 0000:3b:00.0)`.
    package var description: String {
        let title = index.map { "GPU \($0)" } ?? "the GPU"
        return "\(title) (\([uuid, "\(busID)"].compactMap { $0 }.joined(separator: ", ")))"
    }
}

/// What of the node itself matters to a reset.
package struct NodeFactsForReset: Sendable, Hashable {
    /// Whether the agent has the rights of root.
    package var isRoot: Bool
    /// Whether an nvidia-smi was found.
    package var hasTool: Bool
    /// Whether fabric manager runs; a reason where the processes cannot be listed.
    package var fabricManagerRuns: Reading<Bool>
    /// NVSwitches on the PCI bus.
    package var nvSwitchCount: Reading<Int>
    /// Windows Subsystem for Linux: its GPUs belong to Windows.
    package var isWSL: Bool
    package var scheduling: NodeScheduling

    package init(
        isRoot: Bool, hasTool: Bool, fabricManagerRuns: Reading<Bool> = .unavailable(.notRead),
        nvSwitchCount: Reading<Int> = .unavailable(.notRead), isWSL: Bool = false,
        scheduling: NodeScheduling = .unknown
    ) {
        self.isRoot = isRoot
        self.hasTool = hasTool
        self.fabricManagerRuns = fabricManagerRuns
        self.nvSwitchCount = nvSwitchCount
        self.isWSL = isWSL
        self.scheduling = scheduling
    }
}

/// Whether Kubernetes gives the node new pods.
package enum NodeScheduling: String, Sendable, Hashable {
    case cordoned
    case schedulable
    /// The agent talks to no API server.
    case unknown
}

/// When the GPU was last reset by this agent.
package enum LastReset: Sendable, Hashable {
    /// The audit log, which goes back far enough, has none within the hour.
    case none
    case secondsAgo(Int)
    /// There is no audit log to look in.
    case unknown
}
