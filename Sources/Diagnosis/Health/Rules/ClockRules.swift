internal import Snapshots

/// Clocks that are low although nothing says why.
let clockRules: [HealthRule] = [
    HealthRule("low_clock") { gpu, result in
        _ = result.value("utilization_gpu_percent", gpu.telemetry.utilizationGPUPercent)
        guard gpu.isUnderLoad, let reasons = gpu.reasons(&result), reasons.isEmpty,
            let now = result.value("clock_sm_mhz", gpu.telemetry.clockSMMHz),
            let most = result.value("clock_sm_max_mhz", gpu.telemetry.clockSMMaxMHz), most > 0
        else { return }
        let limit = gpu.thresholds[.clockUnderLoadPercent]
        guard Int64(now) * 100 < Int64(most) * limit else { return }
        result.find(
            .warning, "Under load the SM clock is low, and nothing says why.",
            HealthEvidence("clock_sm_mhz", "\(now)", threshold: "\(limit)% of \(most)"), action: .resetGPU,
            confirm: "get_gpu_telemetry with duration_ms; locked clocks (nvidia-smi -q -d CLOCK).")
    },
    HealthRule("power_capped") { gpu, result in
        guard let enforced = gpu.inventory.powerLimitEnforcedMilliwatts.value,
            let usual = gpu.inventory.powerLimitDefaultMilliwatts.value, enforced < usual
        else { return }
        result.find(
            .info, "The power limit is below the board's default: somebody capped the GPU.",
            HealthEvidence("power_limit_enforced_w", "\(enforced / 1_000)", threshold: "\(usual / 1_000)"),
            action: .none,
            confirm: "Whether it was meant so.")
    },
]
