import Diagnosis
import Snapshots
import Testing

/// A way to break one GPU, and what the judgement has to make of it.
struct Breakage: Sendable, CustomTestStringConvertible {
    let rule: String
    let severity: Severity
    let action: Action
    let change: @Sendable (inout GPUSnapshot) -> Void

    init(
        _ rule: String, _ severity: Severity, _ action: Action,
        _ change: @escaping @Sendable (inout GPUSnapshot) -> Void
    ) {
        self.rule = rule
        self.severity = severity
        self.action = action
        self.change = change
    }

    var testDescription: String { rule }
}

extension GPUSnapshot {
    mutating func memory(_ change: (inout GPUMemoryHealth) -> Void) {
        var memory = memoryHealth ?? GPUMemoryHealth()
        change(&memory)
        memoryHealth = memory
    }

    mutating func now(_ change: (inout GPUTelemetry) -> Void) {
        var telemetry = telemetry ?? GPUTelemetry()
        change(&telemetry)
        self.telemetry = telemetry
    }

    mutating func link(_ number: Int, _ change: (inout GPULink) -> Void) {
        var links = links ?? GPULinks()
        change(&links.links[number])
        self.links = links
    }

    mutating func rows(
        _ corrected: UInt32?, _ uncorrected: UInt32?, pending: Bool = false, failed: Bool = false
    ) {
        memory {
            $0.remappedRows = .value(
                RemappedRows(corrected: corrected, uncorrected: uncorrected, isPending: pending, hasFailed: failed))
        }
    }

    mutating func pages(single: UInt32, double: UInt32, times: [Int64] = []) {
        memory {
            $0.remappedRows = .unavailable(.notSupported)
            $0.retiredPages.singleBit = .value(single)
            $0.retiredPages.doubleBit = .value(double)
            $0.retiredPages.doubleBitTimes = times.map { UInt64(HealthyNode.now - $0) }
        }
    }
}
