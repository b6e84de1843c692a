internal import JSON
internal import Operations
internal import Snapshots

/// The plan of `reset_gpu` as the procedure of all changes knows plans.
struct ResetGPUPlan: OperatorPlan {
    let snapshot: NodeSnapshot
    let reset: ResetPlan
    let settleSeconds: Int
    /// The GPU as it is before.
    let before: ResetState
    let evidence: ResetEvidence

    /// The names of a GPU in the audit log. A GPU that has fallen off the bus may be known by one of them only.
    static func targets(_ gpu: ResetTarget) -> [String] {
        ([gpu.uuid, "\(gpu.busID)"].compactMap { $0 }).map { "gpu:\($0)" }
    }

    var targets: [String] { Self.targets(reset.facts.gpu) }

    var facts: JSONObject {
        ["fingerprint": .string(reset.fingerprint), "settle_seconds": JSONValue(settleSeconds)]
    }

    var refusals: [Refusal] {
        reset.obstacles.map { obstacle in
            Refusal(
                obstacle.name, subject: reset.facts.gpu.description, message: Self.sentence(obstacle.found),
                remedy: Self.sentence(obstacle.remedy ?? "Look at diagnose_gpu_node."))
        }
    }

    /// With a capital and a full stop.
    static func sentence(_ text: String) -> String {
        let end = text.last == "." || text.last == "?" ? "" : "."
        return text.prefix(1).uppercased() + text.dropFirst() + end
    }

    var summary: String {
        let way: String
        switch reset.facts.path {
        case .driverTool: way = "by the driver (nvidia-smi --gpu-reset)"
        case .driverToolBus: way = "by a reset of its bus (nvidia-smi -r bus)"
        case .kernel: way = "by the kernel, without the driver"
        }
        let lifted =
            reset.lifted.isEmpty ? "" : " Lifted by force: \(reset.lifted.map(\.name).joined(separator: ", "))."
        return "\(reset.facts.gpu.description) would be reset \(way).\(lifted)"
    }

    var question: String {
        var lines = ["Reset \(reset.facts.gpu.description)?", summary]
        lines += reset.lifted.map { "- Lifted by force: \(Self.sentence($0.found))" }
        let notes = reset.preconditions.filter { ["scheduling", "loop_guard", "other_jobs"].contains($0.name) }
        lines += notes.filter { !reset.lifted.contains($0) }.map { "- \(Self.sentence($0.found))" }
        return (lines + reset.affected.prefix(6).map { "- \(Self.sentence($0))" }).joined(separator: "\n")
    }

    var fields: [Field] {
        let gpu = reset.facts.gpu
        var fields: [Field] = []
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("gpu", .object(gpu.fields))
        add("method", .text(reset.facts.method.rawValue))
        add("way", .text(reset.facts.path.rawValue))
        add("force", .flag(reset.isForced))
        add("scheduling", .text(reset.facts.node.scheduling.rawValue))
        add("preconditions", .objects(reset.preconditions.map { $0.fields(isForced: reset.isForced) }))
        add("clients", clients.isEmpty ? nil : .objects(clients.prefix(Self.clientLimit).map(\.fields)))
        let leftOut = clients.count - Self.clientLimit
        add("clients_left_out", leftOut > 0 ? .int(Int64(leftOut)) : nil)
        add("affected", .texts(reset.affected))
        add("steps", .texts(reset.steps))
        return fields
    }

    /// Clients that an answer and the audit log show; one is enough to stand in the way.
    private static let clientLimit = 32

    private var clients: [GPUClient] {
        var seen: Set<Int32> = []
        return reset.facts.looks.flatMap(\.clients).filter { seen.insert($0.pid).inserted }
    }
}

extension ResetTarget {
    fileprivate var fields: [Field] {
        var fields: [Field] = []
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("index", index.map { .uint(UInt64($0)) })
        add("uuid", uuid.map(FieldValue.text))
        add("bus_id", .text("\(busID)"))
        add("name", name.map(FieldValue.text))
        return fields
    }
}

extension ResetPrecondition {
    fileprivate func fields(isForced: Bool) -> [Field] {
        var fields = [
            Field(key: "name", value: .text(name)), Field(key: "verdict", value: .text(verdict.rawValue)),
            Field(key: "found", value: .text(found)),
        ]
        if verdict != .holds {
            fields.append(Field(key: "blocks", value: .flag(blocks(isForced: isForced))))
            fields.append(Field(key: "force_lifts", value: .flag(weight == .policy)))
        }
        if let remedy { fields.append(Field(key: "remedy", value: .text(remedy))) }
        return fields
    }
}

extension GPUClient {
    fileprivate var fields: [Field] {
        var fields = [
            Field(key: "pid", value: .int(Int64(pid))), Field(key: "name", value: .text(name)),
            Field(key: "seen_in", value: .texts(evidence.map(\.rawValue))),
        ]
        if let owner { fields.append(Field(key: "owner", value: .text(owner))) }
        if let monitoring {
            fields.append(Field(key: "kind", value: .text(monitoring.title)))
            fields.append(Field(key: "how_to_stop", value: .text(monitoring.remedy)))
        }
        return fields
    }
}

extension ResetState {
    /// The readings that there are.
    var fields: [Field] {
        var fields = [Field(key: "listed", value: .flag(isListed))]
        func add<Value>(_ key: String, _ reading: Reading<Value>, _ form: (Value) -> FieldValue) {
            if let value = reading.value { fields.append(Field(key: key, value: form(value))) }
        }
        add("uuid", uuid) { .text($0) }
        add("bus_id", busID) { .text("\($0)") }
        add("memory_total_bytes", memoryTotalBytes) { .uint($0) }
        add("recovery_action", recoveryAction) { .uint($0) }
        add("nvlinks_up", activeLinkCount) { .int(Int64($0)) }
        add("fabric_state", fabricState) { .uint(UInt64($0)) }
        add("repair_pending", isRepairPending) { .flag($0) }
        add("row_remap_failed", hasRemapFailed) { .flag($0) }
        add("volatile_uncorrected_errors", volatileUncorrected) { .uint($0) }
        add("pcie_width", pcieWidth) { .int(Int64($0)) }
        add("persistence_mode", hasPersistence) { .flag($0) }
        return fields
    }
}
