internal import Snapshots

/// What a GPU does not report although others of its name do: a board with a broken InfoROM loses readings, and what is not
/// supported by all of a kind is no fault, but by one of them nothing that proves it healthy.
let peerRules: [HealthRule] = [
    HealthRule("peer_readings") { gpu, result in
        // With MIG much is reported of its parts only.
        guard !gpu.isMIGOn, let name = gpu.gpu.name.value else { return }
        let peers = gpu.node.snapshot.gpus.filter {
            $0.index != gpu.gpu.index && $0.name.value == name && !$0.isMIGOn
        }
        for reading in PeerReading.all where reading.reason(gpu.gpu) == .notSupported {
            guard peers.contains(where: { reading.reason($0) == nil }) else { continue }
            result.addGap(EvidenceGap(check: result.rule, reading: reading.name, reason: .notSupported))
        }
    }
]

/// A reading that all GPUs of one name have, or none.
private struct PeerReading: Sendable {
    let name: String
    /// Why a GPU has no value; nil where it has one.
    let reason: @Sendable (GPUSnapshot) -> Unavailable?

    static let all = [
        PeerReading(name: "temperature_c") { ($0.telemetry ?? GPUTelemetry()).temperatureC.reason },
        PeerReading(name: "power_w") { ($0.telemetry ?? GPUTelemetry()).powerMilliwatts.reason },
        PeerReading(name: "clocks_event_reasons") { ($0.telemetry ?? GPUTelemetry()).clocksEventReasons.reason },
        PeerReading(name: "memory_used_bytes") { ($0.telemetry ?? GPUTelemetry()).memory.reason },
        PeerReading(name: "ecc_mode") { ($0.memoryHealth ?? GPUMemoryHealth()).eccMode.reason },
        // Older boards retire pages instead.
        PeerReading(name: "remapped_rows") { gpu in
            let memory = gpu.memoryHealth ?? GPUMemoryHealth()
            return memory.retiredPages.singleBit.value == nil ? memory.remappedRows.reason : nil
        },
    ]
}
