internal import Snapshots

/// One thing that has to be right after a reset.
package struct ResetCheck: Sendable, Hashable {
    package enum Verdict: String, Sendable, Hashable {
        case passed
        case failed
        /// It could be read before and cannot now, or never could.
        case unknown
    }

    /// One word for programs: `uuid`, `memory_size`, ...
    package let name: String
    package let verdict: Verdict
    package let found: String
}

/// Judges a GPU after a reset by what it was before; pure.
package struct ResetVerification: Sendable, Hashable {
    package let checks: [ResetCheck]

    /// - Parameters:
    ///   - before: read before the reset, as far as the driver still answered.
    ///   - after: read now.
    ///   - target: what was to be reset.
    ///   - newFaults: lines of the kernel log since the reset that tell of faults; nil where the log cannot be read.
    ///   - persistence: what persistence mode was before, and has to be again; nil where that is not known.
    package init(
        before: ResetState, after: ResetState, target: ResetTarget, newFaults: [String]?, persistence: Bool?
    ) {
        let rules = Rules(before: before, after: after, target: target, persistence: persistence)
        checks = rules.all.compactMap { $0 } + [Self.kernelLog(newFaults)]
    }

    /// Those that failed.
    package var failures: [ResetCheck] { checks.filter { $0.verdict == .failed } }
    /// Those that nobody can tell.
    package var unknowns: [ResetCheck] { checks.filter { $0.verdict == .unknown } }
    /// Whether nothing failed and it is certain that the same GPU is there.
    package var isWell: Bool {
        let passed = Set(checks.filter { $0.verdict == .passed }.map(\.name))
        return failures.isEmpty && passed.isSuperset(of: ["listed", "uuid", "bus_id"])
    }

    /// What to do when it is not well.
    package var advice: [String] {
        guard !isWell else { return [] }
        let failed = Set(failures.map(\.name))
        var advice: [String] = []
        if failed.contains("remapping") || failed.contains("memory_size") {
            advice.append("take the GPU out of service: a reset does not cure this; have the board replaced (RMA)")
        }
        if !failed.isDisjoint(with: ["nvlink", "fabric"]) {
            advice.append(
                "check fabric manager (systemctl status nvidia-fabricmanager) before the GPU gets work: CUDA fails "
                    + "with error 802 until it has registered")
        }
        if failed.contains("other_gpus") {
            advice.append("stop the work on the node's other GPUs as well, and see diagnose_gpu_node for them")
        }
        if failed.contains("persistence_mode") { advice.append("turn persistence mode on again: nvidia-smi -pm 1") }
        return advice + [
            "keep the node cordoned and reboot it",
            "if the fault is still there after the reboot: cut the node's power for a minute; a warm reboot may not reset the GPU",
            "if it persists: field diagnostics, then replace the board (RMA)",
        ]
    }

    private static func kernelLog(_ faults: [String]?) -> ResetCheck {
        guard let faults else { return ResetCheck(name: "kernel_log", verdict: .unknown, found: "it cannot be read") }
        guard let first = faults.first else {
            return ResetCheck(name: "kernel_log", verdict: .passed, found: "no new fault")
        }
        return ResetCheck(name: "kernel_log", verdict: .failed, found: "\(faults.count) new: \(first)")
    }
}

/// The single checks.
private struct Rules {
    let before: ResetState
    let after: ResetState
    let target: ResetTarget
    let persistence: Bool?

    var all: [ResetCheck?] {
        guard after.isListed else {
            return [check("listed", false, "NVML does not list the GPU, or does not open it"), others]
        }
        return [
            check("listed", true, "NVML opens it"), uuid, busID, memory, recovery, repair, remapping, ecc,
            mode("ecc_mode", after.eccMode), mode("mig_mode", after.migMode), width, links, fabric, persistenceMode,
            others,
        ]
    }

    private func check(_ name: String, _ isRight: Bool, _ found: String) -> ResetCheck {
        ResetCheck(name: name, verdict: isRight ? .passed : .failed, found: found)
    }

    /// A reading that this GPU never had is no check; one that it had and has no more cannot be judged.
    private func missing<Value>(_ name: String, _ reading: Reading<Value>) -> ResetCheck? {
        guard let reason = reading.reason, reason != .notSupported else { return nil }
        return ResetCheck(name: name, verdict: .unknown, found: reason.word)
    }

    private var uuid: ResetCheck? {
        guard let now = after.uuid.value else { return missing("uuid", after.uuid) }
        guard let expected = target.uuid else { return check("uuid", true, now) }
        return check("uuid", now == expected, now == expected ? now : "\(now) instead of \(expected)")
    }

    private var busID: ResetCheck? {
        guard let now = after.busID.value else { return missing("bus_id", after.busID) }
        let isSame = now.slot == target.busID.slot
        return check("bus_id", isSame, isSame ? "\(now)" : "\(now) instead of \(target.busID)")
    }

