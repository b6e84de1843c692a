/// Registration with an NVSwitch fabric.
package struct FabricReadings: ScenarioSection, Sendable {
    package var state = NumericReading.absent
    package var status = ReturnCode.success
    /// 16 bytes.
    package var clusterUUID: [UInt8] = Array(repeating: 0, count: 16)
    package var cliqueID = 0
    package var healthMask = 0
    package var healthSummary = NumericReading.value(Signal(0))

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        state = try reader.choice("state", .fabricStates)
        if let value = reader.take("status") { status = try ReturnCode(value, at: reader.place("status")) }
        if let text = try reader.string("cluster_uuid") {
            guard let bytes = Self.bytes(text) else {
                throw ScenarioError("expected a UUID", at: reader.place("cluster_uuid"))
            }
            clusterUUID = bytes
        }
        cliqueID = try reader.integer("clique_id") ?? 0
        healthMask = try reader.integer("health_mask") ?? 0
        let summary = try reader.choice("health_summary", .fabricSummaries)
        if summary != .absent { healthSummary = summary }
    }

    private static func bytes(_ uuid: String) -> [UInt8]? {
        let digits = uuid.utf8.filter { $0 != UInt8(ascii: "-") }.map { Character(Unicode.Scalar($0)) }
        guard digits.count == 32 else { return nil }
        let bytes = stride(from: 0, to: 32, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        return bytes.count == 16 ? bytes : nil
    }
}

/// Chip-to-chip links between a Grace processor and its GPU: fields 170 to 172 and 231 to 234.
package struct C2CReadings: ScenarioSection, Sendable {
    package var linkCount = NumericReading.absent
    package var active = NumericReading.absent
    /// MB/s.
    package var maxBandwidth = NumericReading.absent
    package var errors = NumericReading.absent
    package var replays = NumericReading.absent
    package var backToBackReplays = NumericReading.absent
    package var powerState = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        linkCount = try reader.number("link_count")
        active = try reader.number("active")
        maxBandwidth = try reader.number("max_bandwidth_mbps")
        errors = try reader.number("errors")
        replays = try reader.number("replays")
        backToBackReplays = try reader.number("back_to_back_replays")
        powerState = try reader.number("power_state")
    }
}
