internal import Snapshots

/// Errors of the PCIe link: uncorrectable ones count from the first, corrected ones and replays by their rate.
let pcieErrorRules: [HealthRule] = [
    HealthRule("pcie_replays") { gpu, result in
        guard let now = result.value("pcie_replay_count", gpu.telemetry.pcieReplayCount),
            let limit = gpu.replaysPerMinute, Int64(now) >= limit
        else { return }
        let growth = gpu.growth(from: gpu.before?.telemetry.pcieReplayCount.value.map(UInt64.init), to: UInt64(now))
        gpu.judgeRate(
            RatedTotal(
                reading: "pcie_replay_count", total: UInt64(now), growth: growth, limit: limit, unitSeconds: 60,
                unit: "minute", what: "PCIe packets were repeated"), &result)
    },
    HealthRule("pcie_errors", worksWithoutHandle: true) { gpu, result in
        guard let device = result.value("pci_device", gpu.pci) else { return }
        gpu.judgeErrors(device.errors, at: device.busID, &result)
        if let port = device.upstream { gpu.judgeErrors(port.errors, at: port.busID, &result) }
    },
]

/// A counter that is no fault by itself, only when it grows fast.
private struct RatedTotal {
    let reading: String
    let total: UInt64
    let growth: CounterGrowth?
    let limit: Int64
    let unitSeconds: Double
    let unit: String
    /// The first half of a sentence.
    let what: String
}

extension GPUCase {
    fileprivate func judgeRate(_ counter: RatedTotal, _ result: inout RuleResult) {
        guard let growth = counter.growth else {
            result.addGap(EvidenceGap(check: result.rule, reading: "\(counter.reading)_rate", reason: .notRead))
            return tellHistory(counter, "the present rate is not known", &result)
        }
        let isMany = Int64(clamping: growth.count) >= thresholds[.rateMinimumCount]
        guard isMany, growth.rate(per: counter.unitSeconds) > Double(counter.limit) else {
            return tellHistory(counter, "rarely while it was watched", &result)
        }
        result.find(
            .warning, "\(counter.what) too often.",
            HealthEvidence(
                counter.reading, "\(growth.words), \(counter.total) in all",
                threshold: "\(counter.limit) a \(counter.unit)",
                counter.reading.hasPrefix("aer") ? .pci : .nvml),
            action: .checkPCIe,
            confirm: "Whether it continues under load; AER lines; reseat the GPU or change the riser."
        )
    }

    private func tellHistory(_ counter: RatedTotal, _ end: String, _ result: inout RuleResult) {
        result.find(
            .info, "\(counter.what) since the start; \(end).",
            HealthEvidence(
                counter.reading, "\(counter.total)", counter.reading.hasPrefix("aer") ? .pci : .nvml), action: .none,
            time: .history, confirm: "Whether the counter grows under load.")
    }

    fileprivate func judgeErrors(_ errors: HostPCIErrors, at busID: BusID, _ result: inout RuleResult) {
        judgeUncorrected(
            result.value("aer_fatal \(busID)", errors.fatal), .critical, "aer_fatal \(busID)",
            "The PCIe link had fatal errors in this boot.", .rebootNode, &result)
        judgeUncorrected(
            result.value("aer_nonfatal \(busID)", errors.nonFatal), .warning, "aer_nonfatal \(busID)",
            "The PCIe link had uncorrectable errors in this boot.", .checkPCIe, &result)
        let limit = thresholds[.pcieCorrectedErrorsPerHour]
        guard let corrected = result.value("aer_correctable \(busID)", errors.correctable)?.total,
            Int64(clamping: corrected) >= limit
        else { return }
        judgeRate(
            RatedTotal(
                reading: "aer_correctable \(busID)", total: corrected,
                growth: growth(from: node.before?.corrected(at: busID), to: corrected), limit: limit,
                unitSeconds: 3_600, unit: "hour", what: "PCIe errors were corrected"), &result)
    }

    /// A fatal error took the link down and with it what the driver knew of the GPU, others only lost a transaction.
    private func judgeUncorrected(
        _ counters: HostPCIErrors.Counters?, _ severity: Severity, _ reading: String, _ title: String,
        _ action: Action, _ result: inout RuleResult
    ) {
        let limit = thresholds[.pcieFatalErrors]
        guard let counters, Int64(clamping: counters.total) >= limit else { return }
        let names = counters.nonzero.prefix(4).map(\.name).joined(separator: ", ")
        result.find(
            severity, title, HealthEvidence(reading, "\(counters.total) (\(names))", threshold: "\(limit)", .pci),
            action: action, time: .event, confirm: "AER lines and Xid 79 in the kernel log.")
    }
}
