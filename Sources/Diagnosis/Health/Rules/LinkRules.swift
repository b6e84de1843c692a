internal import Snapshots

/// NVLinks: what is down, what is slow, what makes errors.
let linkRules: [HealthRule] = [
    HealthRule("nvlink_down") { gpu, result in
        guard result.value("nvlink_count", gpu.links.count) ?? 0 > 0 else { return }
        for link in gpu.links.links { _ = result.value("nvlink_\(link.number)_state", link.isActive) }
        // MIG takes the links down on purpose.
        guard !gpu.isMIGOn, let active = gpu.gpu.activeLinkCount,
            let expected = gpu.node.expectedLinks.activeCount(gpu.gpu), active < expected
        else { return }
        gpu.judgeDown(active: active, expected: expected, &result)
    },
    HealthRule("nvlink_speed") { gpu, result in
        guard !gpu.isMIGOn, let expected = gpu.node.expectedLinks.speed(gpu.gpu) else { return }
        let slow = gpu.links.links.filter { link in
            (link.isActive.value ?? false) && (link.speedMBps.value.map { $0 > 0 && $0 < expected } ?? false)
        }
        guard !slow.isEmpty else { return }
        result.find(
            .warning, "NVLinks run slower than those of the other GPUs.",
            HealthEvidence(
                "nvlink_speed_mbps",
                "\(slow.compactMap(\.speedMBps.value).min() ?? 0) on \(NumberList.text(slow.map(\.number)))",
                threshold: "\(expected)"), action: .checkNVLink,
            confirm: "Reboot the node once; if it stays, field diagnostics.")
    },
    HealthRule("nvlink_errors") { gpu, result in
        for (name, limit, path) in LinkLimit.counters {
            gpu.judgeCounter(name, gpu.thresholds[limit], path, &result)
        }
    },
    HealthRule("nvlink_packet_errors") { gpu, result in
        for (name, path) in LinkLimit.packetCounters {
            gpu.judgeCounter(name, gpu.thresholds[.nvlinkPacketErrors], path, isGrave: true, &result)
        }
    },
    HealthRule("nvlink_bit_errors") { gpu, result in
        let limit = gpu.thresholds[.nvlinkBERExponent]
        let bad = gpu.links.links.compactMap { link -> (UInt32, BitErrorRate)? in
            guard let rate = link.errors.effectiveBER.value.flatMap(BitErrorRate.init), rate.isAbove(exponent: limit)
            else { return nil }
            return (link.number, rate)
        }
        guard let worst = bad.max(by: { $0.1 < $1.1 }) else { return }
        result.find(
            .critical, "The bit error rate of an NVLink is too high.",
            HealthEvidence(
                "nvlink_effective_ber", "\(worst.1) on link \(worst.0)", threshold: "1e-\(limit)"),
            action: .checkNVLink,
            confirm: "Read it again after traffic; compare with the other links.")
    },
]

/// The counters of links, with the limit of each.
private enum LinkLimit {
    typealias Path = any KeyPath<GPULinkErrors, Reading<UInt64>> & Sendable

    static let counters: [(String, HealthThreshold, Path)] = [
        ("nvlink_replay", .nvlinkReplayErrors, \.replay), ("nvlink_recovery", .nvlinkRecoveryErrors, \.recovery),
        ("nvlink_crc_flit", .nvlinkCRCErrors, \.crcFlit), ("nvlink_crc_data", .nvlinkCRCErrors, \.crcData),
    ]

    static let packetCounters: [(String, Path)] = [
        ("nvlink_malformed_packets", \.malformedPackets), ("nvlink_buffer_overruns", \.bufferOverruns),
        ("nvlink_receive_errors", \.receiveErrors), ("nvlink_receive_general_errors", \.receiveGeneralErrors),
        ("nvlink_local_integrity_errors", \.localIntegrityErrors), ("nvlink_recoveries_failed", \.recoveriesFailed),
    ]
}

extension GPUCase {
    fileprivate func judgeDown(active: Int, expected: Int, _ result: inout RuleResult) {
        let down = links.links.filter { $0.isActive.value == false }.map(\.number)
        let hasSwitches = node.snapshot.devices?.pci.value?.contains { $0.kind == .nvSwitch } ?? false
        let isExplained = !hasSwitches && !node.expectedLinks.migGPUs.isEmpty
        result.find(
            isExplained ? .info : .critical,
            isExplained
                ? "NVLinks are down, as those to a GPU in MIG mode are."
                : "NVLinks are down that are up on the other GPUs.",
            HealthEvidence("nvlink_active", "\(active)", threshold: "\(expected), as on most GPUs of this node"),
            HealthEvidence("nvlink_down", NumberList.text(down)), action: isExplained ? .none : .checkNVLink,
            authority: .flag,
            confirm:
                "Xid 74 or SXid lines in the kernel log; the fabric's health mask; then reset all GPUs and switches.")
    }

    fileprivate func judgeCounter(
        _ name: String, _ limit: Int64, _ path: LinkLimit.Path, isGrave: Bool = false, _ result: inout RuleResult
    ) {
        var worst: (link: UInt32, count: UInt64)?
        var links: [UInt32] = []
        for link in self.links.links where link.isActive.value != nil {
            guard let count = result.value("\(name)_link_\(link.number)", link.errors[keyPath: path]) else { continue }
            guard Int64(clamping: count) >= limit else { continue }
            links.append(link.number)
            if count > worst?.count ?? 0 { worst = (link.number, count) }
        }
        guard let worst else { return }
        result.find(
            isGrave ? .critical : .warning, "NVLinks make errors.",
            HealthEvidence(
                name,
                "\(worst.count) on link \(worst.link)\(links.count > 1 ? " (links \(NumberList.text(links)))" : "")",
                threshold: "\(limit)"), action: .checkNVLink,
            confirm: "Whether the counter grows: inspect_topology twice; reseat the board or clean its connectors.")
    }
}
