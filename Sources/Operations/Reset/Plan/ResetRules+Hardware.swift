internal import Snapshots

/// What is connected to the GPU.
extension ResetRules {
    private static let ampere: UInt32 = 7

    /// Where a GPU hangs follows from the hardware, not from which links are up: a GPU that is to be reset may have none.
    static func nvlink(_ facts: ResetFacts) -> ResetPrecondition {
        guard let active = facts.links.activeCount.value else { return unknownLinks(facts) }
        guard isLinked(facts, active) else { return .holds("nvlink", "the GPU has no NVLinks") }
        let found = "\(active) NVLinks are up"
        guard let architecture = facts.architecture.value else {
            return .danger(
                "nvlink",
                "\(found) and the GPU's generation is not known: older ones must be reset together",
                remedy: "reboot the node, or reset all of its GPUs at once with nvidia-smi --gpu-reset", isUnknown: true
            )
        }
        guard architecture >= ampere else { return needsPeers(facts, active) }
        guard architecture == ampere, isAtSwitches(facts) else {
            return .holds("nvlink", "\(found); this generation can be reset alone")
        }
        return fabricManager(facts, found)
    }

    private static func isLinked(_ facts: ResetFacts, _ active: Int) -> Bool {
        let links = facts.links
        return active > 0 || links.count.value != 0 || !links.peers.isEmpty || links.switchLinkCount > 0
            || facts.node.nvSwitchCount.value ?? 0 > 0
    }

    /// Switches that cannot be counted may be there.
    private static func isAtSwitches(_ facts: ResetFacts) -> Bool {
        facts.links.isAmongSwitches || facts.links.switchLinkCount > 0 || facts.node.nvSwitchCount.value != 0
    }

    private static func unknownLinks(_ facts: ResetFacts) -> ResetPrecondition {
        let reason = facts.links.activeCount.reason?.word ?? "not_read"
        let architecture = facts.architecture.value
        if facts.path == .kernel, let architecture {
            if architecture < ampere, isAtSwitches(facts) || facts.links.hasLinkedOthers {
                return needsPeers(facts, nil)
            }
            if architecture == ampere, isAtSwitches(facts) {
                return fabricManager(facts, "links not known (\(reason))")
            }
        }
        if facts.path == .kernel, facts.node.nvSwitchCount.value == 0 {
            return .policy(
                "nvlink", "whether NVLinks are up is not known (\(reason)), since the driver does not answer",
                remedy: "make sure that no GPU next to it runs a job over NVLink; with force this is assumed",
                isUnknown: true)
        }
        if let architecture, architecture > ampere {
            return .holds("nvlink", "links not known (\(reason)); this generation can be reset alone")
        }
        return .danger(
            "nvlink", "whether NVLinks are up could not be read (\(reason))",
            remedy: "reset all GPUs of the node together, with fabric manager running, or reboot the node",
            isUnknown: true)
    }

    /// - Parameter active: links that are up; nil where nobody knows.
    private static func needsPeers(_ facts: ResetFacts, _ active: Int?) -> ResetPrecondition {
        let links = facts.links
        if active == 0, links.peers.isEmpty, !links.hasLinkedOthers, !isAtSwitches(facts) {
            return .holds("nvlink", "no NVLink is up, and no other GPU of the node has any")
        }
        let peers = links.peers.map(\.description).joined(separator: ", ")
        let up = active.map { "\($0) up" } ?? "not known how many are up"
        return .danger(
            "nvlink",
            "this generation (before Ampere) is reset only together with all GPUs at its NVLinks (\(up))"
                + (peers.isEmpty ? "" : ": \(peers)"),
            remedy:
                "stop the clients of all of them and reset them in one command (nvidia-smi --gpu-reset -i with all), or "
                + "reboot the node", isUnknown: peers.isEmpty)
    }

    /// HGX A100: a GPU alone can be reset only while fabric manager is there to train its links.
    private static func fabricManager(_ facts: ResetFacts, _ links: String) -> ResetPrecondition {
        switch facts.node.fabricManagerRuns {
        case .value(true): return .holds("nvlink", "\(links), to NVSwitches, and fabric manager runs")
        case .value(false):
            return .danger(
                "nvlink", "this is an Ampere GPU at NVSwitches and fabric manager does not run",
                remedy: "systemctl start nvidia-fabricmanager, or reset all GPUs of the node together")
        case .unavailable(let reason):
            return .danger(
                "nvlink",
                "this is an Ampere GPU at NVSwitches, and whether fabric manager runs is not known (\(reason.word))",
                remedy: "run the agent in the node's process id namespace", isUnknown: true)
        }
    }

