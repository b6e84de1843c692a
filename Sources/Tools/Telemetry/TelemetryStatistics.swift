internal import Diagnosis
internal import JSON
internal import Snapshots

/// Minimum, mean and maximum of one GPU's readings over several samples, and in how many each reason held its clocks down.
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
    /// In how many samples each bit of the clocks event reasons was set.
    private var reasonCounts: [UInt64: Int] = [:]
    private(set) var faults: ClocksEventReasons = []

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
        count(telemetry.eventReasons.value ?? [])
    }

    private mutating func count(_ reasons: ClocksEventReasons) {
        var rest = reasons.rawValue
        while rest != 0 {
            let bit = rest & (~rest + 1)
            reasonCounts[bit, default: 0] += 1
            rest &= rest - 1
        }
        faults.formUnion(reasons.faultsAtOnce)
        if reasonCounts[ClocksEventReasons.hardwareSlowdown.rawValue] ?? 0 > 1 { faults.insert(.hardwareSlowdown) }
    }

    /// `{"temperature_c":{"min":..,"mean":..,"max":..},...}`, with the number of samples that have a value where others do not.
    func fields(of samples: Int) -> [Field] {
        let reasons = reasonCounts.sorted { $0.key < $1.key }.flatMap { bit, count in
            ClocksEventReasons(rawValue: bit).words.map { Field(key: $0, value: .int(Int64(count))) }
        }
        return rangeFields(samples)
            + (reasons.isEmpty ? [] : [Field(key: "clocks_event_reasons", value: .object(reasons))])
    }

    private func rangeFields(_ samples: Int) -> [Field] {
        zip(Self.readings, ranges).compactMap { reading, range in
            guard let range else { return nil }
            func value(_ number: Int64) -> FieldValue { reading.thousandths ? .thousandths(number) : .int(number) }
            let mean = range.sum / Double(range.count)
            let scaled = reading.thousandths ? mean : mean * 1_000
            var fields = [
                Field(key: "min", value: value(range.minimum)),
                Field(key: "mean", value: .thousandths(Int64(exactly: scaled.rounded()) ?? .max)),
                Field(key: "max", value: value(range.maximum)),
            ]
            if range.count < samples { fields.append(Field(key: "count", value: .int(Int64(range.count)))) }
            return Field(key: reading.key, value: .object(fields))
        }
    }

    private static let rangeSchema = Schema.object(
        Schema.properties(Schema.number(), "min", "mean", "max") + [
            ("count", Schema.integer("Samples that have a value, if not all"))
        ])

    static let schema = Schema.object(
        readings.map { ($0.key, rangeSchema) } + [
            (
                "clocks_event_reasons",
                Schema.typed(
                    "object", "In how many samples each reason was there",
                    [("additionalProperties", Schema.integer())])
            )
        ])
}
