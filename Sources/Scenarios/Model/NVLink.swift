/// The NVLinks of a GPU.
package struct NVLinks: ScenarioSection, Sendable {
    package var links: [NVLinkReadings] = []
    /// Field 91; absent on a GPU without NVLink.
    package var linkCount = NumericReading.absent
    package var encryption = NumericReading.absent
    package var throughput = NVLinkThroughput()

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        linkCount = try reader.number("link_count")
        encryption = try reader.number("encryption")
        throughput = try reader.section("throughput")
        links = try NVLinkList.read(&reader, count: Int(linkCount.value?.start ?? 0))
    }
}

/// One NVLink.
package struct NVLinkReadings: ScenarioSection, Sendable {
    package var active = NumericReading.absent
    package var version = NumericReading.absent
    /// MB/s.
    package var speed = NumericReading.absent
    package var powerState = NumericReading.absent
    package var remoteType = NumericReading.absent
    /// The GPU at the other end, by index.
    package var remoteGPU: Int?
    package var remoteBusID = TextReading.absent
    package var remoteLink = NumericReading.absent
    package var capabilities = NumericReading.absent
    package var replay = NumericReading.absent
    package var recovery = NumericReading.absent
    package var crcFlit = NumericReading.absent
    package var crcData = NumericReading.absent
    package var eccData = NumericReading.absent
    package var nvlink5: NVLink5Counters?

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        _ = try reader.integer("link")
        active = try reader.number("active")
        version = try reader.choice("version", .linkVersions)
        speed = try reader.number("speed_mbps")
        powerState = try reader.number("power_state")
        remoteType = try reader.choice("remote_type", .linkRemotes)
        remoteGPU = try reader.integer("remote_gpu")
        remoteBusID = try reader.text("remote_bus_id")
        remoteLink = try reader.number("remote_link")
        capabilities = try reader.bits("capabilities", .linkCapabilities)
        replay = try reader.number("replay")
        recovery = try reader.number("recovery")
        crcFlit = try reader.number("crc_flit")
        crcData = try reader.number("crc_data")
        eccData = try reader.number("ecc_data")
        nvlink5 = try reader.optional("nvlink5")
    }
}

/// Bytes over all links, in KiB (fields 138 to 141).
package struct NVLinkThroughput: ScenarioSection, Sendable {
    package var dataTransmitted = NumericReading.absent
    package var dataReceived = NumericReading.absent
    package var rawTransmitted = NumericReading.absent
    package var rawReceived = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        dataTransmitted = try reader.number("data_tx_kib")
        dataReceived = try reader.number("data_rx_kib")
        rawTransmitted = try reader.number("raw_tx_kib")
        rawReceived = try reader.number("raw_rx_kib")
    }
}
