package import Snapshots

/// One thing that is or was wrong, with its evidence and what to do.
package struct HealthFinding: Sendable, Hashable {
    /// Name of the rule that found it, for example `row_remap_failure`.
    package var rule: String
    package var severity: Severity
    package var time: FindingTime
    /// NVML's index of the GPU; nil when it concerns the node or a GPU that NVML does not list.
    package var gpu: UInt32?
    /// PCI address of the GPU, switch or port, if known.
    package var busID: BusID?
    /// One sentence; it does not name the GPU, so that equal findings on several GPUs can be said once.
    package var title: String
    package var evidence: [HealthEvidence]
    package var action: Action
    package var authority: FindingAuthority
    /// What would confirm it or tell it apart from something else, or what to do next.
    package var confirm: String
    /// When it began, microseconds since 1970-01-01 UTC; nil where nobody knows.
    package var since: Int64?
    /// What the kernel log says; nil where the finding rests on something else.
    package var code: FaultCode?

    /// True when it says that recovery is needed but not why: another finding names the cause.
    package var isSymptom: Bool { ["recovery_action", "gpu_answers", "gpu_access"].contains(rule) }

    package init(
        rule: String, severity: Severity, time: FindingTime = .level, gpu: UInt32? = nil, busID: BusID? = nil,
        title: String, evidence: [HealthEvidence], action: Action, authority: FindingAuthority = .counter,
        confirm: String, since: Int64? = nil, code: FaultCode? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.time = time
        self.gpu = gpu
        self.busID = busID
        self.title = title
        self.evidence = evidence
        self.action = action
        self.authority = authority
        self.confirm = confirm
        self.since = since
        self.code = code
    }
}

/// Whether a finding holds now, happened, or is history. Only the first two can make a GPU unhealthy.
package enum FindingTime: String, Sendable, Hashable, CaseIterable, Comparable {
    /// A state that holds now.
    case level
    /// Something that happened in this boot.
    case event
    /// What survives resets and reboots.
    case history

    private var rank: Int {
        switch self {
        case .level: 0
        case .event: 1
        case .history: 2
        }
    }

    /// What holds now comes first.
    package static func < (left: FindingTime, right: FindingTime) -> Bool { left.rank < right.rank }
}

/// Whose word decides what to do first: the driver's recovery action, then the vendor's flags, then the kernel log, then
/// everything else.
package enum FindingAuthority: Int, Sendable, Hashable, Comparable {
    case counter
    case kernelLog
    case flag
    case recoveryAction

    package static func < (left: FindingAuthority, right: FindingAuthority) -> Bool { left.rawValue < right.rawValue }
}

/// One piece of evidence.
package struct HealthEvidence: Sendable, Hashable {
    /// Where a reading comes from.
    package enum Source: String, Sendable, Hashable {
        case nvml
        case pci
        case proc
        /// What the kubelet gave to pods.
        case kubelet
        case kernelLog = "kernel_log"
        /// The agent's own probe: deadlines, crashes.
        case probe
    }

    /// Name of the reading, as the tools have it.
    package var reading: String
    package var value: String
    /// The limit that it crossed or the state that was expected, in words; nil where there is none.
    package var threshold: String?
    package var source: Source

    package init(_ reading: String, _ value: String, threshold: String? = nil, _ source: Source = .nvml) {
        self.reading = reading
        self.value = value
        self.threshold = threshold
        self.source = source
    }
}
