internal import Diagnosis
internal import JSON
internal import Snapshots

/// Memory errors and repairs in the words of an answer.
enum ECCFields {
    static func add(_ gpu: GPUSnapshot, _ detail: Detail, to fields: inout DeviceFields) {
        fields.begin(gpu)
        guard let health = gpu.memoryHealth else { return }
        fields.add("recovery_action", health.recoveryAction) { .text(RecoveryLevel(UInt32(clamping: $0)).name) }
        fields.add(modes: "ecc_mode", "ecc_mode_current", "ecc_mode_pending", health.eccMode)
        add("volatile", health.volatile, detail, to: &fields)
        add("aggregate", health.aggregate, detail, to: &fields)
        fields.add("sram", health.sram) { .object(sram($0, detail)) }
        addRepairs(health, detail, to: &fields)
    }

    private static func add(_ key: StaticString, _ counts: ECCCounts, _ detail: Detail, to fields: inout DeviceFields) {
        var members: [Field] = []
        func add(_ name: String, _ reading: Reading<UInt64>, to list: inout [Field]) {
            if let value = reading.value {
                list.append(Field(key: name, value: .uint(value)))
            } else if let reason = reading.reason {
                fields.note("\(key)_\(name)", reason)
            }
        }
        add("corrected", counts.corrected, to: &members)
        add("uncorrected", counts.uncorrected, to: &members)
        for count in detail == .summary ? [] : counts.locations {
            var place: [Field] = []
            if let value = count.corrected.value { place.append(Field(key: "corrected", value: .uint(value))) }
            if let value = count.uncorrected.value { place.append(Field(key: "uncorrected", value: .uint(value))) }
            if !place.isEmpty { members.append(Field(key: count.location.word, value: .object(place))) }
        }
        if !members.isEmpty { fields.add(key, .object(members)) }
    }

    private static func sram(_ errors: SRAMErrors, _ detail: Detail) -> [Field] {
        let counts: [(String, UInt64)] = [
            ("volatile_corrected", errors.volatileCorrected),
            ("volatile_uncorrected_parity", errors.volatileUncorrectedParity),
            ("volatile_uncorrected_secded", errors.volatileUncorrectedSECDED),
            ("aggregate_corrected", errors.aggregateCorrected),
            ("aggregate_uncorrected_parity", errors.aggregateUncorrectedParity),
            ("aggregate_uncorrected_secded", errors.aggregateUncorrectedSECDED),
            ("aggregate_uncorrected_l2", errors.l2),
            ("aggregate_uncorrected_sm", errors.sm), ("aggregate_uncorrected_pcie", errors.pcie),
            ("aggregate_uncorrected_microcontroller", errors.microcontroller),
            ("aggregate_uncorrected_other", errors.other),
        ]
        return [Field(key: "threshold_exceeded", value: .flag(errors.isThresholdExceeded))]
            + counts.filter { $0.1 > 0 || detail == .full }.map { Field(key: $0.0, value: .uint($0.1)) }
    }

    private static func addRepairs(_ health: GPUMemoryHealth, _ detail: Detail, to fields: inout DeviceFields) {
        fields.add("remapped_rows", health.remappedRows) { .object($0.fields) }
        fields.add("remap_histogram_banks", health.remapHistogram) { banks in
            .object(
                [
                    ("max", banks.max), ("high", banks.high), ("partial", banks.partial), ("low", banks.low),
                    ("none", banks.none),
                ].map { Field(key: $0.0, value: .uint(UInt64($0.1))) })
        }
        addRetiredPages(health.retiredPages, detail, to: &fields)
        fields.add("repair_pending", health.repair) { repair in
            .object([
                Field(key: "channel", value: .flag(repair.channel)), Field(key: "tpc", value: .flag(repair.tpc)),
            ])
        }
        fields.add("unrepairable_memory", health.hasUnrepairableMemory) { .flag($0) }
    }

    /// Ampere and newer have rows instead of pages: then there is nothing to say, not even that it is missing.
    private static func addRetiredPages(_ pages: RetiredPages, _ detail: Detail, to fields: inout DeviceFields) {
        guard pages.singleBit.reason != .notSupported || detail == .full else { return }
        fields.add("retired_pages_single_bit", pages.singleBit)
        fields.add("retired_pages_double_bit", pages.doubleBit)
        fields.add("retired_pages_pending", pages.isPending) { .flag($0) }
    }
}

extension ECCLocation {
    /// The word for it in answers.
    var word: String {
        switch self {
        case .l1Cache: "l1_cache"
        case .l2Cache: "l2_cache"
        case .dram: "dram"
        case .registerFile: "register_file"
        case .textureMemory: "texture_memory"
        case .textureShared: "texture_shared"
        case .cbu: "cbu"
        case .sram: "sram"
        }
    }
}

extension ECCFields {
    private static let pair = Schema.object(Schema.properties(Schema.integer(), "corrected", "uncorrected"))

    private static let counts = Schema.object(
        Schema.properties(Schema.integer(), "corrected", "uncorrected")
            + ECCLocation.allCases.map { ($0.word, pair) })

    static let deviceSchema: [(String, JSONValue)] =
        [("recovery_action", Schema.string("What the driver asks for now; None: nothing"))]
        + Schema.properties(Schema.choice(["enabled", "disabled"]), "ecc_mode_current", "ecc_mode_pending") + [
            ("volatile", counts), ("aggregate", counts),
            (
                "sram",
                Schema.object(
                    [("threshold_exceeded", Schema.boolean("The vendor's flag for replacing the board"))]
                        + Schema.properties(
                            Schema.integer(), "volatile_corrected", "volatile_uncorrected_parity",
                            "volatile_uncorrected_secded", "aggregate_corrected", "aggregate_uncorrected_parity",
                            "aggregate_uncorrected_secded", "aggregate_uncorrected_l2", "aggregate_uncorrected_sm",
                            "aggregate_uncorrected_pcie", "aggregate_uncorrected_microcontroller",
                            "aggregate_uncorrected_other"))
            ),
            (
                "remapped_rows",
                Schema.object(
                    Schema.properties(Schema.integer(), "corrected", "uncorrected")
                        + Schema.properties(Schema.boolean(), "pending", "failed"))
            ),
            (
                "remap_histogram_banks",
                Schema.object(Schema.properties(Schema.integer(), "max", "high", "partial", "low", "none"))
            ),
            ("repair_pending", Schema.object(Schema.properties(Schema.boolean(), "channel", "tpc"))),
        ]
        + Schema.properties(Schema.integer(), "retired_pages_single_bit", "retired_pages_double_bit")
        + Schema.properties(Schema.boolean(), "retired_pages_pending", "unrepairable_memory")
}

extension RemappedRows {
    /// As members of an answer, without what is not known.
    var fields: [Field] {
        let counts = [("corrected", corrected), ("uncorrected", uncorrected)]
        return counts.compactMap { key, count in count.map { Field(key: key, value: .uint(UInt64($0))) } }
            + [Field(key: "pending", value: .flag(isPending)), Field(key: "failed", value: .flag(hasFailed))]
    }
}
