internal import Snapshots

/// What the answers of NVML itself say of a GPU: that it is lost, waits for a reset, or has a corrupted InfoROM.
enum GPUAnswers {
    /// Judges by every reading, those that other rules did without included.
    ///
    /// - Parameter gaps: what the other rules could not read of this GPU.
    static func judge(_ gpu: GPUCase, _ gaps: [EvidenceGap]) -> RuleResult {
        var result = RuleResult("gpu_answers", gpu: gpu.gpu.index, busID: gpu.gpu.busID.value)
        guard gpu.gpu.refusal == nil else { return result }
        if gpu.memory.isInforomValid.reason != .error(code: 14) {
            _ = result.value("inforom", gpu.memory.isInforomValid)
        }
        let failures = gpu.gpu.failures + (gaps + result.gaps).map { ($0.reading, $0.reason) }
        for grave in order {
            guard let (reading, _) = failures.first(where: { $0.reason == grave }) else { continue }
            result.judge(grave, HealthEvidence(reading, grave.word))
            break
        }
        let known = Set((gaps + result.gaps).map(\.reading))
        for (reading, reason) in gpu.gpu.failures where reason == unknownError && !known.contains(reading) {
            result.addGap(EvidenceGap(check: result.rule, reading: reading, reason: reason))
        }
        return result
    }

    /// NVML's word for a driver that does not know itself what is wrong (`NVML_ERROR_UNKNOWN`): no GPU in order says it of a
    /// plain reading, so no GPU is called healthy that does.
    private static let unknownError = Unavailable.error(code: 999)

    /// The worst first.
    private static let order: [Unavailable] = [.gpuLost, .resetRequired, .error(code: 14)]
}

extension RuleResult {
    fileprivate mutating func judge(_ reason: Unavailable, _ evidence: HealthEvidence) {
        switch reason {
        case .gpuLost:
            find(
                .critical, "The GPU is lost: readings answer GPU_IS_LOST.", evidence, action: .rebootNode,
                authority: .flag, confirm: "Xid 79 in the kernel log; the PCI configuration space reads as all ones.")
        case .resetRequired:
            find(
                .critical, "The GPU answers RESET_REQUIRED: it does nothing more until it is reset.", evidence,
                action: .resetGPU, authority: .flag,
                confirm: "nvidia-smi -q tells its recovery action, or on older drivers its reset status.")
        default:
            find(
                .warning, "The InfoROM is corrupted.", evidence, action: .resetGPU, authority: .flag,
                confirm: "If it stays after one reset, the board is to be replaced.")
        }
    }
}

extension GPUSnapshot {
    /// The readings without a value that are no gap in any rule's evidence, but tell of the GPU by the reason.
    fileprivate var failures: [(reading: String, reason: Unavailable)] {
        let reasons: [(String, Unavailable?)] =
            [
                ("uuid", uuid.reason), ("bus_id", busID.reason), ("name", name.reason),
                ("ecc_mode", inventory?.eccMode.reason),
                ("inforom_image_version", inventory?.inforomImageVersion.reason),
                ("power_w", telemetry?.powerMilliwatts.reason), ("temperature_c", telemetry?.temperatureC.reason),
                ("memory_used_bytes", telemetry?.memory.reason), ("clock_sm_mhz", telemetry?.clockSMMHz.reason),
                ("utilization_gpu_percent", telemetry?.utilizationGPUPercent.reason),
                ("performance_state", telemetry?.performanceState.reason),
                ("remapped_rows", memoryHealth?.remappedRows.reason), ("inforom", memoryHealth?.isInforomValid.reason),
                ("compute_processes", processes?.compute.reason),
            ] + settings
        return reasons.compactMap { reading, reason in reason.map { (reading, $0) } }
    }

    /// What no rule needs, but each of which a GPU that is lost or waits for a reset refuses as well.
    private var settings: [(String, Unavailable?)] {
        [
            ("serial", inventory?.serial.reason), ("vbios_version", inventory?.vbiosVersion.reason),
            ("board_part_number", inventory?.boardPartNumber.reason),
            ("memory_total_bytes", inventory?.memoryTotalBytes.reason),
            ("pcie_max_generation", inventory?.pcieMaxGeneration.reason),
            ("pcie_max_width", inventory?.pcieMaxWidth.reason), ("mig_mode", inventory?.migMode.reason),
            ("persistence_mode", inventory?.isPersistenceModeEnabled.reason),
            ("compute_mode", inventory?.computeMode.reason),
            ("virtualization_mode", inventory?.virtualizationMode.reason),
            ("power_limit_w", inventory?.powerLimitMilliwatts.reason),
            ("power_limit_enforced_w", inventory?.powerLimitEnforcedMilliwatts.reason),
            ("power_limit_default_w", inventory?.powerLimitDefaultMilliwatts.reason),
            ("clock_sm_max_mhz", telemetry?.clockSMMaxMHz.reason),
            ("clocks_event_reasons", telemetry?.clocksEventReasons.reason),
            ("pcie_generation", telemetry?.pcieGeneration.reason), ("pcie_width", telemetry?.pcieWidth.reason),
            ("memory_temperature_c", telemetry?.memoryTemperatureC.reason),
        ]
    }
}
