internal import JSON
internal import Snapshots

/// Minimum, mean and maximum of one GPU's readings over several samples.
struct TelemetryStatistics {
    /// The readings that are followed, with the divisor that brings them to the unit of their key.
    private static let readings: [(key: String, thousandths: Bool, path: @Sendable (GPUTelemetry) -> Int64?)] = [
        ("temperature_c", false, { $0.temperatureC.value.map(Int64.init) }),
        ("memory_temperature_c", false, { $0.memoryTemperatureC.value.map(Int64.init) }),
        ("temperature_margin_c", false, { $0.temperatureMarginC.value.map(Int64.init) }),
        ("power_w", true, { $0.powerMilliwatts.value.map(Int64.init) }),
        ("utilization_gpu_percent", false, { $0.utilizationGPUPercent.value.map(Int64.init) }),
        ("utilization_memory_percent", false, { $0.utilizationMemoryPercent.value.map(Int64.init) }),
        ("memory_used_bytes", false, { $0.memory.value.map { Int64(clamping: $0.used) } }),
        ("clock_sm_mhz", false, { $0.clockSMMHz.value.map(Int64.init) }),
        ("clock_memory_mhz", false, { $0.clockMemoryMHz.value.map(Int64.init) }),
        ("pcie_generation", false, { $0.pcieGeneration.value.map(Int64.init) }),
        ("pcie_width", false, { $0.pcieWidth.value.map(Int64.init) }),
        ("fan_speed_percent", false, { $0.fanSpeedPercent.value.map(Int64.init) }),
    ]

    private struct Range {
        var minimum: Int64
        var maximum: Int64
        var sum: Double
        var count: Int
    }

    private var ranges: [Range?] = Array(repeating: nil, count: readings.count)
    private var reasons: UInt64 = 0

    /// Takes one more sample into account; what it lacks counts for nothing.
    mutating func add(_ telemetry: GPUTelemetry) {
        for (index, reading) in Self.readings.enumerated() {
            guard let value = reading.path(telemetry) else { continue }
            guard let range = ranges[index] else {
                ranges[index] = Range(minimum: value, maximum: value, sum: Double(value), count: 1)
                continue
            }
            ranges[index] = Range(
                minimum: min(range.minimum, value), maximum: max(range.maximum, value), sum: range.sum + Double(value),
                count: range.count + 1)
        }
        reasons |= telemetry.clocksEventReasons.value ?? 0
    }

    /// Every reason that held the clocks down in at least one sample.
    var allReasons: UInt64 { reasons }

    /// `{"temperature_c":{"min":..,"mean":..,"max":..},...}`
    var fields: [Field] {
        zip(Self.readings, ranges).compactMap { reading, range in
            guard let range else { return nil }
            func value(_ number: Int64) -> FieldValue { reading.thousandths ? .thousandths(number) : .int(number) }
            let mean = range.sum / Double(range.count)
            let scaled = reading.thousandths ? mean : mean * 1_000
            return Field(
                key: reading.key,
                value: .object([
                    Field(key: "min", value: value(range.minimum)),
                    Field(key: "mean", value: .thousandths(Int64(exactly: scaled.rounded()) ?? .max)),
                    Field(key: "max", value: value(range.maximum)),
                ]))
        }
    }

    static let schema = Schema.object(
        readings.map { reading in
            (reading.key, Schema.object(Schema.properties(Schema.number(), "min", "mean", "max")))
        })
}
