internal import Snapshots

/// NVLinks, and those to a Grace CPU: what is down, what is slow.
let linkRules: [HealthRule] = [
    HealthRule("nvlink_down") { gpu, result in
        guard result.value("nvlink_count", gpu.links.count) ?? 0 > 0 else { return gpu.judgeMissingLinks(&result) }
        for link in gpu.links.links { _ = result.value("nvlink_\(link.number)_state", link.isActive) }
        // MIG takes the links down on purpose.
        guard !gpu.isMIGOn else { return }
        gpu.judgeLinkStates(&result)
    },
    HealthRule("nvlink_speed") { gpu, result in
        guard !gpu.isMIGOn, let expected = gpu.node.expectedLinks.speed(gpu.gpu) else { return }
        let links = gpu.links.links.filter { $0.isActive.value ?? false }.filter {
            result.value("nvlink_\($0.number)_speed_mbps", $0.speedMBps) ?? 0 > 0
        }
        let slow = links.filter { $0.speedMBps.value ?? 0 < expected }
        // Where the links of all GPUs are slow, none of them shows it.
        let below = links.filter { $0.isBelowNominal(of: gpu.gpu) }
        if !slow.isEmpty {
            result.tellSlow(slow, "NVLinks run slower than those of the other GPUs.", expected)
        } else if let nominal = below.first.flatMap({ ExpectedLinks.nominalSpeed($0, of: gpu.gpu) }) {
            result.tellSlow(below, "NVLinks run slower than those of their generation do.", nominal)
        }
    },
    HealthRule("c2c_down") { gpu, result in
        _ = result.value("c2c_count", gpu.links.c2cCount)
        // The driver may count only those that are up.
        guard let count = gpu.gpu.c2cCount,
            case let expected = max(gpu.node.expectedLinks.c2cCount(gpu.gpu) ?? 0, count),
            expected > 0
        else { return }
        let down = gpu.links.c2cLinks.filter { result.value("c2c_\($0.number)_state", $0.isActive) == false }
        guard !down.isEmpty || count < expected else { return }
        result.find(
            .warning, "Chip-to-chip links between the GPU and its CPU are down.",
            HealthEvidence(
                "c2c_active", "\(gpu.links.c2cLinks.filter { $0.isActive.value == true }.count)",
                threshold: "all \(expected)"),
            HealthEvidence("c2c_down", down.isEmpty ? "not listed" : NumberList.text(down.map(\.number))),
            action: .resetGPU, authority: .flag,
            confirm: "Xid 121 and 173 in the kernel log; after a reset the same again: power-cycle the node.")
    },
]

extension GPULink {
    /// Whether it runs at less than nine tenths of its generation's speed: drivers round.
    fileprivate func isBelowNominal(of gpu: GPUSnapshot) -> Bool {
        guard let speed = speedMBps.value, let nominal = ExpectedLinks.nominalSpeed(self, of: gpu) else { return false }
        return UInt64(speed) * 10 < UInt64(nominal) * 9
    }
}

extension RuleResult {
    fileprivate mutating func tellSlow(_ links: [GPULink], _ title: String, _ expected: UInt32) {
        find(
            .warning, title,
            HealthEvidence(
                "nvlink_speed_mbps",
                "\(links.compactMap(\.speedMBps.value).min() ?? 0) on \(NumberList.text(links.map(\.number)))",
                threshold: "\(expected)"), action: .checkNVLink,
            confirm: "Reboot the node once; if it persists, field diagnostics.")
    }
}

extension GPUCase {
    /// A GPU without NVLinks among others of its name that have some.
    fileprivate func judgeMissingLinks(_ result: inout RuleResult) {
        guard !isMIGOn, links.count.value == 0 || links.count.reason == .notSupported else { return }
        guard let expected = node.expectedLinks.count(gpu), expected > 0 else {
            return judgeFabricWithoutLinks(&result)
        }
        let evidence = HealthEvidence(
            "nvlink_count", links.count.value.map(String.init) ?? "not_supported",
            threshold: "\(expected), as on most GPUs of this node")
        // Without a bridge, links of a card can be not supported as well as down.
        guard !ExpectedLinks.isBridged(gpu) else { return tellUnbridged(evidence, &result) }
        result.find(
            .critical, "The GPU has no NVLinks, although others of its name have some.", evidence,
            action: .checkNVLink, authority: .flag,
            confirm: "NVLink lines of the driver in the kernel log; then reset all GPUs and switches.")
    }

    /// A fabric is made of links: a GPU that is registered with one has some.
    private func judgeFabricWithoutLinks(_ result: inout RuleResult) {
        guard inventory.virtualizationMode.value != Self.passedThrough else { return }
        guard fabric.state.value == 3, fabric.status.value == 0 else { return judgeSwitchesWithoutLinks(&result) }
        result.find(
            .critical, "The GPU has no NVLinks, although it is registered with the NVLink fabric.",
            HealthEvidence("nvlink_count", links.count.value.map(String.init) ?? "not_supported", threshold: "some"),
            HealthEvidence("fabric_state", FabricWords.state(3)), action: .checkNVLink, authority: .flag,
            confirm: "NVLink lines of the driver in the kernel log; then reset all GPUs and switches.")
    }

