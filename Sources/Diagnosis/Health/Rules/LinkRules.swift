internal import Snapshots

/// NVLinks: what is down, what is slow.
let linkRules: [HealthRule] = [
    HealthRule("nvlink_down") { gpu, result in
        guard result.value("nvlink_count", gpu.links.count) ?? 0 > 0 else { return }
        for link in gpu.links.links { _ = result.value("nvlink_\(link.number)_state", link.isActive) }
        // MIG takes the links down on purpose.
        guard !gpu.isMIGOn, let active = gpu.gpu.activeLinkCount,
            let expected = gpu.node.expectedLinks.activeCount(gpu.gpu), active < expected
        else { return }
        gpu.judgeDown(active: active, expected: expected, &result)
    },
    HealthRule("nvlink_speed") { gpu, result in
        guard !gpu.isMIGOn, let expected = gpu.node.expectedLinks.speed(gpu.gpu) else { return }
        let slow = gpu.links.links.filter { link in
            (link.isActive.value ?? false) && (link.speedMBps.value.map { $0 > 0 && $0 < expected } ?? false)
        }
        guard !slow.isEmpty else { return }
        result.find(
            .warning, "NVLinks run slower than those of the other GPUs.",
            HealthEvidence(
                "nvlink_speed_mbps",
                "\(slow.compactMap(\.speedMBps.value).min() ?? 0) on \(NumberList.text(slow.map(\.number)))",
                threshold: "\(expected)"), action: .checkNVLink,
            confirm: "Reboot the node once; if it stays, field diagnostics.")
    },
]

extension GPUCase {
    fileprivate func judgeDown(active: Int, expected: Int, _ result: inout RuleResult) {
        let down = links.links.filter { $0.isActive.value == false }.map(\.number)
        let hasSwitches = node.snapshot.devices?.pci.value?.contains { $0.kind == .nvSwitch } ?? false
        let isExplained = !hasSwitches && !node.expectedLinks.migGPUs.isEmpty
        result.find(
            isExplained ? .info : .critical,
            isExplained
                ? "NVLinks are down, as those to a GPU in MIG mode are."
                : "NVLinks are down that are up on the other GPUs.",
            HealthEvidence("nvlink_active", "\(active)", threshold: "\(expected), as on most GPUs of this node"),
            HealthEvidence("nvlink_down", NumberList.text(down)), action: isExplained ? .none : .checkNVLink,
            authority: .flag,
            confirm:
                "Xid 74 or SXid lines in the kernel log; the fabric's health mask; then reset all GPUs and switches.")
    }
}
