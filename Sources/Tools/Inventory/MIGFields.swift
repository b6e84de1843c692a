internal import JSON
internal import Snapshots

/// The MIG devices of one GPU in the words of an answer.
enum MIGFields {
    /// One object for each device; slots that NVML does not open have none.
    static func objects(_ devices: [MIGDevice]) -> [[Field]] {
        devices.filter { $0.refusal == nil }.map(object)
    }

    private static func object(_ device: MIGDevice) -> [Field] {
        var fields: [Field] = []
        func add<Value>(_ key: String, _ reading: Reading<Value>, _ convert: (Value) -> FieldValue) {
            if let value = reading.value { fields.append(Field(key: key, value: convert(value))) }
        }
        add("uuid", device.uuid) { .text($0) }
        add("gpu_instance_id", device.gpuInstanceID) { .uint(UInt64($0)) }
        add("compute_instance_id", device.computeInstanceID) { .uint(UInt64($0)) }
        add("memory_total_bytes", device.memoryTotalBytes) { .uint($0) }
        add("memory_used_bytes", device.memoryUsedBytes) { .uint($0) }
        add("multiprocessor_count", device.multiprocessorCount) { .uint(UInt64($0)) }
        return fields
    }

    /// Notes what one device or more lacks, each reading and reason once: `mig_devices` for a slot that NVML does not open,
    /// `mig_devices.memory_used_bytes` for a reading.
    static func noteMissing(_ inventory: GPUInventory, to fields: inout DeviceFields) {
        var seen: Set<MissingReading> = []
        for missing in (inventory.migDevices.value ?? []).flatMap(missing) where seen.insert(missing).inserted {
            fields.note(missing.reading, missing.reason)
        }
    }

    private static func missing(_ device: MIGDevice) -> [MissingReading] {
        if let refusal = device.refusal { return [MissingReading(reading: "mig_devices", reason: refusal)] }
        let reasons = [
            ("uuid", device.uuid.reason), ("gpu_instance_id", device.gpuInstanceID.reason),
            ("compute_instance_id", device.computeInstanceID.reason),
            ("memory_total_bytes", device.memoryTotalBytes.reason),
            ("memory_used_bytes", device.memoryUsedBytes.reason),
            ("multiprocessor_count", device.multiprocessorCount.reason),
        ]
        return reasons.compactMap { reading, reason in
            reason.map { MissingReading(reading: "mig_devices.\(reading)", reason: $0) }
        }
    }

    static let schema = Schema.array(
        Schema.object(
            [("uuid", Schema.string())]
                + Schema.properties(
                    Schema.integer(), "gpu_instance_id", "compute_instance_id", "memory_total_bytes",
                    "memory_used_bytes", "multiprocessor_count")))
}
