internal import Snapshots

/// GPUs that are gone without a word: neither NVML nor the PCI bus nor the kernel module has them any more, or nobody could look.
extension NodeRules {
    static func judgePresence(_ node: NodeCase, _ result: inout RuleResult) {
        if node.snapshot.hostGPUsUnseen != nil { result.addUnseen("host_gpus") }
        guard let seen = node.snapshot.seenSlots else { return }
        judgeLogged(node, seen, &result)
        judgeCount(node, seen.count, &result)
    }

    /// GPUs that an Xid of this boot names. Where such a fault counts itself, it says enough.
    private static func judgeLogged(_ node: NodeCase, _ seen: Set<UInt64>, _ result: inout RuleResult) {
        guard node.log.absence == nil else { return }
        let told = Set(node.log.faults.filter(\.countsNow).compactMap { $0.busID?.slot })
        let gone = node.log.namedGPUs.filter { !seen.contains($0.key.slot) && !told.contains($0.key.slot) }
        for (busID, identity) in gone.sorted(by: { $0.key < $1.key }) {
            let name = identity.uuid.map { "\(busID), \($0)" } ?? "\(busID)"
            result.add(
                HealthFinding(
                    rule: "gpu_gone", severity: .warning, busID: busID,
                    title: "The kernel log of this boot names a GPU that the node does not have any more.",
                    evidence: [
                        HealthEvidence("gpu_in_log", name, .kernelLog),
                        HealthEvidence("pci_device", "missing", threshold: "present", .pci),
                        HealthEvidence("nvml_device", "missing", threshold: "present"),
                    ], action: .rebootNode, authority: .flag,
                    confirm:
                        "Whether somebody removed it on purpose, and that the log is this node's; else drain and reboot "
                        + "the node, and if the GPU stays away, reseat or replace it."))
        }
    }

    /// What GPU Feature Discovery counted; it may be some time ago, so it accuses nobody.
    private static func judgeCount(_ node: NodeCase, _ seen: Int, _ result: inout RuleResult) {
        guard let label = node.snapshot.facts?.labelledGPUCount, label > seen else { return }
        result.addUnseen("gpus_of_label")
        result.add(
            HealthFinding(
                rule: "gpu_count", severity: .info,
                title: "The node's label counts more GPUs than the node has: some may have gone.",
                evidence: [HealthEvidence("nvidia.com/gpu.count", "\(label)", threshold: "\(seen) GPUs seen", .proc)],
                action: .none,
                confirm:
                    "How many GPUs this node should have. If that many, the label is old: restart GPU Feature Discovery."
            ))
    }
}

extension RuleResult {
    fileprivate mutating func addUnseen(_ reading: String) {
        addGap(EvidenceGap(check: "gpu_presence", reading: reading, reason: .notRead))
    }
}

extension NodeSnapshot {
    /// The places of all GPUs that anything shows; nil where it is not known of each of them.
    fileprivate var seenSlots: Set<UInt64>? {
        guard driver.state.outcome == .ready, interruption == nil, let onBus = host?.pciGPUs.value else { return nil }
        let listed = gpus.compactMap(\.busID.value)
        guard listed.count == gpus.count else { return nil }
        let known = (host?.procGPUs.value ?? []).map(\.busID)
        return Set((listed + onBus + known).map(\.slot))
    }
}

extension NodeFacts {
    /// GPUs by `nvidia.com/gpu.count`; nil without the label, and where it counts MIG devices (strategy `single`).
    fileprivate var labelledGPUCount: Int? {
        func value(_ key: String) -> Substring? {
            labels.first { $0.hasPrefix("\(key)=") }.map { $0.dropFirst(key.utf8.count + 1) }
        }
        guard !(value("nvidia.com/gpu.product")?.contains("-MIG-") ?? false) else { return nil }
        return value("nvidia.com/gpu.count").flatMap { Int($0) }
    }
}
