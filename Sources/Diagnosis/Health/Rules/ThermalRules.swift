internal import Snapshots

/// Temperature and power.
let thermalRules: [HealthRule] = [
    HealthRule("temperature_margin") { gpu, result in
        guard let margin = result.value("temperature_margin_c", gpu.telemetry.temperatureMarginC) else { return }
        let limit = gpu.thresholds[.temperatureMarginC]
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
            let limit = gpu.telemetry.slowdownTemperatureC.value, limit > 0, temperature >= limit
        else { return }
        result.find(
            .warning, "The GPU is at the temperature where it slows itself down.",
            HealthEvidence("temperature_c", "\(temperature)", threshold: "\(limit)"), action: .checkThermals,
            confirm: "Fans, air flow, neighbours' temperatures; get_gpu_telemetry with duration_ms.")
    },
    HealthRule("thermal_slowdown") { gpu, result in
        guard let reasons = gpu.reasons(&result) else { return }
        let thermal = reasons.intersection([.hardwareThermalSlowdown, .softwareThermalSlowdown])
        guard !thermal.isEmpty else { return }
        result.find(
            .warning, "Heat holds the clocks down.",
            HealthEvidence("clocks_event_reasons", thermal.words.joined(separator: ", ")),
            HealthEvidence("clocks_limited_thermal_ms", gpu.milliseconds(\.thermal)), action: .checkThermals,
            confirm: "One sample can be noise: get_gpu_telemetry with duration_ms shows for how long.")
    },
    HealthRule("power_brake") { gpu, result in
        guard let reasons = gpu.reasons(&result), reasons.contains(.hardwarePowerBrake) else { return }
        result.find(
            .warning, "An external power brake holds the clocks down: the power supply or the chassis asks for less.",
            HealthEvidence("clocks_event_reasons", "hw_power_brake"),
            HealthEvidence("power_w", gpu.watts), action: .checkPower,
            confirm: "Power supplies, cables, the chassis' power cap (BMC); the same brake on neighbours.")
    },
    HealthRule("hardware_slowdown") { gpu, result in
        guard let reasons = gpu.reasons(&result), reasons.contains(.hardwareSlowdown),
            reasons.isDisjoint(with: [.hardwareThermalSlowdown, .hardwarePowerBrake])
        else { return }
        result.find(
            .info, "The hardware holds the clocks down without saying why; that can flash at a change of P-state.",
            HealthEvidence("clocks_event_reasons", "hw_slowdown"), action: .none,
            confirm: "get_gpu_telemetry with duration_ms: if it stays, it is a fault.")
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
        guard let bits = result.value("clocks_event_reasons", telemetry.clocksEventReasons) else { return nil }
        return ClocksEventReasons(rawValue: bits & (telemetry.supportedClocksEventReasons.value ?? .max))
    }

    fileprivate func milliseconds(_ path: KeyPath<ClockLimiterTimes, Reading<UInt64>>) -> String {
        telemetry.limiters[keyPath: path].value.map { "\($0 / 1_000_000) since driver load" } ?? "unknown"
    }

    fileprivate var watts: String { telemetry.powerMilliwatts.value.map { "\($0 / 1_000)" } ?? "unknown" }

    /// A board that cannot tell its power any more is a known fault (DCGM); a reset outstanding has its own finding.
    fileprivate func judgePowerFailure(_ result: inout RuleResult) {
        guard case .error(let code) = telemetry.powerMilliwatts.reason, code != 21 else { return }
        result.find(
            .warning, "The GPU does not tell its power.", HealthEvidence("power_w", "error_\(code)"),
            action: .rebootNode,
            confirm: "The same again after a reboot: contact support.")
    }
}
