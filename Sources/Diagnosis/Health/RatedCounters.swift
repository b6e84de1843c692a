package import Snapshots

extension NodeSnapshot {
    /// GPUs of which a single reading cannot tell whether something goes on now: a counter stands so high that its rate
    /// could be too high, or the clocks are held down at this moment.
    package func gpusToReadTwice(_ thresholds: HealthThresholds = .standard) -> [GPUSnapshot] {
        let node = NodeCase(self, KernelLogEvidence(absence: .notRead), thresholds)
        return gpus.filter { $0.isSelected && $0.refusal == nil && GPUCase(gpu: $0, node: node).hasRatedCounter }
    }
}

extension GPUCase {
    fileprivate var hasRatedCounter: Bool {
        isReplayHigh || isCorrectedHigh || isHeldDown
            || links.links.contains { link in
                (LinkCounter.all + LinkCounter.packets).contains { link.errors[keyPath: $0.path].value ?? 0 > 0 }
            }
    }

    private var isReplayHigh: Bool {
        guard let count = telemetry.pcieReplayCount.value, let limit = replaysPerMinute else { return false }
        return Int64(count) >= limit
    }

    private var isCorrectedHigh: Bool {
        guard let device = pci.value else { return false }
        let totals = [device.errors.correctable.value?.total, device.upstream?.errors.correctable.value?.total]
        return totals.contains { Int64(clamping: $0 ?? 0) >= thresholds[.pcieCorrectedErrorsPerHour] }
    }

    private var isHeldDown: Bool {
        !ClocksEventReasons(telemetry).isDisjoint(with: .faults) || telemetry.limiters.thermal.value ?? 0 > 0
    }

    /// DCGM's limit of PCIe replays in a minute: so many per lane, by generation. A total below it cannot have been
    /// reached by a rate above it. Nil where the link does not tell its width and generation.
    var replaysPerMinute: Int64? {
        if thresholds[.pcieReplaysPerMinute] > 0 { return thresholds[.pcieReplaysPerMinute] }
        let perLane = [15, 30, 48, 96, 192, 384]
        guard let width = telemetry.pcieWidth.value,
            let generation = inventory.pcieMaxGeneration.value ?? telemetry.pcieGeneration.value,
            width > 0, width <= 32, generation > 0, generation <= perLane.count
        else { return nil }
        return Int64((Int(width) * perLane[Int(generation) - 1] + 99) / 100)
    }

    /// The counters of this GPU at the earlier moment; nil if there was none.
    var before: GPUCounters? { node.before?[gpu.busID.value] }

    func growth(from earlier: UInt64?, to now: UInt64?) -> CounterGrowth? {
        CounterGrowth(from: earlier, to: now, seconds: node.windowSeconds)
    }
}

/// An error counter of NVLinks, and the limit of what it may gain.
struct LinkCounter: Sendable {
    typealias Path = any KeyPath<GPULinkErrors, Reading<UInt64>> & Sendable

    let name: String
    let limit: HealthThreshold
    let path: Path

    static let all = [
        LinkCounter(name: "nvlink_replay", limit: .nvlinkReplayErrors, path: \.replay),
        LinkCounter(name: "nvlink_recovery", limit: .nvlinkRecoveryErrors, path: \.recovery),
        LinkCounter(name: "nvlink_crc_flit", limit: .nvlinkCRCErrorsPerSecond, path: \.crcFlit),
        LinkCounter(name: "nvlink_crc_data", limit: .nvlinkCRCErrorsPerSecond, path: \.crcData),
    ]

    static let packets = [
        LinkCounter(name: "nvlink_malformed_packets", path: \.malformedPackets),
        LinkCounter(name: "nvlink_buffer_overruns", path: \.bufferOverruns),
        LinkCounter(name: "nvlink_receive_errors", path: \.receiveErrors),
        LinkCounter(name: "nvlink_receive_remote_errors", path: \.receiveRemoteErrors),
        LinkCounter(name: "nvlink_receive_general_errors", path: \.receiveGeneralErrors),
        LinkCounter(name: "nvlink_local_integrity_errors", path: \.localIntegrityErrors),
        LinkCounter(name: "nvlink_recoveries_failed", path: \.recoveriesFailed),
    ]

    private init(name: String, path: Path) { self.init(name: name, limit: .nvlinkPacketErrors, path: path) }

    private init(name: String, limit: HealthThreshold, path: Path) {
        self.name = name
        self.limit = limit
        self.path = path
    }
}
