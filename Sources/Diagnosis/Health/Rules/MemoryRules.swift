internal import Snapshots

/// Memory errors: volatile counters are of this driver load, aggregate ones are history.
let memoryRules: [HealthRule] = [
    HealthRule("uncorrected_memory_errors") { gpu, result in
        let errors = gpu.memory.volatile.allUncorrected
        // Where ECC is on, errors are counted; those of a vGPU only on its host.
        if errors.reason == .notSupported, gpu.memory.eccMode.value?.current == true, !gpu.isVGPU {
            result.addGap(EvidenceGap(check: result.rule, reading: "ecc_volatile_uncorrected", reason: .notSupported))
        }
        guard let count = result.value("ecc_volatile_uncorrected", errors) else { return }
        let limit = gpu.thresholds[.uncorrectedErrors]
        guard Int64(clamping: count) >= limit else { return }
        // With containment the driver itself says whether the GPU may go on: Xid 94 against 95, and the recovery action.
        let isContained = gpu.containsErrors && gpu.memory.recoveryAction.value != nil
        result.find(
            isContained ? .warning : .critical, "Uncorrected memory errors since the driver was loaded.",
            HealthEvidence("ecc_volatile_uncorrected", "\(count)", threshold: "\(limit)"), action: .resetGPU,
            confirm: "Xid 48, 94 (contained) or 95 (uncontained) in the kernel log; the counter is 0 after a reset.")
    },
    HealthRule("memory_size") { gpu, result in
        guard let total = gpu.inventory.memoryTotalBytes.value, let usual = gpu.usualMemoryBytes,
            Int64(clamping: total) < Int64(clamping: usual) / 100 * gpu.thresholds[.memorySizePercent]
        else { return }
        result.find(
            .warning, "The GPU has less memory than the others of its name.",
            HealthEvidence("memory_total_mib", "\(total >> 20)", threshold: "\(usual >> 20), as on most of them"),
            action: .fieldDiagnostics, confirm: "nvidia-smi -q -d MEMORY; the same after a reboot: contact support.")
    },
    HealthRule("corrected_memory_errors") { gpu, result in
        guard let count = result.value("ecc_volatile_corrected", gpu.memory.volatile.corrected) else { return }
        let limit = gpu.thresholds[.correctedErrors]
        guard Int64(clamping: count) >= limit else { return }
        result.find(
            .warning, "Many corrected memory errors since the driver was loaded.",
            HealthEvidence("ecc_volatile_corrected", "\(count)", threshold: "\(limit)"), action: .none,
            confirm: "Whether the rate grows: snapshot_ecc twice, the second time with baseline.")
    },
    HealthRule("sram_threshold") { gpu, result in
        guard let sram = result.value("sram_errors", gpu.memory.sram) else { return }
        guard sram.isThresholdExceeded else { return }
        result.find(
            .critical, "SRAM errors have reached the vendor's limit: the board is to be replaced.",
            HealthEvidence("sram_threshold_exceeded", "true"), action: .contactSupport, authority: .flag,
            confirm: "Field diagnostics, as NVIDIA asks for before a replacement.")
    },
    HealthRule("sram_uncorrected_errors") { gpu, result in
        // Some drivers count only in detail, others only by place: the higher one is believed.
        let reading = gpu.memory.volatile[location: .sram]?.uncorrected ?? .unavailable(.notSupported)
        let counts = [
            result.value("ecc_volatile_uncorrected_sram", reading), gpu.memory.sram.value?.volatileUncorrected,
        ]
        guard let count = counts.compactMap({ $0 }).max() else { return }
        let limit = gpu.thresholds[.sramUncorrectedErrors]
        guard Int64(clamping: count) >= limit else { return }
        result.find(
            .warning, "Uncorrected SRAM errors since the driver was loaded; SRAM has no spare rows.",
            HealthEvidence("ecc_volatile_uncorrected_sram", "\(count)", threshold: "\(limit)"),
            action: .fieldDiagnostics, confirm: "The same again after a reset.")
    },
    HealthRule("memory_error_history") { gpu, result in
        guard let count = gpu.memory.aggregate.uncorrected.value, count > 0 else { return }
        result.find(
            .info, "The board has had uncorrected memory errors in its life; that alone is no fault.",
            HealthEvidence("ecc_aggregate_uncorrected", "\(count)"), action: .none, time: .history,
            confirm: "Whether the volatile counter is above 0, too.")
    },
    HealthRule("ecc_off") { gpu, result in
        guard let mode = result.value("ecc_mode", gpu.memory.eccMode) else { return }
        guard !mode.current || mode.pending != mode.current else { return }
        let isPending = mode.pending != mode.current
        result.find(
            .info,
            isPending
                ? "ECC will be \(mode.pending ? "on" : "off") after the next reset."
                : "ECC is off: errors go unnoticed.",
            HealthEvidence("ecc_mode", "\(mode.current ? "on" : "off"), pending \(mode.pending ? "on" : "off")"),
            action: isPending ? .resetGPU : .none, confirm: "Whether somebody wanted it so.")
    },
]

extension GPUCase {
    /// The memory that most GPUs of this name have, where ECC is as here, which takes a share of some boards' memory; nil for
    /// parts of GPUs.
    fileprivate var usualMemoryBytes: UInt64? {
        guard !isMIGOn, !isVGPU, let name = gpu.name.value else { return nil }
        let alike = node.snapshot.gpus.filter { other in
            other.name.value == name && other.inventory?.migMode.value?.current != true
                && other.inventory?.eccMode.value?.current == inventory.eccMode.value?.current
        }
        let counts = Dictionary(grouping: alike.compactMap { $0.inventory?.memoryTotalBytes.value }) { $0 }
        let most = counts.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }
        return most.flatMap { $0.value.count > 1 ? $0.key : nil }
    }
}
