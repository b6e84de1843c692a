internal import Diagnosis
internal import Operations
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// Reads back what ending processes has changed.
struct KillVerification {
    let context: ToolContext

    func verify(_ plan: KillPlan) async -> Verification {
        let indexes = Set(plan.chosen.flatMap(\.holds).map(\.gpuIndex))
        let request = ProbeRequest(KillPlanning.sections)
        let after = await context.probe.read(request).withAllIdentities.withHostGPUs
        let targets = plan.killTargets
        var verification = Verification()
        verification.before = Self.fields(
            plan.chosen.map { ($0.pid, $0.process?.state.map(Self.word) ?? "unknown") }, plan.snapshot, indexes)
        let states = targets.map { ($0.pid, Self.state(of: $0)) }
        verification.after = Self.fields(states, after, indexes)
        let left = states.filter { $0.1 != "gone" && $0.1 != "zombie" }
        verification.isAsExpected = left.isEmpty
        verification.remark = remark(plan, after, indexes, left.map(\.0))
        return verification
    }

    /// `gone`, or the state of the process; a later process of the same number is not it.
    private static func state(of target: KillTarget) -> String {
        guard let status = LiveProcess.status(of: target.pid), status.startTicks == target.startTicks else {
            return "gone"
        }
        return status.state.map(word) ?? "unknown"
    }

    private static func word(_ state: HostProcess.State) -> String {
        switch state {
        case .zombie: "zombie"
        case .dead: "gone"
        case .uninterruptible: "uninterruptible"
        case .stopped, .traced: "stopped"
        default: "running"
        }
    }

    private static func fields(
        _ states: [(Int32, String)], _ snapshot: NodeSnapshot, _ indexes: Set<UInt32>
    ) -> [Field] {
        let processes = states.map { pid, state in
            [Field(key: "pid", value: .int(Int64(pid))), Field(key: "state", value: .text(state))]
        }
        let gpus = snapshot.gpuUses.filter { indexes.contains($0.gpu.index) }.map { use in
            var fields = [Field(key: "index", value: .uint(UInt64(use.gpu.index)))]
            if let processes = use.processes {
                fields.append(Field(key: "process_count", value: .int(Int64(processes.count))))
            }
            if let used = use.memoryUsedBytes { fields.append(Field(key: "memory_used_bytes", value: .uint(used))) }
            return fields
        }
        return [Field(key: "processes", value: .objects(processes)), Field(key: "gpus", value: .objects(gpus))]
    }

    private func remark(
        _ plan: KillPlan, _ after: NodeSnapshot, _ indexes: Set<UInt32>, _ left: [Int32]
    ) -> String? {
        let known = Set(plan.snapshot.gpuUses.flatMap { $0.processes ?? [] }.map(\.pid))
        let uses = after.gpuUses.filter { indexes.contains($0.gpu.index) }.flatMap { $0.processes ?? [] }
        let new = Set(uses.map(\.pid)).subtracting(known).sorted()
        var lines: [String] = []
        if !left.isEmpty { lines.append("Still there: \(left.map(String.init).joined(separator: ", ")).") }
        if !new.isEmpty {
            lines.append("New on the GPU since: \(new.prefix(8).map(String.init).joined(separator: ", ")).")
        }
        return lines.isEmpty ? nil : lines.joined(separator: " ")
    }
}
