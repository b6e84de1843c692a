internal import JSON

/// One GPU of the simulated machine.
package struct GPU: ScenarioSection, Sendable {
    /// Whether the driver has it, and NVML counts it. The PCI bus shows it all the same.
    package var isListed = true
    package var identity = Identity()
    package var pci = PCIPlace()
    package var firmware = Firmware()
    package var modes = Modes()
    package var platform: PlatformPlace?
    package var memory = MemoryReadings()
    package var utilization = UtilizationReadings()
    package var power = PowerReadings()
    package var clocks = ClockReadings()
    package var performanceState = NumericReading.absent
    package var eventReasons = EventReasons()
    package var limiters = LimiterReadings()
    package var temperature = TemperatureReadings()
    package var fans: [FanReadings] = []
    package var ecc = ECCReadings()
    package var retiredPages: RetiredPages?
    package var rowRemap: RowRemap?
    package var repair = RepairReadings()
    package var recoveryAction = NumericReading.absent
    package var pcie = PCIeReadings()
    package var nvlink = NVLinks()
    package var fabric: FabricReadings?
    package var c2c = C2CReadings()
    package var mig = MIGReadings()
    package var processes: [GPUProcess] = []
    package var events = EventReadings()
    /// Field values that no section has, or that shall differ from it, by field id.
    package var fields: [UInt32: NumericReading] = [:]
    package var faults: [Fault] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        _ = try reader.integer("index")
        isListed = try reader.flag("listed", true)
        identity = try reader.section("identity")
        pci = try reader.section("pci")
        firmware = try reader.section("firmware")
        modes = try reader.section("modes")
        platform = try reader.optional("platform")
        mig = try reader.section("mig")
        processes = try reader.list("processes")
        events = try reader.section("events")
        faults = try reader.list("faults")
        try readTelemetry(&reader)
        try readHealth(&reader)
        try readLinks(&reader)
        fields = try Self.fields(&reader)
    }

    private mutating func readTelemetry(_ reader: inout ObjectReader) throws(ScenarioError) {
        memory = try reader.section("memory")
        utilization = try reader.section("utilization")
        power = try reader.section("power")
        clocks = try reader.section("clocks")
        performanceState = try reader.number("performance_state")
        eventReasons = try reader.section("event_reasons")
        limiters = try reader.section("limiters_ns")
        temperature = try reader.section("temperature")
        fans = try reader.list("fans")
    }

    private mutating func readHealth(_ reader: inout ObjectReader) throws(ScenarioError) {
        ecc = try reader.section("ecc")
        retiredPages = try reader.optional("retired_pages")
        rowRemap = try reader.optional("row_remap")
        repair = try reader.section("repair")
        recoveryAction = try reader.choice("recovery_action", .recoveryActions)
    }

    private mutating func readLinks(_ reader: inout ObjectReader) throws(ScenarioError) {
        pcie = try reader.section("pcie")
        nvlink = try reader.section("nvlink")
        fabric = try reader.optional("fabric")
        c2c = try reader.section("c2c")
    }

    private static func fields(_ reader: inout ObjectReader) throws(ScenarioError) -> [UInt32: NumericReading] {
        guard let value = reader.take("fields") else { return [:] }
        var nested = try ObjectReader(value, at: reader.place("fields"))
        var fields: [UInt32: NumericReading] = [:]
        for member in value.objectValue ?? .init() {
            guard let id = UInt32(member.key) else {
                throw ScenarioError("expected the number of an NVML field", at: nested.place(member.key))
            }
            fields[id] = try nested.number(member.key)
        }
        return fields
    }
}
