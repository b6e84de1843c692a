internal import Diagnosis
internal import JSON
internal import Snapshots

/// The GPUs that an answer about the log names, each once.
enum FaultDeviceFields {
    /// In the order of their addresses.
    static func all(_ selection: FaultSelection, _ gpus: FaultGPUs, _ places: Set<UInt64>?) -> [[Field]] {
        let groups = Dictionary(grouping: selection.groups) { $0.busID?.slot ?? .max }
        let slots = Set(groups.keys).union(places ?? [])
        let named = slots.compactMap { gpus[slot: $0] }.sorted { $0.busID < $1.busID }
        return named.map { fields($0, groups[$0.busID.slot] ?? []) }
    }

    private static func fields(_ gpu: FaultGPUs.GPU, _ groups: [FaultGroup]) -> [Field] {
        var fields: [Field] = []
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        add("index", gpu.index.map { .uint(UInt64($0)) })
        add("uuid", gpu.uuid.map(FieldValue.text))
        add("bus_id", .text("\(gpu.busID)"))
        add("name", gpu.name.map(FieldValue.text))
        add("serial", gpu.serial.map(FieldValue.text))
        if gpu.isListed == false { add("listed_by_nvml", .flag(false)) }
        if let recovery = gpu.recovery, recovery != .none { add("recovery_action", .text(recovery.name)) }
        add("group_count", .int(Int64(groups.count)))
        guard let worst = groups.filter({ $0.rootID == nil }).max(by: { $0.severity < $1.severity }) else {
            return fields
        }
        add("severity", .text(worst.severity.rawValue))
        add("action", .text(worst.action.rawValue))
        return fields
    }

    static let schema = Schema.object(
        AnswerSchema.identity + [
            ("serial", Schema.string("Of the board")),
            ("listed_by_nvml", Schema.boolean("false: lost or never initialised")),
            ("recovery_action", Schema.string("What the driver itself wants done now; outranks the catalogue")),
            ("group_count", Schema.integer()), ("severity", Schema.choice(Severity.allCases.map(\.rawValue))),
            ("action", Schema.choice(Action.allCases.map(\.rawValue), "Of its worst root group")),
        ], required: ["bus_id", "group_count"])
}
