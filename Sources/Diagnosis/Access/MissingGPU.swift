package import Snapshots

/// A GPU that the PCI bus or the kernel module shows and NVML does not list.
package struct MissingGPU: Sendable, Equatable {
    package var busID: BusID
    /// `GPU-...` by /proc, if the kernel module knows it.
    package var uuid: String?
    /// Marketing name by /proc, if the kernel module knows it.
    package var model: String?
    /// True when sysfs shows the device.
    package var isOnPCIBus: Bool
    /// True when /proc/driver/nvidia/gpus lists it.
    package var isInProc: Bool
    /// True when the driver was told to leave it alone (module option `NVreg_ExcludedGpus`): then nothing is wrong.
    package var isExcluded = false

    /// As a problem with its remedy.
    package var problem: AccessProblem {
        if isExcluded { return exclusion }
        let places = [isOnPCIBus ? "the PCI bus" : nil, isInProc ? "/proc/driver/nvidia/gpus" : nil].compactMap { $0 }
        return AccessProblem(
            kind: "gpu_missing_from_nvml", busID: busID,
            message:
                "GPU \(busID)\(uuid.map { " (\($0))" } ?? "") is on \(places.joined(separator: " and in ")) but NVML does not list it.",
            remedy: isInProc
                ? "It was lost while the driver ran: look for Xid 79 in the kernel log, drain the node and reboot."
                : "The driver did not bind it: look for RmInitAdapter in the kernel log, for GPUs excluded by NVreg_ExcludedGpus "
                    + "and for another driver bound to it (vfio-pci, nouveau).")
    }
}

extension MissingGPU {
    private var exclusion: AccessProblem {
        AccessProblem(
            kind: "gpu_excluded", busID: busID,
            message:
                "GPU \(busID)\(uuid.map { " (\($0))" } ?? "") is excluded from the driver on purpose (NVreg_ExcludedGpus), so NVML does "
                + "not list it.",
            remedy: "Nothing, if that is meant; else take it out of NVreg_ExcludedGpus and reload the driver.")
    }
}

extension NodeSnapshot {
    /// The GPUs that the host shows and NVML does not list; empty when NVML did not list any because it could not be asked or
    /// did not tell how many there are.
    package var missingGPUs: [MissingGPU] {
        guard driver.state.outcome == .ready || driver.state.outcome == .noGPU, driver.failedToCount == nil,
            interruption == nil, let host
        else { return [] }
        // A GPU whose address NVML would not tell may be any of the others: then nothing can be called missing by address.
        let listed = gpus.indices.compactMap { gpus[$0].busID.value?.slot }
        guard listed.count == gpus.count else { return [] }
        let proc = host.procGPUs.value ?? []
        let pci = host.pciGPUs.value ?? []
        func isMissing(_ busID: BusID) -> Bool { !listed.contains(busID.slot) }
        guard proc.indices.contains(where: { isMissing(proc[$0].busID) }) || pci.contains(where: isMissing) else {
            return []
        }
        return Set(proc.map(\.busID).filter(isMissing) + pci.filter(isMissing)).sorted().map { busID in
            let known = proc.first { $0.busID.slot == busID.slot }
            return MissingGPU(
                busID: busID, uuid: known?.uuid,
                model: known?.model,
                isOnPCIBus: pci.contains { $0.slot == busID.slot }, isInProc: known != nil,
                isExcluded: known?.isExcluded ?? false)
        }
    }
}
