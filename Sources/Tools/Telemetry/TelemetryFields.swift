internal import Diagnosis
internal import JSON
internal import Snapshots

/// Telemetry in the words of an answer.
enum TelemetryFields {
    static func add(_ gpu: GPUSnapshot, _ detail: Detail, to fields: inout DeviceFields) {
        fields.begin(gpu)
        guard let telemetry = gpu.telemetry else { return }
        addEssentials(telemetry, to: &fields)
        if detail != .summary { addStandard(telemetry, to: &fields) }
        if detail == .full { addRare(telemetry, to: &fields) }
    }

    private static func addEssentials(_ telemetry: GPUTelemetry, to fields: inout DeviceFields) {
        fields.add("temperature_c", telemetry.temperatureC)
        fields.add(watts: "power_w", telemetry.powerMilliwatts)
        fields.add("utilization_gpu_percent", telemetry.utilizationGPUPercent)
        fields.add("memory_used_bytes", telemetry.memory.map(\.used))
        fields.add("clock_sm_mhz", telemetry.clockSMMHz)
        fields.add("performance_state", telemetry.performanceState) { .text(NVMLWords.performanceState($0)) }
        addReasons(telemetry, to: &fields)
    }

    /// The reasons as words; those that mean trouble once more under a key of their own.
    private static func addReasons(_ telemetry: GPUTelemetry, to fields: inout DeviceFields) {
        fields.add("clocks_event_reasons", telemetry.clocksEventReasons) {
            .texts(ClocksEventReasons(rawValue: $0).words)
        }
        guard let bits = telemetry.clocksEventReasons.value else { return }
        let faults = ClocksEventReasons(rawValue: bits).intersection(.faults)
        if !faults.isEmpty { fields.add("clocks_event_faults", .texts(faults.words)) }
    }

    private static func addStandard(_ telemetry: GPUTelemetry, to fields: inout DeviceFields) {
        fields.add("memory_temperature_c", telemetry.memoryTemperatureC)
        fields.add("temperature_margin_c", telemetry.temperatureMarginC)
        fields.add(watts: "power_limit_enforced_w", telemetry.powerLimitEnforcedMilliwatts)
        fields.add("utilization_memory_percent", telemetry.utilizationMemoryPercent)
        fields.add("memory_total_bytes", telemetry.memory.map(\.total))
        fields.add("memory_free_bytes", telemetry.memory.map(\.free))
        fields.add("clock_memory_mhz", telemetry.clockMemoryMHz)
        fields.add("clock_sm_max_mhz", telemetry.clockSMMaxMHz)
        fields.add("pcie_generation", telemetry.pcieGeneration)
        fields.add("pcie_width", telemetry.pcieWidth)
        fields.add("fan_speed_percent", telemetry.fanSpeedPercent)
    }

    private static func addRare(_ telemetry: GPUTelemetry, to fields: inout DeviceFields) {
        if let reserved = telemetry.memory.value?.reserved { fields.add("memory_reserved_bytes", .uint(reserved)) }
        fields.add("bar1_used_bytes", telemetry.bar1UsedBytes)
        fields.add("clock_memory_max_mhz", telemetry.clockMemoryMaxMHz)
        fields.add("slowdown_temperature_c", telemetry.slowdownTemperatureC)
        fields.add("shutdown_temperature_c", telemetry.shutdownTemperatureC)
        fields.add("energy_j", telemetry.energyMillijoules) { .thousandths(Int64(clamping: $0)) }
        fields.add("pcie_replay_count", telemetry.pcieReplayCount)
        let limiters = limiters(telemetry.limiters, since: nil)
        if !limiters.isEmpty { fields.add("clocks_limited_ms", .object(limiters)) }
    }

    /// For how long each limiter held the clocks down, milliseconds; since an earlier reading, or since driver load.
    /// A counter that went down belongs to a driver that was reloaded meanwhile and says nothing.
    static func limiters(_ times: ClockLimiterTimes, since earlier: ClockLimiterTimes?) -> [Field] {
        let paths: [(String, KeyPath<ClockLimiterTimes, Reading<UInt64>>)] = [
            ("power", \.power), ("thermal", \.thermal), ("sync_boost", \.syncBoost), ("board_limit", \.boardLimit),
            ("low_utilization", \.lowUtilization), ("reliability", \.reliability),
        ]
        return paths.compactMap { name, path in
            guard let now = times[keyPath: path].value else { return nil }
            guard let earlier else { return Field(key: name, value: .thousandths(Int64(clamping: now / 1_000))) }
            guard let before = earlier[keyPath: path].value, now >= before else { return nil }
            return Field(key: name, value: .thousandths(Int64(clamping: (now - before) / 1_000)))
        }
    }
}

extension TelemetryFields {
    static let deviceSchema: [(String, JSONValue)] =
        Schema.properties(
            Schema.integer(), "temperature_c", "memory_temperature_c", "slowdown_temperature_c",
            "shutdown_temperature_c",
            "utilization_gpu_percent", "utilization_memory_percent", "memory_used_bytes", "memory_total_bytes",
            "memory_free_bytes", "memory_reserved_bytes", "bar1_used_bytes", "clock_sm_mhz", "clock_memory_mhz",
            "clock_sm_max_mhz", "clock_memory_max_mhz", "pcie_generation", "pcie_width", "pcie_replay_count",
            "fan_speed_percent")
        + [
            ("temperature_margin_c", Schema.integer("Degrees left before the GPU slows itself down")),
            ("clocks_event_reasons", Schema.array(Schema.string(), "Why clocks are not higher")),
            ("clocks_event_faults", Schema.array(Schema.string(), "Those of the reasons that mean trouble")),
            ("performance_state", Schema.string("P0 is fastest")),
            ("clocks_limited_ms", limiterSchema("Since driver load, per limiter")),
        ]
        + Schema.properties(Schema.number(), "power_w", "power_limit_enforced_w", "energy_j")

    static func limiterSchema(_ description: String) -> JSONValue {
        Schema.typed(
            "object", description,
            [
                (
                    "properties",
                    .object(
                        JSONObject(
                            Schema.properties(
                                Schema.number(), "power", "thermal", "sync_boost", "board_limit", "low_utilization",
                                "reliability")))
                )
            ])
    }
}
