internal import Diagnosis
internal import JSON
internal import Snapshots

/// What a node is beside its GPUs, in the words of an answer.
enum NodeFactFields {
    static func fields(_ snapshot: NodeSnapshot, _ detail: Detail) -> [Field] {
        var fields: [Field] = []
        func add<Value>(_ key: String, _ reading: Reading<Value>?, _ convert: (Value) -> FieldValue) {
            if let value = reading?.value { fields.append(Field(key: key, value: convert(value))) }
        }
        add("kernel_module_version", snapshot.host?.kernelModuleVersion) { .text($0) }
        add("confidential_computing", snapshot.driver.confidentialComputing) {
            .text($0.isForDevelopers ? "developer tools" : $0.isOn ? "on" : "off")
        }
        guard let facts = snapshot.facts else { return fields }
        add("hostname", facts.hostname) { .text($0) }
        add("operating_system", facts.operatingSystem) { .text($0) }
        add("kernel", facts.kernelRelease) { .text($0) }
        add("booted_at", facts.bootedMicroseconds) { .text(ProcessFields.seconds($0)) }
        add("processor_count", facts.processorCount) { .uint(UInt64($0)) }
        add("host_memory_total_bytes", facts.memoryTotalBytes) { .uint($0) }
        add("cgroup_version", facts.cgroupVersion) { .uint(UInt64($0)) }
        if !facts.containerRuntimes.isEmpty {
            fields.append(Field(key: "container_runtimes", value: .texts(facts.containerRuntimes)))
        }
        if let name = facts.distribution { fields.append(Field(key: "distribution", value: .text(name))) }
        if !facts.operatorReady.isEmpty {
            fields.append(Field(key: "gpu_operator_ready", value: .texts(facts.operatorReady)))
        }
        let labels = detail == .full ? facts.labels : facts.labels.filter(isImportant)
        if !labels.isEmpty { fields.append(Field(key: "labels", value: .texts(labels))) }
        return fields
    }

    /// With MIG or sharing these do not describe whole GPUs; what they do describe is what the scheduler sees.
    private static func isImportant(_ label: String) -> Bool {
        ["product=", "count=", "replicas=", "sharing-strategy=", "mig.strategy=", "gpu.clique="].contains {
            label.contains($0)
        }
            && !label.contains("mig-")
    }

    static let schema: [(String, JSONValue)] =
        Schema.properties(
            Schema.string(), "kernel_module_version", "hostname", "operating_system", "kernel", "booted_at",
            "distribution")
        + [("confidential_computing", Schema.choice(["on", "off", "developer tools"]))]
        + Schema.properties(Schema.integer(), "processor_count", "host_memory_total_bytes", "cgroup_version")
        + Schema.properties(Schema.array(Schema.string()), "container_runtimes", "gpu_operator_ready", "labels")
}
