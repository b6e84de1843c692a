/// Where a GPU sits in the machine.
package struct GPUTopology: SnapshotCodable, Equatable {
    /// The NUMA nodes near it, in rising order.
    package var nearNUMANodes: Reading<[UInt32]> = .unavailable(.notRead)
    /// The CPUs near it in Linux's list form: `0-55,112-167`.
    package var cpuAffinity: Reading<String> = .unavailable(.notRead)
    /// The NUMA node that its own memory is (Grace systems).
    package var ownNUMANode: Reading<UInt32> = .unavailable(.notRead)
    /// Its way to each other GPU that NVML opens.
    package var peers: [GPUPeer] = []

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&nearNUMANodes)
        try coder.code(&cpuAffinity)
        try coder.code(&ownNUMANode)
        try coder.code(&peers)
    }
}

/// The way from one GPU to another.
package struct GPUPeer: SnapshotCodable, Equatable {
    /// NVML's index of the other one.
    package var index: UInt32 = 0
    /// The closest thing that both hang on: 0 one board, 10 one PCIe switch, 20 several, 30 a host bridge, 40 a NUMA node,
    /// 50 the system.
    package var commonAncestor: Reading<UInt32> = .unavailable(.notRead)
    /// What the answers to reading and to writing come to.
    package enum Access: Sendable, Hashable {
        case works
        case blocked
        /// The driver answered that it does not know.
        case unknown
        case unavailable(Unavailable)
    }

    /// Whether both may reach into each other's memory.
    package var access: Access {
        let statuses = [read, write]
        if statuses.contains(where: { ![nil, 0, Self.unknownStatus].contains($0.value) }) { return .blocked }
        if let reason = statuses.lazy.compactMap(\.reason).first { return .unavailable(reason) }
        return statuses.contains { $0.value == Self.unknownStatus } ? .unknown : .works
    }

    private static let unknownStatus: UInt32 = 6

    /// `nvmlGpuP2PStatus_t`: 0 works, 1 not supported by the chipset, 2 nor by the GPU, 3 wrong topology, 4 switched off,
    /// 5 not supported, 6 unknown. This and the next two.
    package var read: Reading<UInt32> = .unavailable(.notRead)
    package var write: Reading<UInt32> = .unavailable(.notRead)
    package var nvlink: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&index)
        try coder.code(&commonAncestor)
        try coder.code(&read)
        try coder.code(&write)
        try coder.code(&nvlink)
    }
}
