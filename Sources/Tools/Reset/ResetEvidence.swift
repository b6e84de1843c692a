internal import JSON
internal import Operations
internal import Snapshots

/// What a reset would wipe out: kept in the audit log before anything is done.
struct ResetEvidence: Sendable {
    let fields: [Field]

    init(_ snapshot: NodeSnapshot, _ target: ResetTarget) {
        var fields: [Field] = []
        func add<Value>(_ key: String, _ reading: Reading<Value>?, _ form: (Value) -> FieldValue) {
            switch reading {
            case .value(let value)?: fields.append(Field(key: key, value: form(value)))
            case .unavailable(let reason)?: fields.append(Field(key: key, value: .text(reason.word)))
            case nil: break
            }
        }
        let gpu = snapshot.gpus.first { $0.index == target.index && target.index != nil }
        add("recovery_action", gpu?.memoryHealth?.recoveryAction) { .uint($0) }
        add("ecc_volatile_corrected", gpu?.memoryHealth?.volatile.corrected) { .uint($0) }
        add("ecc_volatile_uncorrected", gpu?.memoryHealth?.volatile.uncorrected) { .uint($0) }
        add("ecc_aggregate_uncorrected", gpu?.memoryHealth?.aggregate.uncorrected) { .uint($0) }
        add("remapped_rows", gpu?.memoryHealth?.remappedRows) { .object($0.fields) }
        add("power_limit_mw", gpu?.inventory?.powerLimitMilliwatts) { .uint(UInt64($0)) }
        add("persistence_mode", gpu?.inventory?.isPersistenceModeEnabled) { .flag($0) }
        add("mig_devices", gpu?.inventory?.migDevices) { .objects($0.map(\.evidence)) }
        if let gpu { add("nvlinks_up", gpu.links?.activeCount) { .uint(UInt64($0)) } }
        self.fields = fields
    }

    /// With lines of the kernel log, or that there are none to be had.
    func with(kernelLog: [String]?) -> [Field] {
        fields + [Field(key: "kernel_log", value: kernelLog.map(FieldValue.texts) ?? .text("not_read"))]
    }
}

extension MIGDevice {
    fileprivate var evidence: [Field] {
        var fields: [Field] = []
        if let uuid = uuid.value { fields.append(Field(key: "uuid", value: .text(uuid))) }
        if let id = gpuInstanceID.value { fields.append(Field(key: "gpu_instance_id", value: .uint(UInt64(id)))) }
        if let id = computeInstanceID.value {
            fields.append(Field(key: "compute_instance_id", value: .uint(UInt64(id))))
        }
        if let bytes = memoryTotalBytes.value { fields.append(Field(key: "memory_total_bytes", value: .uint(bytes))) }
        return fields
    }
}
