package import Snapshots

extension NodeSnapshot {
    /// The same snapshot with the GPUs that the kernel module knows, or else the PCI bus, where NVML could not be asked.
    ///
    /// They have an identity, no readings, and say why. Their order is NVML's, that of PCI addresses.
    package var withHostGPUs: NodeSnapshot {
        let inProc = host?.procGPUs.value ?? []
        let known = inProc.isEmpty ? (host?.pciGPUs.value ?? []).map { HostGPU(busID: $0) } : inProc
        guard gpus.isEmpty, !known.isEmpty else { return self }
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
