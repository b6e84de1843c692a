public import CNVML
internal import Scenarios

/// A call about two GPUs; the number is their place in a table of all pairs.
private func onPair(
    _ call: NVMLCall, _ first: nvmlDevice_t?, _ second: nvmlDevice_t?, _ body: (SimulatedNode, Int) -> nvmlReturn_t
) -> nvmlReturn_t {
    onNode(call) { node in
        guard let one = node.device(first), let other = node.device(second) else { return NVML_ERROR_INVALID_ARGUMENT }
        if let code = one.faults.pass(call) ?? other.faults.pass(call) { return code }
        return body(node, one.index * node.devices.count + other.index)
    }
}

@_cdecl("nvmlDeviceGetTopologyCommonAncestor")
public func nvmlDeviceGetTopologyCommonAncestor(
    _ first: nvmlDevice_t?, _ second: nvmlDevice_t?, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onPair(.deviceGetTopologyCommonAncestor, first, second) { node, pair in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = node.topologyLevels[pair]
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetP2PStatus")
public func nvmlDeviceGetP2PStatus(
    _ first: nvmlDevice_t?, _ second: nvmlDevice_t?, _ capability: UInt32, _ out: UnsafeMutablePointer<UInt32>?
) -> nvmlReturn_t {
    onPair(.deviceGetP2PStatus, first, second) { node, pair in
        guard let out, capability <= NVML_P2P_CAPS_INDEX_PCI else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = node.peerStates[pair][Int(capability)]
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceOnSameBoard")
public func nvmlDeviceOnSameBoard(
    _ first: nvmlDevice_t?, _ second: nvmlDevice_t?, _ out: UnsafeMutablePointer<Int32>?
) -> nvmlReturn_t {
    onPair(.deviceOnSameBoard, first, second) { _, _ in
        guard let out else { return NVML_ERROR_INVALID_ARGUMENT }
        out.pointee = 0
        return NVML_SUCCESS
    }
}

@_cdecl("nvmlDeviceGetTopologyNearestGpus")
public func nvmlDeviceGetTopologyNearestGpus(
    _ device: nvmlDevice_t?, _ level: UInt32, _ count: UnsafeMutablePointer<UInt32>?,
    _ out: UnsafeMutablePointer<nvmlDevice_t?>?
) -> nvmlReturn_t {
    onNode(.deviceGetTopologyNearestGpus) { node in
        guard let own = node.device(device) else { return NVML_ERROR_INVALID_ARGUMENT }
        if let code = own.faults.pass(.deviceGetTopologyNearestGpus) { return code }
        let row = own.index * node.devices.count
        let near = node.devices.filter { $0.index != own.index && node.topologyLevels[row + $0.index] == level }
        return put(near.map(\.handle), count, out)
    }
}

@_cdecl("nvmlDeviceGetCpuAffinity")
public func nvmlDeviceGetCpuAffinity(
    _ device: nvmlDevice_t?, _ size: UInt32, _ out: UnsafeMutablePointer<UInt>?
) -> nvmlReturn_t {
    writeProcessors(device, size, out)
}

@_cdecl("nvmlDeviceGetCpuAffinityWithinScope")
public func nvmlDeviceGetCpuAffinityWithinScope(
    _ device: nvmlDevice_t?, _ size: UInt32, _ out: UnsafeMutablePointer<UInt>?, _ scope: UInt32
) -> nvmlReturn_t {
    guard scope <= NVML_AFFINITY_SCOPE_SOCKET else { return NVML_ERROR_INVALID_ARGUMENT }
    return writeProcessors(device, size, out)
}

@_cdecl("nvmlDeviceGetMemoryAffinity")
public func nvmlDeviceGetMemoryAffinity(
    _ device: nvmlDevice_t?, _ size: UInt32, _ out: UnsafeMutablePointer<UInt>?, _ scope: UInt32
) -> nvmlReturn_t {
    onDevice(.deviceGetMemoryAffinity, device) { device in
        guard let out, size > 0, scope <= NVML_AFFINITY_SCOPE_SOCKET else { return NVML_ERROR_INVALID_ARGUMENT }
        let node = device.gpu.pci.numaNode
        guard node >= 0 else { return NVML_ERROR_NOT_SUPPORTED }
        setBits([node...node], out, words: Int(size))
        return NVML_SUCCESS
    }
}

private func writeProcessors(_ device: nvmlDevice_t?, _ size: UInt32, _ out: UnsafeMutablePointer<UInt>?)
    -> nvmlReturn_t
{
    onDevice(.deviceGetCpuAffinity, device) { device in
        guard let out, size > 0 else { return NVML_ERROR_INVALID_ARGUMENT }
        guard !device.gpu.pci.cpus.ranges.isEmpty else { return NVML_ERROR_NOT_SUPPORTED }
        setBits(device.gpu.pci.cpus.ranges, out, words: Int(size))
        return NVML_SUCCESS
    }
}

/// Sets the bits that fit, and clears the others.
private func setBits(_ ranges: [ClosedRange<Int>], _ out: UnsafeMutablePointer<UInt>, words: Int) {
    for word in 0..<words { out[word] = 0 }
    for bit in ranges.joined() where bit < words * UInt.bitWidth {
        out[bit / UInt.bitWidth] |= 1 << (bit % UInt.bitWidth)
    }
}
