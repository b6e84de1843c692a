/// What a GPU reports by NVML events.
package struct EventReadings: ScenarioSection, Sendable {
    /// The event types that may be registered, as bits.
    package var supported = NumericReading.absent
    package var queue: [SimulatedEvent] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        supported = try reader.bits("supported", .events)
        queue = try reader.list("queue")
    }
}

/// One event, some time after it was registered for.
package struct SimulatedEvent: ScenarioSection, Sendable {
    /// Seconds after the registration.
    package var after: Double = 0
    package var type: UInt64 = 0x8
    /// The Xid, for Xid events.
    package var data: UInt64 = 0
    package var gpuInstance: UInt32 = .max
    package var computeInstance: UInt32 = .max

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        after = try reader.seconds("after_s") ?? 0
        type = UInt64(bitPattern: try reader.choice("type", .events).value?.start ?? 0x8)
        data = UInt64(bitPattern: Int64(try reader.integer("data") ?? 0))
        gpuInstance = UInt32(truncatingIfNeeded: try reader.integer("gpu_instance") ?? -1)
        computeInstance = UInt32(truncatingIfNeeded: try reader.integer("compute_instance") ?? -1)
    }
}
