internal import Snapshots

/// Clocks that are low although nothing says why.
let clockRules: [HealthRule] = [
    HealthRule("low_clock") { gpu, result in
        _ = result.value("utilization_gpu_percent", gpu.telemetry.utilizationGPUPercent)
        // Load is a mean of some time: "idle" may be true at this moment. An application clock is one that somebody has to mean.
        guard gpu.isUnderLoad, let reasons = gpu.reasons(&result)?.subtracting([.applicationClocks]),
            reasons.isEmpty,
            let now = result.value("clock_sm_mhz", gpu.telemetry.clockSMMHz),
            let most = result.value("clock_sm_max_mhz", gpu.telemetry.clockSMMaxMHz), most > 0
        else { return }
        let limit = gpu.thresholds[.clockUnderLoadPercent]
        guard Int64(now) * 100 < Int64(most) * limit else { return }
        let isSet = gpu.telemetry.eventReasons.value?.contains(.applicationClocks) ?? false
        result.find(
            .warning,
            isSet
                ? "Under load the SM clock is low, as application clocks hold it."
                : "Under load the SM clock is low, and nothing says why.",
            HealthEvidence("clock_sm_mhz", "\(now)", threshold: "\(limit)% of \(most)"),
            action: isSet ? .checkDriver : .resetGPU,
            confirm: isSet
                ? "Whether somebody meant it; nvidia-smi -rac and -rgc give the clocks back."
                : "get_gpu_telemetry with duration_ms; locked clocks (nvidia-smi -q -d CLOCK).")
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
