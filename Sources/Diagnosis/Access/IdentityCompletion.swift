package import Snapshots

extension NodeSnapshot {
    /// The same snapshot with every GPU that NVML counts in it, and with the identity of those that NVML would not name.
    ///
    /// A GPU that is lost or was not reached has no handle and so no UUID and no address. NVML's order is that of the PCI
    /// addresses, so if as many GPUs of /proc are unaccounted for as have no address, they are the same ones in that order.
    package var withAllIdentities: NodeSnapshot {
        guard interruption != nil || gpus.indices.contains(where: { gpus[$0].busID.value == nil }) else { return self }
        var snapshot = self
        snapshot.addUnreadGPUs()
        snapshot.fillIdentities()
        return snapshot
    }

    private mutating func addUnreadGPUs() {
        guard let interruption, let count = driver.gpuCount.value, count <= 1_024 else { return }
        let read = Set(gpus.map(\.index))
        for index in 0..<count where !read.contains(index) {
            var gpu = GPUSnapshot()
            gpu.index = index
            gpu.refusal = interruption.cause == .timedOut && interruption.gpuIndex == index ? .timedOut : .notRead
            gpu.isSelected = true
            gpus.append(gpu)
        }
        gpus.sort { $0.index < $1.index }
    }

    private mutating func fillIdentities() {
        guard let known = host?.procGPUs.value else { return }
        let listed = Set(gpus.compactMap { $0.busID.value?.slot })
        let unclaimed = known.filter { !listed.contains($0.busID.slot) }.sorted { $0.busID < $1.busID }
        let nameless = gpus.indices.filter { gpus[$0].busID.value == nil }
        guard !nameless.isEmpty, nameless.count == unclaimed.count else { return }
        for (index, identity) in zip(nameless, unclaimed) {
            gpus[index].busID = .value(identity.busID)
            if let uuid = identity.uuid { gpus[index].uuid = .value(uuid) }
            if let model = identity.model { gpus[index].name = .value(model) }
        }
    }
}
