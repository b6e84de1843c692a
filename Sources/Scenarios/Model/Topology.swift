/// How the GPUs of a node are connected with each other.
package struct Topology: ScenarioSection, Sendable {
    /// Exceptions from what follows from NUMA nodes and NVLinks.
    private var pairs: [TopologyPair] = []
    /// The level between GPUs of one NUMA node.
    private var sameNode = 40
    private var otherNode = 50

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        pairs = try reader.list("pairs")
        sameNode = Int(try reader.choice("same_node", .topologyLevels).value?.start ?? 40)
        otherNode = Int(try reader.choice("other_node", .topologyLevels).value?.start ?? 50)
    }

    /// The nearest common ancestor on the PCI tree, as nvmlGpuTopologyLevel_t.
    package func level(_ first: Int, _ second: Int, in gpus: [GPU]) -> UInt32 {
        if first == second { return 0 }
        if let level = pair(first, second)?.level { return UInt32(truncatingIfNeeded: level) }
        let near = gpus[first].pci.numaNode == gpus[second].pci.numaNode
        return UInt32(truncatingIfNeeded: near ? sameNode : otherNode)
    }

    /// Whether peer access works, as nvmlGpuP2PStatus_t, by nvmlGpuP2PCapsIndex_t (read, write, nvlink, atomics, pci).
    package func peerStates(_ first: Int, _ second: Int, in gpus: [GPU]) -> [UInt32] {
        if let states = pair(first, second)?.peerStates { return states }
        let linked = linked(gpus[first]) && linked(gpus[second])
        return [0, 0, linked ? 0 : 5, linked ? 0 : 5, 0]
    }

    private func linked(_ gpu: GPU) -> Bool {
        gpu.nvlink.links.contains { $0.active.value?.start == 1 } && !gpu.mig.isOn
    }

    private func pair(_ first: Int, _ second: Int) -> TopologyPair? {
        pairs.first { $0.gpus == [first, second] || $0.gpus == [second, first] }
    }
}

/// What is special between two GPUs.
struct TopologyPair: ScenarioSection, Sendable {
    var gpus: [Int] = []
    var level: Int?
    var peerStates: [UInt32]?

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        gpus = try reader.numbers("gpus").map { Int(truncatingIfNeeded: $0) }
        guard gpus.count == 2 else { throw ScenarioError("expected two indexes", at: reader.place("gpus")) }
        level = try reader.choice("level", .topologyLevels).value.map { Int($0.start) }
        var states: [UInt32] = []
        for key in ["read", "write", "nvlink", "atomics", "pci"] {
            states.append(UInt32(truncatingIfNeeded: try reader.choice(key, .p2pStates).value?.start ?? 0))
        }
        if states.contains(where: { $0 != 0 }) { peerStates = states }
    }
}
