internal import Diagnosis
internal import JSON
internal import Snapshots

/// Pods and their GPUs in the words of an answer.
enum PodFields {
    static func pod(_ pod: PodUse, _ detail: Detail) -> [Field] {
        var fields: [Field] = []
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("namespace", pod.identity.namespace.map(FieldValue.text))
        add("pod", pod.identity.name.map(FieldValue.text))
        if pod.identity.name == nil || detail == .full { add("pod_uid", pod.identity.uid.map(FieldValue.text)) }
        if pod.isLive == false { add("is_live", .flag(false)) }
        add("containers", .objects(pod.containers.map { container($0, detail) }))
        return fields
    }

    private static func container(_ container: ContainerUse, _ detail: Detail) -> [Field] {
        var fields: [Field] = []
        if let name = container.name { fields.append(Field(key: "container", value: .text(name))) }
        let given = container.allocations.map { self.given($0, container, detail) }
        if !given.isEmpty { fields.append(Field(key: "given", value: .objects(given))) }
        let used = Dictionary(grouping: container.uses, by: \.gpuIndex).sorted { $0.key < $1.key }
        if !used.isEmpty {
            fields.append(
                Field(key: "used", value: .objects(used.map { self.used($0.key, $0.value.map(\.use), detail) })))
        }
        return fields
    }

    private static func given(_ allocation: DeviceAllocation, _ container: ContainerUse, _ detail: Detail) -> [Field] {
        let devices = container.devices.filter { allocation.deviceIDs.contains($0.id.text) }
        var fields = [
            Field(key: "resource", value: .text(allocation.resource)),
            Field(key: "gpus", value: .ints(Set(devices.compactMap { $0.gpuIndex.map(Int64.init) }).sorted())),
        ]
        if devices.contains(where: \.isMIG) { fields.append(Field(key: "mig", value: .texts(devices.map(mig)))) }
        let shares = devices.filter { $0.id.replica != nil }.count
        if shares > 0 { fields.append(Field(key: "shares", value: .int(Int64(shares)))) }
        // Devices that are not on the node are named in any case.
        let ids = devices.filter { detail == .full || $0.gpuIndex == nil }.map(\.id.text)
        if !ids.isEmpty { fields.append(Field(key: "device_ids", value: .texts(ids))) }
        if detail == .full {
            let sources = [
                allocation.isInPodResources ? "pod_resources" : nil, allocation.isInCheckpoint ? "checkpoint" : nil,
            ]
            fields.append(Field(key: "known_from", value: .texts(sources.compactMap { $0 })))
        }
        return fields
    }

    /// `0/gi2/ci0`: GPU, GPU instance, compute instance; as far as they are known.
    private static func mig(_ device: GivenDevice) -> String {
        let parts = [
            device.gpuIndex.map { "\($0)" }, device.gpuInstanceID.map { "gi\($0)" },
            device.computeInstanceID.map { "ci\($0)" },
        ].compactMap { $0 }
        return parts.isEmpty ? device.id.text : parts.joined(separator: "/")
    }

    private static func used(_ gpu: UInt32, _ uses: [GPUProcessUse], _ detail: Detail) -> [Field] {
        let contexts = uses.filter(\.hasContext)
        let limit = detail == .full ? 1_000 : 8
        var fields = [
            Field(key: "gpu", value: .uint(UInt64(gpu))),
            Field(key: "pids", value: .ints(contexts.prefix(limit).map { Int64($0.pid) })),
        ]
        let memory = contexts.map(\.memoryBytes)
        if !contexts.isEmpty, !memory.contains(nil) {
            fields.append(Field(key: "memory_bytes", value: .uint(memory.reduce(0) { $0 &+ ($1 ?? 0) })))
        }
        let holders = uses.filter { !$0.hasContext }
        if !holders.isEmpty {
            fields.append(Field(key: "holder_pids", value: .ints(holders.prefix(limit).map { Int64($0.pid) })))
        }
        return fields
    }

    static let schema = Schema.object(
        Schema.properties(Schema.string(), "namespace", "pod", "pod_uid")
            + [("is_live", Schema.boolean("false: the pod is gone, the kubelet has not forgotten it"))]
            + [("containers", Schema.array(containerSchema))])

    private static let containerSchema = Schema.object([
        ("container", Schema.string()),
        (
            "given",
            Schema.array(
                Schema.object(
                    [
                        ("resource", Schema.string()),
                        ("gpus", Schema.array(Schema.integer(), "Indexes; empty: not on this node")),
                        ("mig", Schema.array(Schema.string(), "GPU/instance/compute instance")),
                        ("shares", Schema.integer("Time-sliced or MPS shares")),
                        ("device_ids", Schema.array(Schema.string())), ("known_from", Schema.array(Schema.string())),
                    ], required: ["resource", "gpus"]), "What the kubelet gave to it")
        ),
        (
            "used",
            Schema.array(
                Schema.object(
                    [
                        ("gpu", Schema.integer()), ("pids", Schema.array(Schema.integer(), "With a context")),
                        ("memory_bytes", Schema.integer()),
                        ("holder_pids", Schema.array(Schema.integer(), "Device open, no context")),
                    ], required: ["gpu", "pids"]), "What its processes really use")
        ),
    ])
}
