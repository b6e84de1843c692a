internal import Snapshots

/// Temperature and power.
let thermalRules: [HealthRule] = [
    HealthRule("temperature_margin") { gpu, result in
        guard let margin = result.value("temperature_margin_c", gpu.telemetry.temperatureMarginC) else { return }
        let limit = gpu.marginLimit
        guard Int64(margin) < limit else { return }
        result.find(
            .critical, "The GPU is hotter than the point where it slows itself down.",
            HealthEvidence("temperature_margin_c", "\(margin)", threshold: "\(limit)"),
            HealthEvidence("temperature_c", gpu.telemetry.temperatureC.value.map(String.init) ?? "unknown"),
            action: .checkThermals,
            confirm: "Fans, air flow, coolant, neighbours' temperatures; get_gpu_telemetry with duration_ms.")
    },
    HealthRule("temperature") { gpu, result in
        // Where the margin is known it is the better word: the slowdown point of newer GPUs is an offset.
        guard gpu.telemetry.temperatureMarginC.value == nil,
            let temperature = result.value("temperature_c", gpu.telemetry.temperatureC),
            let limit = result.value("slowdown_temperature_c", gpu.telemetry.slowdownTemperatureC), limit > 0,
            temperature >= limit
        else { return }
        result.find(
            .warning, "The GPU is at the temperature where it slows itself down.",
            HealthEvidence("temperature_c", "\(temperature)", threshold: "\(limit)"), action: .checkThermals,
            confirm: "Fans, air flow, neighbours' temperatures; get_gpu_telemetry with duration_ms.")
    },
    HealthRule("memory_temperature") { gpu, result in
        guard let temperature = result.value("memory_temperature_c", gpu.telemetry.memoryTemperatureC),
            let limit = result.value("memory_max_temperature_c", gpu.telemetry.memoryMaxTemperatureC), limit > 0,
            temperature > limit
        else { return }
        result.find(
            .warning, "The memory is hotter than it may be.",
            HealthEvidence("memory_temperature_c", "\(temperature)", threshold: "\(limit)"), action: .checkThermals,
            confirm: "Fans, air flow, coolant, neighbours' temperatures; get_gpu_telemetry with duration_ms.")
    },
    HealthRule("thermal_slowdown") { gpu, result in
        _ = result.value("clocks_limited_thermal_ms", gpu.telemetry.limiters.thermal)
        guard let reasons = gpu.reasons(&result) else { return }
        let thermal = reasons.intersection([.hardwareThermalSlowdown, .softwareThermalSlowdown])
        let words = HealthEvidence(
            "clocks_event_reasons", thermal.isEmpty ? "none of heat" : thermal.words.joined(separator: ", "))
        let limit = gpu.thresholds[.thermalSharePercent]
        if let share = gpu.thermalShare, share >= limit {
            result.find(
                .warning, "Heat holds the clocks down.", words,
                HealthEvidence("clocks_limited_thermal_percent", "\(share)", threshold: "\(limit)"),
                action: .checkThermals, confirm: "Fans, air flow, coolant, neighbours' temperatures.")
            return
        }
        if gpu.hasThermalTime, gpu.thermalShare == nil {
            result.addGap(EvidenceGap(check: result.rule, reading: "clocks_limited_thermal_percent", reason: .notRead))
        }
        guard !thermal.isEmpty else { return }
        let holds = gpu.holds(thermal)
        result.find(
            holds ? .warning : .info,
            holds ? "Heat holds the clocks down." : "Heat held the clocks down for a moment.", words,
            HealthEvidence("clocks_limited_thermal_ms", gpu.milliseconds(\.thermal)),
            action: holds ? .checkThermals : .none,
            confirm: "get_gpu_telemetry with duration_ms shows for how long.")
    },
    HealthRule("power_brake") { gpu, result in
        guard let reasons = gpu.reasons(&result), reasons.contains(.hardwarePowerBrake) else { return }
        let holds = gpu.holds(.hardwarePowerBrake)
        result.find(
            holds ? .warning : .info,
            holds
                ? "An external power brake holds the clocks down: the power supply or the chassis asks for less."
                : "An external power brake held the clocks down for a moment.",
            HealthEvidence("clocks_event_reasons", "hw_power_brake"),
            HealthEvidence("power_w", gpu.watts), action: holds ? .checkPower : .none,
            confirm: "Power supplies, cables, the chassis' power cap (BMC); the same brake on neighbours.")
    },
    HealthRule("hardware_slowdown") { gpu, result in
        guard let reasons = gpu.reasons(&result), reasons.contains(.hardwareSlowdown),
            reasons.isDisjoint(with: [.hardwareThermalSlowdown, .hardwarePowerBrake])
        else { return }
        let holds = gpu.node.last?[gpu.gpu.busID.value] != nil && gpu.holds(.hardwareSlowdown)
        result.find(
            holds ? .warning : .info,
            holds
                ? "The hardware holds the clocks down without saying why, in two readings in a row."
                : "The hardware holds the clocks down without saying why; that can flash at a change of P-state.",
            HealthEvidence("clocks_event_reasons", "hw_slowdown"), action: holds ? .checkPower : .none,
            confirm: "get_gpu_telemetry with duration_ms: if it persists, it is a fault.")
    },
    HealthRule("power_reading") { gpu, result in
        guard let milliwatts = result.value("power_w", gpu.telemetry.powerMilliwatts) else {
            return gpu.judgePowerFailure(&result)
        }
        let range = (gpu.thresholds[.powerMinW], gpu.thresholds[.powerMaxW])
        guard Int64(milliwatts) < range.0 * 1_000 || Int64(milliwatts) > range.1 * 1_000 else { return }
        result.find(
            .warning, "The power reading is outside of what a GPU can draw.",
            HealthEvidence("power_w", gpu.watts, threshold: "\(range.0) to \(range.1)"), action: .contactSupport,
            confirm: "Read it again; compare with the chassis' own measurement.")
    },
]

