internal import Snapshots

/// Faults of NVSwitches: the log names the switch, not the GPUs behind it.
extension NodeCase {
    /// What a GPU is blamed for because a switch that its links end at stopped for good.
    func switchFindings(of gpu: GPUSnapshot) -> [HealthFinding] {
        fatalSwitchFaults.filter { stopsSwitch($0) && endsLinks(of: gpu, $0) }.map { $0.finding(nil) }
    }

    /// What is not known of a GPU because a port of a switch failed and nothing tells which GPU is behind it: no link is down,
    /// and no GPU has told of a link error thereupon.
    func switchGaps(of gpu: GPUSnapshot) -> [EvidenceGap] {
        guard !expectedLinks.hasDownLinks else { return [] }
        return fatalSwitchFaults.filter { !$0.isPlaced && !stopsSwitch($0) && endsLinks(of: gpu, $0) }.map {
            EvidenceGap(check: "kernel_log", reading: "gpu_behind_port of \($0.code.label)", reason: .notRead)
        }
    }

    private var fatalSwitchFaults: [KernelLogFault] {
        log.faults.filter { $0.code.sxid != nil && $0.severity == .critical && !$0.isHistory && !$0.isApplication }
    }

    /// Whether the Fabric Manager's guide says that all work on the switch ends, whatever the port.
    private func stopsSwitch(_ fault: KernelLogFault) -> Bool {
        fault.code.sxid.map { SXidCatalog().entry($0).guideGroup == "always_fatal" } ?? false
    }

    /// Whether links of a GPU end at the switch, or at switches that nobody can tell apart.
    private func endsLinks(of gpu: GPUSnapshot, _ fault: KernelLogFault) -> Bool {
        guard expectedLinks.leadsToSwitches(gpu), gpu.links?.count.value ?? 1 > 0 else { return false }
        guard let place = fault.busID?.slot, expectedLinks.remoteSlots.contains(place) else { return true }
        let remotes = (gpu.links?.links ?? []).map(\.remoteBusID.value?.slot)
        return remotes.contains(place) || remotes.allSatisfy { $0 == nil }
    }
}
