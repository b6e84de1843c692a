/// ECC modes and counters.
package struct ECCReadings: ScenarioSection, Sendable {
    package var current = NumericReading.absent
    package var pending = NumericReading.absent
    package var defaultMode = NumericReading.absent
    package var volatile = ECCCounters()
    package var aggregate = ECCCounters()
    package var sram: SRAMStatus?
    /// nil where the driver does not list them.
    package var sramUnique: [SRAMUniqueError]?

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        current = try reader.number("current")
        pending = try reader.number("pending")
        defaultMode = try reader.number("default")
        volatile = try reader.section("volatile")
        aggregate = try reader.section("aggregate")
        sram = try reader.optional("sram")
        if reader.take("sram_unique") != nil { sramUnique = try reader.list("sram_unique") }
    }
}

/// Counters since the driver was loaded, or over the GPU's life.
package struct ECCCounters: ScenarioSection, Sendable {
    package var corrected = ECCLocations()
    package var uncorrected = ECCLocations()

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        corrected = try reader.section("corrected")
        uncorrected = try reader.section("uncorrected")
    }
}

/// Errors by location, in the order of nvmlMemoryLocation_t.
package struct ECCLocations: ScenarioSection, Sendable {
    package var l1 = NumericReading.absent
    package var l2 = NumericReading.absent
    package var dram = NumericReading.absent
    package var registerFile = NumericReading.absent
    package var texture = NumericReading.absent
    package var textureShared = NumericReading.absent
    package var cbu = NumericReading.absent
    package var sram = NumericReading.absent
    /// The sum, where the driver gives another one than that of the locations.
    package var total = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        l1 = try reader.number("l1")
        l2 = try reader.number("l2")
        dram = try reader.number("dram")
        registerFile = try reader.number("register_file")
        texture = try reader.number("texture")
        textureShared = try reader.number("texture_shared")
        cbu = try reader.number("cbu")
        sram = try reader.number("sram")
        total = try reader.number("total")
    }

    package var all: [NumericReading] { [l1, l2, dram, registerFile, texture, textureShared, cbu, sram] }
}

/// SRAM errors by kind and unit (nvmlDeviceGetSramEccErrorStatus).
package struct SRAMStatus: ScenarioSection, Sendable {
    package var aggregateParity = NumericReading.absent
    package var aggregateSECDED = NumericReading.absent
    package var aggregateCorrected = NumericReading.absent
    package var volatileParity = NumericReading.absent
    package var volatileSECDED = NumericReading.absent
    package var volatileCorrected = NumericReading.absent
    package var l2 = NumericReading.absent
    package var sm = NumericReading.absent
    package var pcie = NumericReading.absent
    package var microcontroller = NumericReading.absent
    package var other = NumericReading.absent
    package var thresholdExceeded = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        aggregateParity = try reader.number("aggregate_parity")
        aggregateSECDED = try reader.number("aggregate_secded")
        aggregateCorrected = try reader.number("aggregate_corrected")
        volatileParity = try reader.number("volatile_parity")
        volatileSECDED = try reader.number("volatile_secded")
        volatileCorrected = try reader.number("volatile_corrected")
        l2 = try reader.number("l2")
        sm = try reader.number("sm")
        pcie = try reader.number("pcie")
        microcontroller = try reader.number("microcontroller")
        other = try reader.number("other")
        thresholdExceeded = try reader.number("threshold_exceeded")
    }
}

/// One place in SRAM with uncorrectable errors.
package struct SRAMUniqueError: ScenarioSection, Sendable {
    package var unit = 0
    package var location = 0
    package var sublocation = 0
    package var extlocation = 0
    package var address = 0
    package var parity = false
    package var count = 1

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        unit = try reader.integer("unit") ?? 0
        location = try reader.integer("location") ?? 0
        sublocation = try reader.integer("sublocation") ?? 0
        extlocation = try reader.integer("extlocation") ?? 0
        address = try reader.integer("address") ?? 0
        parity = try reader.flag("parity", false)
        count = try reader.integer("count") ?? 1
    }
}
