internal import Snapshots

/// The driver's device nodes against its GPUs.
extension NodeRules {
    /// A GPU's node is made when the driver meets it, and stays when the GPU has gone: where neither NVML nor the PCI bus nor the
    /// kernel module has it any more, only that is left of it. Nodes can also have been made for GPUs that never were.
    static func judgeLeftOverNodes(_ node: NodeCase, _ result: inout RuleResult) {
        let snapshot = node.snapshot
        guard snapshot.driver.state.outcome == .ready, snapshot.interruption == nil, snapshot.missingGPUs.isEmpty,
            let present = snapshot.devices?.gpuMinors.value, let known = snapshot.minorNumbers
        else { return }
        let left = present.filter { !known.contains($0) }
        guard !left.isEmpty else { return }
        result.add(
            HealthFinding(
                rule: "device_node_left", severity: .info,
                title:
                    "There are device nodes of GPUs that this node does not have: a GPU may have gone since they were made.",
                evidence: [
                    HealthEvidence(
                        "device_node", "/dev/nvidia\(NumberList.text(left))", threshold: "a GPU for each", .proc)
                ], action: .none,
                confirm: "How many GPUs this node should have; Xid 79 and pciehp lines in the kernel log."))
    }
}

extension NodeSnapshot {
    /// N of a GPU's /dev/nvidiaN, by NVML or by the kernel module.
    func minorNumber(of gpu: GPUSnapshot) -> UInt32? {
        let slot = gpu.busID.value?.slot
        return gpu.inventory?.minorNumber.value ?? host?.procGPUs.value?.first { $0.busID.slot == slot }?.minorNumber
    }

    /// Those of all GPUs; nil where one of them is not known, or there is no GPU.
    fileprivate var minorNumbers: Set<UInt32>? {
        let listed = Set(gpus.compactMap { $0.busID.value?.slot })
        let others = (host?.procGPUs.value ?? []).filter { !listed.contains($0.busID.slot) }
        let numbers = gpus.map { minorNumber(of: $0) } + others.map(\.minorNumber)
        return numbers.isEmpty || numbers.contains(nil) ? nil : Set(numbers.compactMap(\.self))
    }
}
