package import Snapshots

/// GPUs for which NVML reports no address, beside more GPUs of the host that it does not name: some are missing from NVML, and
/// nobody knows which.
package struct UnplacedGPUs: Sendable, Equatable {
    /// The host's GPUs that may be the missing ones, ascending.
    package var candidates: [BusID]
    /// GPUs that NVML lists without an address.
    package var namelessCount: Int

    /// How many are missing at least.
    package var missingCount: Int { candidates.count - namelessCount }

    /// As a problem with its remedy.
    package var problem: AccessProblem {
        AccessProblem(
            kind: "gpu_missing_from_nvml",
            message:
                "NVML lists fewer GPUs than the host has: \(missingCount) of these are missing from it: \(places).",
            remedy:
                "Those that answer are named: look for Xid 79 of the others in the kernel log, drain the node and reboot."
        )
    }

    /// The candidates as words.
    package var places: String { candidates.map { "\($0)" }.joined(separator: ", ") }
}

extension NodeSnapshot {
    /// The GPUs that nobody can place; nil where each GPU of the host is listed, missing by address, or as lost as another.
    package var unplacedGPUs: UnplacedGPUs? {
        guard driver.state.outcome == .ready, interruption == nil, let host else { return nil }
        let nameless = gpus.indices.count { gpus[$0].busID.value == nil }
        guard nameless > 0 else { return nil }
        let listed = Set(gpus.compactMap { $0.busID.value?.slot })
        let known = (host.procGPUs.value ?? []).filter { $0.isExcluded != true }.map(\.busID)
        let all = Set(known + (host.pciGPUs.value ?? []).filter { !isKeptAway($0) })
        let candidates = all.filter { !listed.contains($0.slot) }.sorted()
        guard candidates.count > nameless else { return nil }
        return UnplacedGPUs(candidates: candidates, namelessCount: nameless)
    }

    /// Whether a GPU is kept from NVIDIA's driver on purpose.
    private func isKeptAway(_ place: BusID) -> Bool {
        let isExcluded = host?.procGPUs.value?.first { $0.busID.slot == place.slot }?.isExcluded ?? false
        let driver = devices?.pci.value?.first { $0.busID.slot == place.slot }?.driver.value ?? "nvidia"
        return isExcluded || !(driver.isEmpty || driver == "nvidia")
    }
}
