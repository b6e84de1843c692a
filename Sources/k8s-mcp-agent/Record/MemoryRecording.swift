internal import JSON
internal import Snapshots

/// A GPU's memory errors and repairs as a scenario describes them.
struct MemoryRecording {
    let memory: GPUMemoryHealth

    func add(to json: inout JSONObject) {
        var ecc = json["ecc"]?.objectValue ?? JSONObject()
        ecc.set("volatile", section: Self.counts(memory.volatile))
        ecc.set("aggregate", section: Self.counts(memory.aggregate))
        if let sram = memory.sram.value { ecc.set("sram", section: Self.sram(sram)) }
        json["ecc"] = .object(ecc)
        json.set("retired_pages", section: retiredPages)
        json.set("row_remap", section: rowRemap)
        var repair = JSONObject()
        repair.set("channel_pending", memory.repair.map(\.channel))
        repair.set("tpc_pending", memory.repair.map(\.tpc))
        repair.set("unrepairable_memory", memory.hasUnrepairableMemory)
        repair.set("bank_remapper", memory.bankRemapper) { banks in
            .object(
                JSONObject([
                    ("pending", .bool(banks.isPending)), ("no_spare_groups", .int(Int64(banks.groupsWithoutSpares))),
                ]))
        }
        json.set("repair", section: repair)
        json.set("recovery_action", memory.recoveryAction)
        var firmware = json["firmware"]?.objectValue ?? JSONObject()
        firmware.set("inforom_valid", memory.isInforomValid)
        json.set("firmware", section: firmware)
    }

    private static func counts(_ counts: ECCCounts) -> JSONObject {
        var (corrected, uncorrected, json) = (JSONObject(), JSONObject(), JSONObject())
        for count in counts.locations {
            corrected.set(count.location.scenarioKey, count.corrected)
            uncorrected.set(count.location.scenarioKey, count.uncorrected)
        }
        corrected.set("total", counts.corrected)
        uncorrected.set("total", counts.uncorrected)
        json.set("corrected", section: corrected)
        json.set("uncorrected", section: uncorrected)
        return json
    }

    private static func sram(_ errors: SRAMErrors) -> JSONObject {
        JSONObject([
            ("aggregate_parity", JSONObject.number(errors.aggregateUncorrectedParity)),
            ("aggregate_secded", JSONObject.number(errors.aggregateUncorrectedSECDED)),
            ("aggregate_corrected", JSONObject.number(errors.aggregateCorrected)),
            ("volatile_parity", JSONObject.number(errors.volatileUncorrectedParity)),
            ("volatile_secded", JSONObject.number(errors.volatileUncorrectedSECDED)),
            ("volatile_corrected", JSONObject.number(errors.volatileCorrected)),
            ("l2", JSONObject.number(errors.l2)), ("sm", JSONObject.number(errors.sm)),
            ("pcie", JSONObject.number(errors.pcie)),
            ("microcontroller", JSONObject.number(errors.microcontroller)),
            ("other", JSONObject.number(errors.other)), ("threshold_exceeded", .bool(errors.isThresholdExceeded)),
        ])
    }

    /// Addresses are not read, so pages get made-up ones; their number is what counts.
    private var retiredPages: JSONObject {
        var json = JSONObject()
        let pages = memory.retiredPages
        func addresses(_ count: UInt32) -> JSONValue {
            .array((0..<min(count, 64)).map { .int(Int64($0 + 1) << 16) })
        }
        json.set("single_bit", pages.singleBit.onlyValue, addresses)
        json.set("double_bit", pages.doubleBit.onlyValue, addresses)
        json.set("pending", pages.isPending)
        return json
    }

    private var rowRemap: JSONObject {
        var json = JSONObject()
        guard let rows = memory.remappedRows.value else { return json }
        if let count = rows.corrected { json["correctable"] = .int(Int64(count)) }
        if let count = rows.uncorrected { json["uncorrectable"] = .int(Int64(count)) }
        json["pending"] = .bool(rows.isPending)
        json["failure"] = .bool(rows.hasFailed)
        guard let banks = memory.remapHistogram.value else { return json }
        json["histogram"] = .object(
            JSONObject([
                ("max", .int(Int64(banks.max))), ("high", .int(Int64(banks.high))),
                ("partial", .int(Int64(banks.partial))), ("low", .int(Int64(banks.low))),
                ("none", .int(Int64(banks.none))),
            ]))
        return json
    }
}

extension Reading {
    /// Nil where there is no value: for what a scenario cannot make fail.
    fileprivate var onlyValue: Reading? { value.map(Reading.value) }
}

extension ECCLocation {
    fileprivate var scenarioKey: String {
        switch self {
        case .l1Cache: "l1"
        case .l2Cache: "l2"
        case .dram: "dram"
        case .registerFile: "register_file"
        case .textureMemory: "texture"
        case .textureShared: "texture_shared"
        case .cbu: "cbu"
        case .sram: "sram"
        }
    }
}