    /// NVSwitches of which no GPU has a link: NVLink was switched off (`NVreg_NvLinkDisable`), or the driver failed to start it.
    private func judgeSwitchesWithoutLinks(_ result: inout RuleResult) {
        let switches = node.snapshot.managedSwitches.count
        guard switches > 0, !ExpectedLinks.isBridged(gpu) else { return }
        result.find(
            .warning, "The GPU has no NVLinks, although the node has NVSwitches.",
            HealthEvidence("nvlink_count", links.count.value.map(String.init) ?? "not_supported", threshold: "some"),
            HealthEvidence("nvswitches", "\(switches)", .pci), action: .checkNVLink,
            confirm:
                "Whether NVLink was switched off on purpose (NVreg_NvLinkDisable); else NVLink lines of the driver in "
                + "the kernel log.")
    }

    fileprivate func judgeLinkStates(_ result: inout RuleResult) {
        let expected = node.expectedLinks
        let down = links.links.filter { $0.isActive.value == false }
        let most = expected.activeCount(gpu) ?? 0
        let isBehind = gpu.activeLinkCount.map { $0 < most } ?? false
        let leadsToSwitches = expected.leadsToSwitches(gpu)
        guard leadsToSwitches || !ExpectedLinks.isBridged(gpu) || down.contains(where: expected.leadsToGPU) else {
            return judgeBridges(down, &result)
        }
        if !isBehind, leadsToSwitches, !down.isEmpty, inventory.virtualizationMode.value == Self.passedThrough {
            tellBlocked(down, &result)
        } else if !isBehind, leadsToSwitches, !down.isEmpty {
            tellDown(down, "NVLinks to NVSwitches are down.", "all \(links.links.count)", &result)
        } else if !isBehind, down.contains(where: expected.leadsToGPU) {
            tellDown(down, "NVLinks to other GPUs of this node are down.", "up, as what they lead to is", &result)
        } else if !isBehind, !leadsToSwitches, !down.isEmpty, ExpectedLinks.isWired(gpu),
            !expected.isExplainedByMIG(down)
        {
            judgeWired(down, &result)
        } else if isBehind, !leadsToSwitches, expected.isExplainedByMIG(down) {
            tellExplained(down, &result)
        } else if isBehind {
            tellDown(
                down, "NVLinks are down that are up on the other GPUs.", "\(most), as on most GPUs of this node",
                &result)
        }
    }

    /// Some links of a board on which all are wired are down, on all GPUs alike: where only two GPUs have a link in common,
    /// both lose it. Without any link up nobody can tell, nor where GPUs of the board are away: lost, or given to somebody else.
    private func judgeWired(_ down: [GPULink], _ result: inout RuleResult) {
        let isWhole = node.snapshot.missingGPUs.isEmpty && node.snapshot.gpus.allSatisfy { $0.refusal == nil }
        guard isWhole, gpu.activeLinkCount ?? 0 > 0, inventory.virtualizationMode.value != Self.passedThrough else {
            return
        }
        tellDown(down, "NVLinks of a board on which all are wired are down.", "all \(links.links.count)", &result)
    }

    func tellDown(_ down: [GPULink], _ title: String, _ threshold: String, _ result: inout RuleResult) {
        result.find(
            .critical, title, HealthEvidence("nvlink_active", activeLinks, threshold: threshold),
            HealthEvidence("nvlink_down", Self.numbers(down)), action: .checkNVLink, authority: .flag,
            confirm:
                "Xid 74 or SXid lines in the kernel log; the fabric's health mask; then reset all GPUs and switches.")
    }

    /// A hypervisor that gives a virtual machine some of a board's GPUs blocks the links to the others, on each GPU alike.
    private func tellBlocked(_ down: [GPULink], _ result: inout RuleResult) {
        result.find(
            .warning, "NVLinks to NVSwitches are down, on all GPUs alike; in a virtual machine that can be meant so.",
            HealthEvidence("nvlink_active", activeLinks, threshold: "all \(links.links.count)"),
            HealthEvidence("nvlink_down", Self.numbers(down)), action: .checkNVLink, authority: .flag,
            confirm: "How many GPUs of the board this machine has; Xid 74 or SXid lines in the kernel log.")
    }

    /// `nvmlGpuVirtualizationMode_t`: the whole GPU belongs to this virtual machine.
    private static let passedThrough: UInt32 = 1

    func tellExplained(_ down: [GPULink], _ result: inout RuleResult) {
        result.find(
            .info, "NVLinks are down, as those to a GPU in MIG mode are.",
            HealthEvidence("nvlink_active", activeLinks),
            HealthEvidence("nvlink_down", Self.numbers(down)), action: .none, authority: .flag,
            confirm: "They come up when MIG is switched off on the GPU at their other end.")
    }

    static func numbers(_ links: [GPULink]) -> String {
        links.isEmpty ? "none" : NumberList.text(links.map(\.number))
    }

    var activeLinks: String { "\(links.links.filter { $0.isActive.value == true }.count)" }
}