    private var memory: ResetCheck? {
        guard let now = after.memoryTotalBytes.value else { return missing("memory_size", after.memoryTotalBytes) }
        guard let earlier = before.memoryTotalBytes.value else {
            return ResetCheck(
                name: "memory_size", verdict: .unknown, found: "\(now) bytes; it could not be read before")
        }
        return check(
            "memory_size", now == earlier, now == earlier ? "\(now) bytes" : "\(now) bytes instead of \(earlier)")
    }

    private var recovery: ResetCheck? {
        guard let action = after.recoveryAction.value else { return missing("recovery_action", after.recoveryAction) }
        return check(
            "recovery_action", action == 0, action == 0 ? "none" : "the driver still asks for action \(action)")
    }

    private var repair: ResetCheck? {
        guard let isPending = after.isRepairPending.value else { return missing("repair", after.isRepairPending) }
        return check("repair", !isPending, isPending ? "a repair is still pending" : "none pending")
    }

    private var remapping: ResetCheck? {
        guard let hasFailed = after.hasRemapFailed.value else { return missing("remapping", after.hasRemapFailed) }
        return check("remapping", !hasFailed, hasFailed ? "a row remapping failed" : "no failure")
    }

    private var ecc: ResetCheck? {
        guard let count = after.volatileUncorrected.value else { return missing("ecc", after.volatileUncorrected) }
        return check("ecc", count == 0, "\(count) uncorrected errors since the reset")
    }

    /// A reset brings what was pending into force.
    private func mode(_ name: String, _ reading: Reading<ModePair>) -> ResetCheck? {
        guard let mode = reading.value else { return missing(name, reading) }
        let (now, next) = (mode.current ? "on" : "off", mode.pending ? "on" : "off")
        return check(name, now == next, now == next ? now : "\(now), and \(next) is still pending")
    }

    /// All lanes, also where some were missing before: the reset was to cure that.
    private var width: ResetCheck? {
        guard let now = after.pcieWidth.value else { return missing("pcie_width", after.pcieWidth) }
        let wanted = max(before.pcieWidth.value ?? 0, after.pcieMaximumWidth.value ?? 0)
        return check("pcie_width", now >= wanted, now >= wanted ? "x\(now)" : "x\(now) instead of x\(wanted)")
    }

    private var links: ResetCheck? {
        // MIG takes the links down on purpose.
        guard after.migMode.value?.current != true else { return nil }
        guard let now = after.activeLinkCount.value else { return missing("nvlink", after.activeLinkCount) }
        let all = after.linkCount.value
        let earlier = before.activeLinkCount.value
        let found = "\(now) of \(all.map(String.init) ?? "?") links up" + (earlier.map { ", \($0) before" } ?? "")
        if now < earlier ?? 0 || (now < all ?? 0 && after.isAmongSwitches) { return check("nvlink", false, found) }
        // Between GPUs links may lead nowhere: cards are sold with and without bridges.
        if now == 0 { return earlier == nil ? nil : check("nvlink", true, found) }
        return ResetCheck(name: "nvlink", verdict: now == all ? .passed : .unknown, found: found)
    }

    private var fabric: ResetCheck? {
        guard let state = after.fabricState.value else { return missing("fabric", after.fabricState) }
        guard state != 0 else { return nil }
        guard state == 3 else { return check("fabric", false, "state \(state), not registered") }
        guard let status = after.fabricStatus.value else { return missing("fabric", after.fabricStatus) }
        guard status == 0 else { return check("fabric", false, "the registration failed with NVML code \(status)") }
        let faults = after.fabricFaults
        return check(
            "fabric", faults.isEmpty,
            faults.isEmpty ? "registered" : "registered, with a fault: \(faults.joined(separator: ", "))")
    }

    private var others: ResetCheck? {
        guard !before.others.isEmpty else { return nil }
        let troubles = before.others.compactMap(trouble)
        return check(
            "other_gpus", troubles.isEmpty, troubles.isEmpty ? "as before" : troubles.joined(separator: "; "))
    }

    private func trouble(_ earlier: OtherGPUState) -> String? {
        guard earlier.isAnswering else { return nil }
        guard let now = after.others.first(where: { $0.busID.slot == earlier.busID.slot }), now.isAnswering else {
            return "\(earlier.busID) does not answer any more"
        }
        guard let up = now.activeLinkCount.value, let before = earlier.activeLinkCount.value, up < before else {
            return nil
        }
        return "\(earlier.busID) has \(up) NVLinks up instead of \(before)"
    }

    private var persistenceMode: ResetCheck? {
        guard let persistence else { return nil }
        guard let now = after.hasPersistence.value else { return missing("persistence_mode", after.hasPersistence) }
        return check("persistence_mode", now == persistence, now ? "on" : "off")
    }
}
