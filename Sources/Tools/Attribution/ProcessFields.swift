internal import Diagnosis
internal import JSON
internal import Snapshots

/// Processes in the words of an answer.
enum ProcessFields {
    /// Bytes of a command line, where not everything is asked for.
    private static let shortCommand = 64

    static func process(_ use: GPUProcessUse, _ detail: Detail) -> [Field] {
        var fields = [
            Field(key: "pid", value: .int(Int64(use.pid))),
            Field(key: "type", value: .text(use.relations.map(\.rawValue).joined(separator: "+"))),
        ]
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("memory_bytes", use.memoryBytes.map(FieldValue.uint))
        add("gpu_instance_id", use.gpuInstanceID.map { .uint(UInt64($0)) })
        add("compute_instance_id", use.computeInstanceID.map { .uint(UInt64($0)) })
        if use.isGone { add("exists", .flag(false)) }
        guard let known = use.process else { return fields }
        add("name", .text(known.process.name))
        add("state", known.process.state.flatMap { $0.isOrdinary && detail != .full ? nil : .text($0.word) })
        add("namespace", known.pod?.namespace.map(FieldValue.text))
        add("pod", known.pod?.name.map(FieldValue.text))
        if known.pod?.name == nil || detail == .full { add("pod_uid", known.pod?.uid.map(FieldValue.text)) }
        add("container", known.pod?.container.map(FieldValue.text))
        if known.pod == nil { add("owner", known.process.owner.value?.words.map(FieldValue.text)) }
        if detail != .summary { addStandard(known, detail, add) }
        if detail == .full { addRare(known.process, add) }
        return fields
    }

    private static func addStandard(_ known: NodeProcess, _ detail: Detail, _ add: (String, FieldValue?) -> Void) {
        let process = known.process
        add("user", (known.user ?? process.uid.value.map { "\($0)" }).map(FieldValue.text))
        add("started_at", process.startedMicroseconds.map { .text(seconds($0)) })
        if let command = process.commandLine.value, !command.isEmpty {
            add("command", .text(detail == .full ? command : short(command)))
        }
    }

    private static func addRare(_ process: HostProcess, _ add: (String, FieldValue?) -> Void) {
        add("parent_pid", .int(Int64(process.parentPID)))
        add("container_pid", process.innerPID.value.map { .int(Int64($0)) })
        add("container_id", process.owner.value?.container?.containerID.map(FieldValue.text))
        add("device_nodes", process.deviceNodes.value.map(FieldValue.texts))
    }

    /// /proc knows the start to about a second: no more digits than that.
    static func seconds(_ microseconds: Int64) -> String { String(WallClock.rfc3339(microseconds).dropLast(5)) + "Z" }

    private static func short(_ command: String) -> String {
        guard command.utf8.count > shortCommand else { return command }
        var text = String(command.unicodeScalars.prefix(shortCommand - 3))
        while text.utf8.count > shortCommand - 3 { text.removeLast() }
        return text + "..."
    }

    static let schema = Schema.object(
        [
            ("pid", Schema.integer("In the node's process id namespace")),
            (
                "type",
                Schema.string("compute, graphics, mps, joined by +; or holds_device_node: open device, no context")
            ),
            ("memory_bytes", Schema.integer()),
        ] + Schema.properties(Schema.integer(), "gpu_instance_id", "compute_instance_id", "parent_pid", "container_pid")
            + [("exists", Schema.boolean("false: NVML lists it, the node does not have it"))]
            + Schema.properties(
                Schema.string(), "name", "state", "namespace", "pod", "pod_uid", "container", "owner", "user",
                "started_at", "command", "container_id") + [("device_nodes", Schema.array(Schema.string()))],
        required: ["pid", "type"])
}

extension HostProcess.State {
    /// Running or waiting as programs do.
    fileprivate var isOrdinary: Bool { self == .running || self == .sleeping || self == .idle }

    fileprivate var word: String {
        switch self {
        case .running: "running"
        case .sleeping: "sleeping"
        case .uninterruptible: "uninterruptible"
        case .stopped: "stopped"
        case .traced: "traced"
        case .zombie: "zombie"
        case .dead: "dead"
        case .idle: "idle"
        }
    }
}
