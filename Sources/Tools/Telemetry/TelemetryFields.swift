internal import Diagnosis
internal import JSON
internal import Snapshots

/// Telemetry in the words of an answer.
enum TelemetryFields {
    /// - Parameter faults: the reasons that mean trouble, by all samples.
    static func add(
        _ gpu: GPUSnapshot, _ detail: Detail, _ faults: ClocksEventReasons, to fields: inout DeviceFields
    ) {
        fields.begin(gpu)
        guard let telemetry = gpu.telemetry else { return add(faults, to: &fields) }
        addEssentials(telemetry, to: &fields)
        add(faults, to: &fields)
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
        fields.add("clocks_event_reasons", telemetry.clocksEventReasons) {
            .texts(ClocksEventReasons(rawValue: $0).words)
        }
    }

    private static func add(_ faults: ClocksEventReasons, to fields: inout DeviceFields) {
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
        fields.add("memory_reserved_bytes", telemetry.memory.reserved)
        fields.add("bar1_used_bytes", telemetry.bar1UsedBytes)
        fields.add("clock_memory_max_mhz", telemetry.clockMemoryMaxMHz)
        fields.add("slowdown_temperature_c", telemetry.slowdownTemperatureC)
        fields.add("shutdown_temperature_c", telemetry.shutdownTemperatureC)
        fields.add("energy_j", telemetry.energyMillijoules) { .thousandths(Int64(clamping: $0)) }
        fields.add("pcie_replay_count", telemetry.pcieReplayCount)
        add("clocks_limited_ms", telemetry.limiters, since: nil, to: &fields)
    }

    /// Adds the limiters that have a time, and notes why others have none; one that this GPU lacks is only noted if all are.
    static func add(
        _ key: StaticString, _ times: ClockLimiterTimes, since earlier: ClockLimiterTimes?,
        to fields: inout DeviceFields
    ) {
        let limiters = limiters(times, since: earlier)
        if !limiters.isEmpty { fields.add(key, .object(limiters)) }
        let reasons = limiterPaths.map { ($0, times[keyPath: $1].reason ?? earlier?[keyPath: $1].reason) }
        guard !limiters.isEmpty else {
            let reason = reasons.compactMap(\.1).first { $0 != .notSupported } ?? .notSupported
            return fields.note(key.description, reason)
        }
        for (name, reason) in reasons {
            if let reason, reason != .notSupported { fields.note("\(key).\(name)", reason) }
        }
    }

    private static let limiterPaths: [(String, any KeyPath<ClockLimiterTimes, Reading<UInt64>> & Sendable)] = [
        ("power", \.power), ("thermal", \.thermal), ("sync_boost", \.syncBoost), ("board_limit", \.boardLimit),
        ("low_utilization", \.lowUtilization), ("reliability", \.reliability),
    ]

    /// For how long each limiter held the clocks down, milliseconds; since an earlier reading, or since driver load.
    /// A counter that went down belongs to a driver that was reloaded meanwhile and says nothing.
    private static func limiters(_ times: ClockLimiterTimes, since earlier: ClockLimiterTimes?) -> [Field] {
        limiterPaths.compactMap { name, path in
            guard let now = times[keyPath: path].value else { return nil }
            guard let earlier else { return Field(key: name, value: .thousandths(Int64(clamping: now / 1_000))) }
            guard let before = earlier[keyPath: path].value, now >= before else { return nil }
            return Field(key: name, value: .thousandths(Int64(clamping: (now - before) / 1_000)))
        }
    }
}

extension Reading<MemoryUse> {
    /// The driver's own share; not supported where the library is too old to tell it apart.
    fileprivate var reserved: Reading<UInt64> {
        switch self {
        case .value(let memory): memory.reserved.map(Reading<UInt64>.value) ?? .unavailable(.notSupported)
        case .unavailable(let reason): .unavailable(reason)
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
            (
                "clocks_event_faults",
                Schema.array(
                    Schema.string(),
                    "Reasons that mean trouble, of all samples; hw_slowdown alone only if seen twice")
            ),
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
