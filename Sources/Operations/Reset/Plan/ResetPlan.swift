internal import Snapshots

/// What a reset would do, to what, and whether it may be done.
package struct ResetPlan: Sendable, Hashable {
    package let facts: ResetFacts
    package let isForced: Bool
    /// All of them, those that hold too.
    package let preconditions: [ResetPrecondition]

    package init(_ facts: ResetFacts, isForced: Bool = false) {
        self.facts = facts
        self.isForced = isForced
        preconditions = ResetRules.preconditions(facts)
    }

    /// Those that stand in the way; empty when the reset may be done.
    package var obstacles: [ResetPrecondition] { preconditions.filter { $0.blocks(isForced: isForced) } }

    /// Rules that fail and that `force` lifts here.
    package var lifted: [ResetPrecondition] {
        preconditions.filter { isForced && $0.weight == .policy && $0.verdict != .holds }
    }

    /// What the procedure is to do.
    package var order: ResetOrder {
        ResetOrder(
            path: facts.path, uuid: facts.gpu.uuid ?? "", gpu: facts.gpu.busID, siblings: facts.slot.siblings,
            driver: facts.slot.driver.value ?? "", bridge: facts.slot.bridge,
            isAloneBelowBridge: facts.slot.isAloneBelowBridge,
            hasPersistence: facts.persistence.value == true && facts.path != .kernel)
    }

    /// The steps that will be taken if nothing fails, for people.
    package var steps: [String] {
        let order = order
        var steps = ["save evidence to the audit log", "end the agent's own process that has the driver open"]
        if facts.path == .kernel { return steps + kernelSteps(order) + [Self.check] }
        let off = DriverToolCommand.setPersistence(uuid: order.uuid, on: false)
        let reset: DriverToolCommand =
            facts.path == .driverToolBus ? .busReset(uuid: order.uuid) : .reset(uuid: order.uuid)
        if order.hasPersistence { steps.append("nvidia-smi \(off.arguments.joined(separator: " "))") }
        steps.append("look once more who has the GPU open")
        steps.append("nvidia-smi \(reset.arguments.joined(separator: " "))")
        if order.hasPersistence { steps.append("turn persistence mode on again") }
        return steps + [Self.check]
    }

    private static let check = "check that the GPU is back as it was, and watch the kernel log"

    private func kernelSteps(_ order: ResetOrder) -> [String] {
        var steps = ["\(HostControl.power(order.gpu, .on))"]
        if order.driver == "nvidia" {
            steps.append("\(HostControl.unbindLock(order.gpu, held: true)), and read it back")
        }
        var bound = order.siblings.filter { !$0.driver.isEmpty }.map(\.address)
        if !order.driver.isEmpty { bound.append(order.gpu) }
        steps += bound.map { "unbind the driver from \($0)" }
        if facts.slot.hasReset { steps.append("\(HostControl.reset(order.gpu))") }
        if let bridge = order.bridge, order.isAloneBelowBridge, facts.slot.hasBusReset {
            steps.append((facts.slot.hasReset ? "if that fails: " : "") + "\(HostControl.resetSubordinate(bridge))")
        }
        steps.append("bind each function to its driver again; where one does not come back, remove it and rescan")
        steps.append("\(HostControl.power(order.gpu, .auto)), if it was so before")
        return steps
    }

    /// What else is affected, each in one line.
    package var affected: [String] {
        var lines: [String] = []
        lines += Self.listed(facts.looks.last?.otherHolders ?? [], "hold device nodes that belong to no single GPU") {
            "\($0.description) holds \($0.nodesText), which belong to no single GPU"
        }
        lines += Self.listed(facts.otherJobs, "have other GPUs open") { "\($0.description) has \($0.nodesText) open" }
        if !facts.links.peers.isEmpty {
            lines.append(
                "linked GPUs lose the link during it: \(facts.links.peers.map(\.description).joined(separator: ", "))")
        }
        if facts.links.switchLinkCount > 0 { lines.append("the GPU leaves the NVLink fabric and registers anew") }
        for device in facts.migDevices.value ?? [] { lines.append("MIG device \(device) is destroyed") }
        if facts.path != .driverTool {
            lines += facts.slot.siblings.map {
                "\($0.address) (\($0.kind)) of the same board is reset with it or unbound"
            }
        }
        return lines + [
            "this agent keeps away from the driver during it, so its other tools have no readings",
            "locked clocks, power limits and the volatile ECC counters of the GPU are lost",
            "the device plugin and other monitors have to be restarted afterwards",
        ]
    }

    /// Lines of one list of clients; anybody on the node can make such lists long.
    private static let lineLimit = 16

    private static func listed(
        _ clients: [GPUClient], _ verb: String, _ line: (GPUClient) -> String
    ) -> [String] {
        let more = clients.count - lineLimit
        return clients.prefix(lineLimit).map(line) + (more > 0 ? ["\(more) more processes \(verb)"] : [])
    }

    /// The facts that the plan is bound to, as one text: if any of them changes, it is another plan. What is only told and
    /// changes with time, such as the minutes since the last reset, is not among them.
    package var fingerprint: String {
        var words: [String] = [facts.method.rawValue, facts.path.rawValue, isForced ? "forced" : ""]
        words.append(facts.gpu.uuid ?? "?")
        words.append("\(facts.gpu.busID)")
        words.append(facts.gpu.minor.map { "\($0)" } ?? "?")
        words.append(facts.slot.driver.value ?? "?")
        words.append(facts.persistence.value.map { "\($0)" } ?? "?")
        words.append(facts.recoveryAction.value.map { "\($0)" } ?? "?")
        words.append(facts.slot.bridge.map { "\($0)" } ?? "-")
        words += (facts.migDevices.value ?? ["?"]).sorted()
        words += facts.slot.neighbours.value?.map { "\($0.address)" } ?? ["?"]
        words += facts.slot.siblings.map { "\($0.address)=\($0.driver)" }
        words += facts.links.peers.map(\.description)
        words += (facts.looks.last?.clients ?? []).map(\.life)
        words += bystanders
        words += preconditions.map { "\($0.name):\($0.verdict.rawValue)" }
        return words.joined(separator: "|")
    }

    /// Whoever else would feel the reset. A reset by the driver leaves other GPUs alone: there a pod or a service counts as
    /// one, however its own processes come and go. After any other reset the whole node may need a reboot, so each counts.
    private var bystanders: [String] {
        let others = facts.otherJobs + (facts.looks.last?.otherHolders ?? []).filter(\.isJob)
        return Set(others.map { facts.path == .driverTool ? $0.party : $0.life }).sorted()
    }
}
