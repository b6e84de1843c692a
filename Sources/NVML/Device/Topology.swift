import CNVML

struct TopologyFunctions {
    let commonAncestor: NVMLFunction<pfn_nvmlDeviceGetTopologyCommonAncestor>
    let peerStatus: NVMLFunction<pfn_nvmlDeviceGetP2PStatus>
    let cpuAffinity: NVMLFunction<pfn_nvmlDeviceGetCpuAffinity>
    let memoryAffinity: NVMLFunction<pfn_nvmlDeviceGetMemoryAffinity>
    let numaNode: NVMLFunction<DeviceUInt32>

    init(_ binder: inout SymbolBinder) {
        commonAncestor = binder.optional("nvmlDeviceGetTopologyCommonAncestor")
        peerStatus = binder.optional("nvmlDeviceGetP2PStatus")
        cpuAffinity = binder.optional("nvmlDeviceGetCpuAffinity")
        memoryAffinity = binder.optional(.since(450, "nvmlDeviceGetMemoryAffinity"))
        numaNode = binder.optional(.since(545, "nvmlDeviceGetNumaNodeId"))
    }
}

/// A kind of access from one GPU to another.
package enum NVMLPeerAccess: UInt32, CaseIterable, Sendable {
    case read = 0
    case write = 1
    case nvlink = 2
}

extension NVMLDevice {
    /// The closest thing that both GPUs hang on: 0 the same board, 10 one PCI switch, 20 several, 30 a host bridge, 40 a
    /// NUMA node, 50 the system.
    package func commonAncestor(_ other: NVMLDevice) throws(NVMLError) -> UInt32 {
        var level: UInt32 = 0
        try call(functions.pointee.topology.commonAncestor) { $0(handle, other.handle, &level) }
        return level
    }

    /// 0 works, 1 not supported by the chipset, 2 nor by the GPU, 3 wrong topology, 4 switched off by a driver key, 5 not
    /// supported, 6 unknown.
    package func peerStatus(_ other: NVMLDevice, _ access: NVMLPeerAccess) throws(NVMLError) -> UInt32 {
        var status: UInt32 = 0
        try call(functions.pointee.topology.peerStatus) { $0(handle, other.handle, access.rawValue, &status) }
        return status
    }

    /// The CPUs near the GPU, in rising order; CPUs from 4096 on are not told.
    package func cpuAffinity() throws(NVMLError) -> [Int] {
        var words = [UInt](repeating: 0, count: 64)
        try call(functions.pointee.topology.cpuAffinity) { $0(handle, 64, &words) }
        return words.setBits
    }

    /// The NUMA nodes near the GPU, in rising order; nodes from 1024 on are not told.
    package func memoryAffinity() throws(NVMLError) -> [Int] {
        var words = [UInt](repeating: 0, count: 16)
        try call(functions.pointee.topology.memoryAffinity) { $0(handle, 16, &words, NVML_AFFINITY_SCOPE_NODE) }
        return words.setBits
    }

    /// The NUMA node that the GPU's own memory is (Grace systems).
    package func numaNode() throws(NVMLError) -> UInt32 { try uint32(functions.pointee.topology.numaNode) }
}

extension [UInt] {
    /// The places of the bits that are set.
    fileprivate var setBits: [Int] {
        var places: [Int] = []
        for (index, word) in enumerated() {
            var rest = word
            while rest != 0 {
                places.append(index * UInt.bitWidth + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return places
    }
}
