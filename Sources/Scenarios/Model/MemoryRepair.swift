/// Retired pages (before Ampere).
package struct RetiredPages: ScenarioSection, Sendable {
    /// Page addresses.
    package var singleBit: [UInt64] = []
    package var doubleBit: [UInt64] = []
    package var pending = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        singleBit = try reader.numbers("single_bit")
        doubleBit = try reader.numbers("double_bit")
        pending = try reader.number("pending")
    }
}

/// Remapped rows (Ampere and newer).
package struct RowRemap: ScenarioSection, Sendable {
    package var correctable = NumericReading.absent
    package var uncorrectable = NumericReading.absent
    package var inactiveCorrectable = NumericReading.value(Signal(0))
    package var inactiveUncorrectable = NumericReading.value(Signal(0))
    package var pending = NumericReading.absent
    package var failure = NumericReading.absent
    package var histogram: RowHistogram?

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        correctable = try reader.number("correctable")
        uncorrectable = try reader.number("uncorrectable")
        pending = try reader.number("pending")
        failure = try reader.number("failure")
        histogram = try reader.optional("histogram")
        let corrected = try reader.number("inactive_correctable")
        if corrected != .absent { inactiveCorrectable = corrected }
        let uncorrected = try reader.number("inactive_uncorrectable")
        if uncorrected != .absent { inactiveUncorrectable = uncorrected }
    }
}

/// Memory banks by how many spare rows they have left.
package struct RowHistogram: ScenarioSection, Sendable {
    package var max = NumericReading.absent
    package var high = NumericReading.absent
    package var partial = NumericReading.absent
    package var low = NumericReading.absent
    package var none = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        max = try reader.number("max")
        high = try reader.number("high")
        partial = try reader.number("partial")
        low = try reader.number("low")
        none = try reader.number("none")
    }
}

/// Repairs that wait for a reset, and memory that cannot be repaired.
package struct RepairReadings: ScenarioSection, Sendable {
    package var channelPending = NumericReading.absent
    package var tpcPending = NumericReading.absent
    package var unrepairableMemory = NumericReading.absent
    package var bankRemapper: BankRemapper?

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        channelPending = try reader.number("channel_pending")
        tpcPending = try reader.number("tpc_pending")
        unrepairableMemory = try reader.number("unrepairable_memory")
        bankRemapper = try reader.optional("bank_remapper")
    }
}

/// Remapped banks.
package struct BankRemapper: ScenarioSection, Sendable {
    package var active = NumericReading.absent
    package var inactive = NumericReading.absent
    package var pending = NumericReading.absent
    package var maxSpareGroups = NumericReading.absent
    package var noSpareGroups = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        active = try reader.number("active")
        inactive = try reader.number("inactive")
        pending = try reader.number("pending")
        maxSpareGroups = try reader.number("max_spare_groups")
        noSpareGroups = try reader.number("no_spare_groups")
    }
}
