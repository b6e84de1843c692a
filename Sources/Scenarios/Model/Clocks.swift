/// The clocks of a GPU.
package struct ClockReadings: ScenarioSection, Sendable {
    package var graphics = ClockDomain()
    package var sm = ClockDomain()
    package var memory = ClockDomain()
    package var video = ClockDomain()
    /// MHz, highest first.
    package var supportedMemory: [UInt64] = []
    package var supportedGraphics: [UInt64] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        graphics = try reader.section("graphics")
        sm = try reader.section("sm")
        memory = try reader.section("memory")
        video = try reader.section("video")
        supportedMemory = try reader.numbers("supported_memory_mhz")
        supportedGraphics = try reader.numbers("supported_graphics_mhz")
    }
}

/// One clock, in MHz.
package struct ClockDomain: ScenarioSection, Sendable {
    package var current = NumericReading.absent
    package var max = NumericReading.absent
    package var application = NumericReading.absent
    package var defaultApplication = NumericReading.absent
    package var maxCustomer = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        current = try reader.number("current_mhz")
        max = try reader.number("max_mhz")
        application = try reader.number("application_mhz")
        defaultApplication = try reader.number("default_application_mhz")
        maxCustomer = try reader.number("max_customer_mhz")
    }
}

/// Why the clocks are lower than they could be.
package struct EventReasons: ScenarioSection, Sendable {
    package var active = NumericReading.absent
    package var supported = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        active = try reader.bits("active", .eventReasons)
        supported = try reader.bits("supported", .eventReasons)
    }
}

/// How long each limiter has held the clocks down, in nanoseconds since the driver was loaded.
package struct LimiterReadings: ScenarioSection, Sendable {
    package var power = NumericReading.absent
    package var thermal = NumericReading.absent
    package var syncBoost = NumericReading.absent
    package var boardLimit = NumericReading.absent
    package var lowUtilization = NumericReading.absent
    package var reliability = NumericReading.absent
    package var appClocks = NumericReading.absent
    package var baseClocks = NumericReading.absent
    /// Fields 269 to 271 (driver 580.82 and later).
    package var swThermal = NumericReading.absent
    package var hwThermal = NumericReading.absent
    package var hwPowerBrake = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        power = try reader.number("power")
        thermal = try reader.number("thermal")
        syncBoost = try reader.number("sync_boost")
        boardLimit = try reader.number("board_limit")
        lowUtilization = try reader.number("low_utilization")
        reliability = try reader.number("reliability")
        appClocks = try reader.number("app_clocks")
        baseClocks = try reader.number("base_clocks")
        swThermal = try reader.number("sw_thermal")
        hwThermal = try reader.number("hw_thermal")
        hwPowerBrake = try reader.number("hw_power_brake")
    }
}
