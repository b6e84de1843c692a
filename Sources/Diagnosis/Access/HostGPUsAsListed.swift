package import Snapshots

extension NodeSnapshot {
    /// The same snapshot with the GPUs that the kernel module knows, where NVML could not be asked for any.
    ///
    /// They have an identity, no readings, and say why. Their order is NVML's, that of PCI addresses.
    package var withHostGPUs: NodeSnapshot {
        guard gpus.isEmpty, let known = host?.procGPUs.value, !known.isEmpty else { return self }
        var snapshot = self
        let refusal: Unavailable = interruption == nil ? .notRead : .timedOut
        snapshot.gpus = known.sorted { $0.busID < $1.busID }.enumerated().map { index, identity in
            var gpu = GPUSnapshot()
            gpu.index = UInt32(index)
            gpu.refusal = refusal
            gpu.isSelected = true
            gpu.busID = .value(identity.busID)
            gpu.uuid = identity.uuid.map(Reading.value) ?? .unavailable(refusal)
            gpu.name = identity.model.map(Reading.value) ?? .unavailable(refusal)
            return gpu
        }
        return snapshot
    }
}
