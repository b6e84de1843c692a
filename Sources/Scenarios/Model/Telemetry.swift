/// Memory of a GPU, in bytes.
package struct MemoryReadings: ScenarioSection, Sendable {
    package var total = NumericReading.absent
    /// What the driver keeps for itself.
    package var reserved = NumericReading.absent
    /// What is allocated beside the reserved part.
    package var used = NumericReading.absent
    package var bar1Total = NumericReading.absent
    package var bar1Used = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        total = try reader.number("total_bytes")
        reserved = try reader.number("reserved_bytes")
        used = try reader.number("used_bytes")
        bar1Total = try reader.number("bar1_total_bytes")
        bar1Used = try reader.number("bar1_used_bytes")
    }
}

/// How busy the engines of a GPU are, in percent.
package struct UtilizationReadings: ScenarioSection, Sendable {
    package var gpu = NumericReading.absent
    package var memory = NumericReading.absent
    package var encoder = NumericReading.absent
    package var decoder = NumericReading.absent
    package var jpeg = NumericReading.absent
    package var ofa = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        gpu = try reader.number("gpu_percent")
        memory = try reader.number("memory_percent")
        encoder = try reader.number("encoder_percent")
        decoder = try reader.number("decoder_percent")
        jpeg = try reader.number("jpeg_percent")
        ofa = try reader.number("ofa_percent")
    }
}

/// Power in milliwatts, energy in millijoules.
package struct PowerReadings: ScenarioSection, Sendable {
    package var usage = NumericReading.absent
    package var average = NumericReading.absent
    package var instant = NumericReading.absent
    package var limit = NumericReading.absent
    package var defaultLimit = NumericReading.absent
    package var requestedLimit = NumericReading.absent
    package var enforcedLimit = NumericReading.absent
    package var minLimit = NumericReading.absent
    package var maxLimit = NumericReading.absent
    package var energy = NumericReading.absent
    package var source = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        usage = try reader.number("usage_mw")
        average = try reader.number("average_mw")
        instant = try reader.number("instant_mw")
        limit = try reader.number("limit_mw")
        defaultLimit = try reader.number("default_limit_mw")
        requestedLimit = try reader.number("requested_limit_mw")
        enforcedLimit = try reader.number("enforced_limit_mw")
        minLimit = try reader.number("min_limit_mw")
        maxLimit = try reader.number("max_limit_mw")
        energy = try reader.number("energy_mj")
        source = try reader.choice("source", .powerSources)
    }
}

/// Temperatures in degrees Celsius.
package struct TemperatureReadings: ScenarioSection, Sendable {
    package var gpu = NumericReading.absent
    package var memory = NumericReading.absent
    /// Degrees left before the slowdown.
    package var margin = NumericReading.absent
    package var shutdown = NumericReading.absent
    package var slowdown = NumericReading.absent
    package var memoryMax = NumericReading.absent
    package var gpuMax = NumericReading.absent
    /// T.Limit offsets (signed), as fields 193 to 196 give them.
    package var shutdownLimit = NumericReading.absent
    package var slowdownLimit = NumericReading.absent
    package var memoryMaxLimit = NumericReading.absent
    package var gpuMaxLimit = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        gpu = try reader.number("gpu_c")
        memory = try reader.number("memory_c")
        margin = try reader.number("margin_c")
        shutdown = try reader.number("shutdown_c")
        slowdown = try reader.number("slowdown_c")
        memoryMax = try reader.number("memory_max_c")
        gpuMax = try reader.number("gpu_max_c")
        shutdownLimit = try reader.number("shutdown_limit_c")
        slowdownLimit = try reader.number("slowdown_limit_c")
        memoryMaxLimit = try reader.number("memory_max_limit_c")
        gpuMaxLimit = try reader.number("gpu_max_limit_c")
    }
}

/// One fan of a GPU.
package struct FanReadings: ScenarioSection, Sendable {
    package var speedPercent = NumericReading.absent
    package var targetPercent = NumericReading.absent
    package var rpm = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        speedPercent = try reader.number("speed_percent")
        targetPercent = try reader.number("target_percent")
        rpm = try reader.number("rpm")
    }
}
