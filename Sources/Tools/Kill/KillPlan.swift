internal import Diagnosis
internal import JSON
internal import Operations
internal import Snapshots

/// Which processes would be ended, and what else that means.
struct KillPlan: OperatorPlan {
    let snapshot: NodeSnapshot
    let order: KillOrder
    /// Those that would be ended.
    var chosen: [GPUHolder] = []
    /// Holders of the same GPUs that stay, each with the reason.
    var leftAlone: [Refusal] = []
    var refusals: [Refusal] = []

    var killTargets: [KillTarget] {
        chosen.compactMap { holder in
            holder.process.map { KillTarget(pid: holder.pid, startTicks: $0.startTicks, name: $0.name) }
        }
    }

    var targets: [String] {
        let processes = killTargets.map { "process:\($0.pid)@\($0.startTicks)" }
        let gpus = Set(chosen.flatMap(\.holds).map { "gpu:\($0.gpuUUID ?? "index \($0.gpuIndex)")" })
        return processes + gpus.sorted()
    }

    var facts: JSONObject {
        [
            "signal": .string(order.signal.rawValue), "grace_seconds": JSONValue(order.graceSeconds),
            "then_kill": .bool(order.thenKill),
            "processes": .array(chosen.sorted { $0.pid < $1.pid }.map { .object($0.facts) }),
        ]
    }

    var summary: String {
        guard !chosen.isEmpty else { return "There is nothing to end." }
        let names = chosen.prefix(4).map(\.subject).joined(separator: ", ")
        let more = chosen.count > 4 ? " and \(chosen.count - 4) more" : ""
        return "\(names)\(more) on GPU \(gpuWords) would get \(order.words)."
    }

    var question: String {
        var lines = [
            "End \(chosen.count == 1 ? "this process" : "these \(chosen.count) processes") with \(order.words)?"
        ]
        lines += chosen.prefix(8).map { "- \($0.line)" }
        if chosen.count > 8 { lines.append("- and \(chosen.count - 8) more") }
        lines += affected.prefix(6)
        return lines.joined(separator: "\n")
    }

    private var gpuWords: String {
        Set(chosen.flatMap(\.holds).map(\.gpuIndex)).sorted().map(String.init).joined(separator: ", ")
    }
}

extension KillPlan {
    /// What else happens, and what may be better; each one sentence.
    var affected: [String] {
        var lines: [String] = []
        let pods = chosen.filter(\.isInPod)
        if !pods.isEmpty {
            let names = Set(pods.compactMap(\.podName)).sorted().joined(separator: ", ")
            let remedies = Set(pods.compactMap(\.podRemedy)).sorted().prefix(2).joined(separator: " ")
            lines.append("The kubelet starts containers of pod \(names) again; to end the work for good: \(remedies)")
        }
        lines += chosen.compactMap { holder in
            let gpus = Set(holder.holds.map(\.gpuIndex)).sorted()
            guard gpus.count > 1 else { return nil }
            return
                "\(holder.subject) works on GPUs \(gpus.map(String.init).joined(separator: ", ")) at once: all of it ends."
        }
        if chosen.contains(where: { $0.holds.contains { $0.relations.contains("mps") } }) {
            lines.append("A client of the Multi-Process Service: its end can end the other clients of that GPU, too.")
        }
        if chosen.contains(where: { $0.holds.contains { $0.gpuInstanceID != nil } }) {
            lines.append("It works on a MIG instance; the other instances of the GPU are not touched.")
        }
        if let stopped = chosen.first(where: { $0.process?.state == .stopped }), order.signal == .term {
            lines.append("\(stopped.subject) is stopped: TERM reaches it only when it is continued.")
        }
        return lines
    }

    var fields: [Field] {
        var fields = [
            Field(key: "signal", value: .text(order.signal.rawValue)),
            Field(key: "then_kill", value: .flag(order.thenKill)),
        ]
        if order.signal == .term { fields.append(Field(key: "grace_seconds", value: .int(Int64(order.graceSeconds)))) }
        fields.append(Field(key: "processes", value: .objects(chosen.map(\.fields))))
        if !affected.isEmpty { fields.append(Field(key: "affected", value: .texts(affected))) }
        if !leftAlone.isEmpty {
            let left = leftAlone.prefix(16).map { refusal in
                [
                    Field(key: "process", value: .text(refusal.subject ?? "")),
                    Field(key: "reason", value: .text(refusal.reason)),
                    Field(key: "remedy", value: .text(refusal.remedy)),
                ]
            }
            fields.append(Field(key: "left_alone", value: .objects(Array(left))))
        }
        return fields
    }
}

extension GPUHolder {
    /// What a confirmation is bound to.
    fileprivate var facts: JSONObject {
        let process = process
        return [
            "pid": JSONValue(Int(pid)), "start": process.map { JSONValue($0.startTicks) } ?? .null,
            "name": .string(process?.name ?? ""),
            "executable": .string(process?.identity.executable.value ?? ""),
            "uid": process?.uid.value.map { JSONValue(Int($0)) } ?? .null, "pod": .string(pod?.uid ?? ""),
            "gpus": .array(holds.sorted { $0.gpuIndex < $1.gpuIndex }.map { .string($0.gpuUUID ?? "\($0.gpuIndex)") }),
        ]
    }

    /// One line for a person.
    fileprivate var line: String {
        let gpus = Set(holds.map(\.gpuIndex)).sorted().map(String.init).joined(separator: ", ")
        let owner = podName.map { "pod \($0)" } ?? userName.map { "user \($0)" } ?? "unknown user"
        let command = process?.commandLine.value.map { ": \($0.prefix(80))" } ?? ""
        return "\(subject) of \(owner) on GPU \(gpus)\(command)"
    }

    private var userName: String? { user ?? process?.uid.value.map { "\($0)" } }

    fileprivate var fields: [Field] {
        var fields = [Field(key: "pid", value: .int(Int64(pid)))]
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("name", process.map { .text($0.name) })
        add("started_at", process?.startedMicroseconds.map { .text(ProcessFields.seconds($0)) })
        add("executable", process?.identity.executable.value.map(FieldValue.text))
        add("command", process?.commandLine.value.flatMap { $0.isEmpty ? nil : .text($0) })
        add("user", userName.map(FieldValue.text))
        add("namespace", pod?.namespace.map(FieldValue.text))
        add("pod", (pod?.name ?? pod?.uid).map(FieldValue.text))
        add("container", pod?.container.map(FieldValue.text))
        add("owner", pod == nil ? process?.owner.value?.words.map(FieldValue.text) : nil)
        add("gpus", .objects(holds.map(\.fields)))
        return fields
    }
}

extension GPUHolder.Hold {
    fileprivate var fields: [Field] {
        var fields = [Field(key: "index", value: .uint(UInt64(gpuIndex)))]
        if let uuid = gpuUUID { fields.append(Field(key: "uuid", value: .text(uuid))) }
        fields.append(Field(key: "type", value: .text(relations.joined(separator: "+"))))
        if let bytes = memoryBytes { fields.append(Field(key: "memory_bytes", value: .uint(bytes))) }
        if let instance = gpuInstanceID { fields.append(Field(key: "gpu_instance_id", value: .uint(UInt64(instance)))) }
        return fields
    }
}
