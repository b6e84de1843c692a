package import Snapshots

/// The judgement on a GPU or a node.
package enum HealthVerdict: String, Sendable, Hashable, CaseIterable {
    /// Every check that applies was made, and none found anything to act on.
    case healthy
    /// Evidence is missing, so nobody can say healthy; nothing bad was found either.
    case unknown
    /// Work goes on, but something needs attention: finish work, then act.
    case degraded
    /// Not to be trusted with work now.
    case unhealthy

    /// What findings and gaps in the evidence add up to.
    init(_ worst: Severity?, hasGaps: Bool) {
        switch worst {
        case .critical: self = .unhealthy
        case .warning: self = .degraded
        case .info, nil: self = hasGaps ? .unknown : .healthy
        }
    }

    private var rank: Int {
        switch self {
        case .healthy: 0
        case .unknown: 1
        case .degraded: 2
        case .unhealthy: 3
        }
    }

    /// The worse of the two.
    package func worse(_ other: HealthVerdict) -> HealthVerdict { rank >= other.rank ? self : other }
}

/// The judgement on one GPU, also on one that NVML does not list.
package struct GPUVerdict: Sendable, Hashable {
    /// NVML's index; nil for a GPU that NVML does not list.
    package var index: UInt32?
    package var busID: BusID?
    package var uuid: String?
    package var name: String?
    package var verdict: HealthVerdict
    /// What to do first.
    package var action: Action
    /// What comes after that, in order.
    package var nextActions: [Action]
    /// Checks that could not be made.
    package var gaps: [EvidenceGap]
}

/// A reading that a check needed and did not get.
package struct EvidenceGap: Sendable, Hashable {
    /// Name of the check, as its findings have it in `rule`.
    package var check: String
    package var reading: String
    package var reason: Unavailable
}

/// Everything that the evidence says about a node's GPUs.
package struct HealthReport: Sendable {
    package let verdict: HealthVerdict
    /// One entry for each GPU that NVML, the PCI bus or /proc knows.
    package let gpus: [GPUVerdict]
    /// The most urgent first.
    package let findings: [HealthFinding]
    /// Checks of the node that could not be made.
    package let gaps: [EvidenceGap]
}
