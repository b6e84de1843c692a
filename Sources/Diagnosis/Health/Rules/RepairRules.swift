internal import Snapshots

/// Repairs of memory: rows on Ampere and newer, pages before, channels and clusters on the newest.
let repairRules: [HealthRule] = [
    HealthRule("row_remap_failure") { gpu, result in
        // Boards with MIG remap rows; that none is reported does not mean that there is none.
        if gpu.isMIGOn, gpu.memory.remappedRows.reason == .notSupported {
            result.addGap(EvidenceGap(check: result.rule, reading: "remapped_rows", reason: .notSupported))
        }
        guard let rows = result.value("remapped_rows", gpu.memory.remappedRows), rows.hasFailed else { return }
        result.find(
            .critical, "A memory row could not be remapped: the memory cannot be repaired any more.",
            HealthEvidence("remap_failure", "true", threshold: "false"),
            HealthEvidence("remapped_rows_uncorrected", rows.uncorrected.map(String.init) ?? "unknown"),
            action: .fieldDiagnostics, authority: .flag,
            confirm: "Field diagnostics; if they confirm it, the board is replaced. Xid 64 beside it."
        )
    },
    HealthRule("row_remap_pending") { gpu, result in
        guard let rows = gpu.memory.remappedRows.value, rows.isPending, !rows.hasFailed else { return }
        result.find(
            .warning, "A memory row waits for its remapping; running work is not affected, the next reset repairs it.",
            HealthEvidence("remap_pending", "true", threshold: "false"), action: .resetGPU,
            confirm: "Xid 63 in the kernel log; no job needs to be ended for it.")
    },
    HealthRule("many_remapped_rows") { gpu, result in
        let limit = gpu.thresholds[.remappedRowsUncorrected]
        guard let count = gpu.memory.remappedRows.value?.uncorrected, Int64(count) >= limit else { return }
        result.find(
            .warning, "So many rows are remapped that spares run out soon.",
            HealthEvidence("remapped_rows_uncorrected", "\(count)", threshold: "\(limit)"),
            action: .fieldDiagnostics, confirm: "Banks without spares in the histogram.")
    },
    HealthRule("remap_history") { gpu, result in
        guard let rows = gpu.memory.remappedRows.value, !rows.hasFailed else { return }
        let (corrected, uncorrected) = (rows.corrected ?? 0, rows.uncorrected ?? 0)
        guard corrected > 0 || uncorrected > 0 else { return }
        result.find(
            .info, "Memory rows were remapped: repaired, history.",
            HealthEvidence("remapped_rows", "\(corrected) corrected, \(uncorrected) uncorrected"),
            action: .none, time: .history, confirm: "Nothing: this is what remapping is for.")
    },
    HealthRule("bank_without_spares") { gpu, result in
        guard let banks = result.value("remap_histogram", gpu.memory.remapHistogram) else { return }
        let limit = gpu.thresholds[.banksWithoutSpares]
        guard Int64(banks.none) >= limit else { return }
        result.find(
            .warning, "A memory bank has no spare row left: the next error there cannot be repaired.",
            HealthEvidence("banks_without_spares", "\(banks.none)", threshold: "\(limit)"), action: .fieldDiagnostics,
            confirm: "The remap-failure flag after the next uncorrected error.")
    },
    HealthRule("bank_group_without_spares") { gpu, result in
        let limit = gpu.thresholds[.banksWithoutSpares]
        guard let groups = gpu.memory.bankRemapper.value?.groupsWithoutSpares, Int64(groups) >= limit else { return }
        result.find(
            .warning, "A group of memory banks has no spare bank left: the next bad bank there cannot be replaced.",
            HealthEvidence("bank_groups_without_spares", "\(groups)", threshold: "\(limit)"),
            action: .fieldDiagnostics,
            confirm: "Whether unrepairable memory is reported after the next error.")
    },
    HealthRule("repair_pending") { gpu, result in
        let repair = result.value("repair_status", gpu.memory.repair)
        let banks = result.value("bank_remapper", gpu.memory.bankRemapper)
        let parts = [
            repair?.channel == true ? "memory channel" : nil, repair?.tpc == true ? "processing cluster" : nil,
            banks?.isPending == true ? "memory bank" : nil,
        ].compactMap { $0 }
        guard !parts.isEmpty else { return }
        result.find(
            .warning, "A repair waits for a reset: \(parts.joined(separator: " and ")).",
            HealthEvidence("repair_pending", "true", threshold: "false"), action: .resetGPU,
            confirm: "Xid 160 to 162 in the kernel log.")
    },
    HealthRule("unrepairable_memory") { gpu, result in
        guard let flag = result.value("unrepairable_memory", gpu.memory.hasUnrepairableMemory), flag else { return }
        result.find(
            .critical, "The GPU has memory that cannot be repaired.",
            HealthEvidence("unrepairable_memory", "true", threshold: "false"), action: .contactSupport,
            authority: .flag, confirm: "Field diagnostics, as NVIDIA asks for before a replacement.")
    },
    HealthRule("retired_pages") { gpu, result in
        let pages = gpu.memory.retiredPages
        guard let single = result.value("retired_pages_single_bit", pages.singleBit),
            let double = result.value("retired_pages_double_bit", pages.doubleBit)
        else { return }
        gpu.judgeRetired(single: single, double: double, pages, &result)
    },
    HealthRule("page_retirement_pending") { gpu, result in
        guard let isPending = result.value("retirement_pending", gpu.memory.retiredPages.isPending), isPending else {
            return
        }
        result.find(
            .warning, "Memory pages wait to be retired at the next reset.",
            HealthEvidence("retirement_pending", "true", threshold: "false"), action: .resetGPU,
            confirm: "Xid 63 in the kernel log.")
    },
]

extension GPUCase {
    private static let week: Int64 = 7 * 86_400 * 1_000_000

    fileprivate func judgeRetired(
        single: UInt32, double: UInt32, _ pages: RetiredPages, _ result: inout RuleResult
    ) {
        let all = Int64(single) + Int64(double)
        let evidence = HealthEvidence(
            "retired_pages", "\(single) single-bit, \(double) double-bit", threshold: "\(thresholds[.retiredPages])")
        let since = node.snapshot.collectedAtMicroseconds - Self.week
        let recent = pages.doubleBitTimes.filter { Int64(clamping: $0) >= since }.count
        let isWearing =
            Int64(double) >= thresholds[.retiredPagesDoubleBit]
            && Int64(recent) >= thresholds[.retiredPagesDoubleBitWeek]
        if all >= thresholds[.retiredPages] || isWearing {
            result.find(
                .critical, "So many memory pages are retired that the memory is worn out.", evidence,
                HealthEvidence("retired_double_bit_last_7_days", "\(recent)"), action: .fieldDiagnostics,
                authority: .flag, confirm: "Field diagnostics.")
        } else if all > 0 {
            result.find(
                .info, "Memory pages were retired: repaired, history.", evidence, action: .none, time: .history,
                confirm: "Nothing: this is what retirement is for.")
        }
    }
}