extension GPUCase {
    /// The clocks event reasons that this GPU can set.
    func reasons(_ result: inout RuleResult) -> ClocksEventReasons? {
        result.value("clocks_event_reasons", telemetry.eventReasons)
    }

    /// NVSentinel's offsets: B200 slows down one degree later than the others.
    fileprivate var marginLimit: Int64 {
        let isB200 = gpu.name.value.map { $0.contains("B200") && !$0.contains("GB200") } ?? false
        return thresholds[isB200 ? .temperatureMarginB200C : .temperatureMarginC]
    }

    /// Whether these reasons were there in the reading before as well, a moment ago; one reading alone is believed.
    fileprivate func holds(_ reasons: ClocksEventReasons) -> Bool {
        guard let earlier = node.last?[gpu.busID.value]?.telemetry.clocksEventReasons.value else { return true }
        return !ClocksEventReasons(rawValue: earlier).isDisjoint(with: reasons)
    }

    fileprivate var hasThermalTime: Bool { telemetry.limiters.thermal.value ?? 0 > 0 }

    /// Percent of the time between the readings in which heat held the clocks down; nil where nobody knows.
    fileprivate var thermalShare: Int64? {
        growth(from: before?.telemetry.limiters.thermal.value, to: telemetry.limiters.thermal.value)
            .map { Int64(min(100, $0.rate(per: 1) / 1e7)) }
    }

    fileprivate func milliseconds(_ path: KeyPath<ClockLimiterTimes, Reading<UInt64>>) -> String {
        telemetry.limiters[keyPath: path].value.map { "\($0 / 1_000_000) since driver load" } ?? "unknown"
    }

    fileprivate var watts: String { telemetry.powerMilliwatts.value.map { "\($0 / 1_000)" } ?? "unknown" }

    /// A board that cannot tell its power any more is a known fault (DCGM); a reset outstanding has its own finding.
    fileprivate func judgePowerFailure(_ result: inout RuleResult) {
        guard case .error(let code) = telemetry.powerMilliwatts.reason, code != 21 else { return }
        result.find(
            .warning, "The GPU does not report its power.", HealthEvidence("power_w", "error_\(code)"),
            action: .rebootNode,
            confirm: "The same again after a reboot: contact support.")
    }
}
