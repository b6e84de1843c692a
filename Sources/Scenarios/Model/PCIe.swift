/// The PCIe link of a GPU.
package struct PCIeReadings: ScenarioSection, Sendable {
    package var generation = NumericReading.absent
    package var width = NumericReading.absent
    /// What the slot and the GPU can do together.
    package var maxGeneration = NumericReading.absent
    package var maxWidth = NumericReading.absent
    /// What the GPU alone can do.
    package var gpuMaxGeneration = NumericReading.absent
    /// MT/s.
    package var speed = NumericReading.absent
    package var maxSpeed = NumericReading.absent
    package var replay = NumericReading.absent
    package var replayRollover = NumericReading.absent
    /// KB/s.
    package var transmitted = NumericReading.absent
    package var received = NumericReading.absent
    package var counters = PCIeCounters()

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        generation = try reader.number("generation")
        width = try reader.number("width")
        maxGeneration = try reader.number("max_generation")
        maxWidth = try reader.number("max_width")
        gpuMaxGeneration = try reader.number("gpu_max_generation")
        speed = try reader.number("speed_mbps")
        maxSpeed = try reader.number("max_speed_mbps")
        replay = try reader.number("replay")
        replayRollover = try reader.number("replay_rollover")
        transmitted = try reader.number("tx_kbps")
        received = try reader.number("rx_kbps")
        counters = try reader.section("counters")
    }
}

/// PCIe error counters, fields 169, 173 to 183, 197 and 198.
package struct PCIeCounters: ScenarioSection, Sendable {
    package var l0ToRecovery = NumericReading.absent
    package var correctable = NumericReading.absent
    package var naksReceived = NumericReading.absent
    package var receiverError = NumericReading.absent
    package var badTLP = NumericReading.absent
    package var naksSent = NumericReading.absent
    package var badDLLP = NumericReading.absent
    package var nonFatal = NumericReading.absent
    package var fatal = NumericReading.absent
    package var unsupportedRequest = NumericReading.absent
    package var lcrc = NumericReading.absent
    package var lane = NumericReading.absent
    package var transmittedBytes = NumericReading.absent
    package var receivedBytes = NumericReading.absent

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        l0ToRecovery = try reader.number("l0_to_recovery")
        correctable = try reader.number("correctable")
        naksReceived = try reader.number("naks_received")
        receiverError = try reader.number("receiver_error")
        badTLP = try reader.number("bad_tlp")
        naksSent = try reader.number("naks_sent")
        badDLLP = try reader.number("bad_dllp")
        nonFatal = try reader.number("non_fatal")
        fatal = try reader.number("fatal")
        unsupportedRequest = try reader.number("unsupported_request")
        lcrc = try reader.number("lcrc")
        lane = try reader.number("lane")
        transmittedBytes = try reader.number("tx_bytes")
        receivedBytes = try reader.number("rx_bytes")
    }
}