    /// After a fatal error of a switch all GPUs and switches of the baseboard have to be reset.
    static func switchFaults(_ facts: ResetFacts) -> ResetPrecondition? {
        switch facts.switchFaults {
        case .value(let lines):
            guard let first = lines.first else { return nil }
            return .policy(
                "nvswitch_errors",
                "the kernel log tells of a fatal NVSwitch error, which a reset of one GPU does not cure: \(first)",
                remedy:
                    "reset all GPUs and switches together (nvidia-smi -r without -i, with fabric manager stopped before "
                    + "and started afterwards), or reboot the node; with force this GPU alone is reset")
        case .unavailable(let reason):
            guard facts.node.nvSwitchCount.value ?? 0 > 0 else { return nil }
            return ResetPrecondition(
                "nvswitch_errors", .note, .unknown,
                "the kernel log could not be read (\(reason.word)); a fatal NVSwitch error in it would need more than this"
            )
        }
    }

    static func bridge(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path != .driverTool else { return nil }
        let slot = facts.slot
        guard let neighbours = slot.neighbours.value else {
            return .danger(
                "bridge", "what else is below the GPU's bridge is not known (\(slot.neighbours.reason?.word ?? "?"))",
                remedy: "give the agent the node's /sys, or use method driver", isUnknown: true)
        }
        if !neighbours.isEmpty {
            let names = neighbours.prefix(8).map { "\($0.address) (\($0.kind))" }.joined(separator: ", ")
            guard facts.path == .kernel, hasFunctionReset(slot) else {
                return .danger(
                    "bridge",
                    "\(neighbours.count) other devices are below the same bridge and would be reset too: \(names)",
                    remedy: "use method driver, or reboot the node")
            }
            return .note(
                "bridge", "other devices are below the same bridge (\(names)): only the function itself is reset")
        }
        if slot.bridge == nil, facts.path == .driverToolBus {
            return .danger(
                "bridge", "there is no bridge above the GPU, so there is no bus to reset (as in many virtual machines)",
                remedy: "use method driver")
        }
        return .holds("bridge", slot.bridge.map { "nothing else is below \($0)" } ?? "no bridge above")
    }

    /// Whether the kernel can reset the function alone; its word `bus` means all of the bus.
    private static func hasFunctionReset(_ slot: PCISlot) -> Bool {
        guard slot.hasReset, let methods = slot.resetMethods.value else { return false }
        return methods.contains { $0 != "bus" && $0 != "cxl_bus" }
    }

    static func siblings(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path != .driverTool, !facts.slot.siblings.isEmpty else { return nil }
        let names = facts.slot.siblings.map { sibling in
            "\(sibling.address) (\(sibling.kind)\(sibling.driver.isEmpty ? "" : ", \(sibling.driver)"))"
        }.joined(separator: ", ")
        if let taken = facts.slot.siblings.first(where: { $0.driver == "vfio-pci" }) {
            return .danger(
                "siblings", "function \(taken.address) of the same board is passed through to a virtual machine",
                remedy: "stop the virtual machine first")
        }
        return .note(
            "siblings", "other functions of the board are unbound from their drivers and bound again: \(names)")
    }

    static func unbindLock(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path == .kernel, facts.slot.driver.value == "nvidia" else { return nil }
        guard facts.slot.hasUnbindLock else {
            return .danger(
                "unbind_lock",
                "nvidia is bound and offers no unbindLock for this GPU: unbinding could sleep without end",
                remedy: "reboot the node")
        }
        return .holds(
            "unbind_lock", "nvidia.ko has an unbind lock for this GPU; it is read back before anything is unbound")
    }

    static func resetMethod(_ facts: ResetFacts) -> ResetPrecondition? {
        guard facts.path == .kernel else { return nil }
        let slot = facts.slot
        let busReset = slot.hasBusReset && slot.isAloneBelowBridge
        guard slot.hasReset || busReset else {
            return .danger(
                "reset_method",
                "the kernel has no reset for this GPU, and none for the bus above that would affect it alone",
                remedy: "reboot the node (reset_subordinate came with Linux 6.13)")
        }
        let words = slot.resetMethods.value.map { " (\($0.joined(separator: " ")))" } ?? ""
        return .holds(
            "reset_method",
            slot.hasReset
                ? "the kernel can reset the function\(words)" : "the kernel can reset the bus below the bridge")
    }
}
