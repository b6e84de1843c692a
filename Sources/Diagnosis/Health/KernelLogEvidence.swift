package import Snapshots

/// What the kernel log adds to the judgement.
package struct KernelLogEvidence: Sendable {
    /// Why there is no log, or not all of it; nil when there is one.
    package var absence: Unavailable?
    /// The faults of this log that no other one explains, worst first.
    package var faults: [KernelLogFault] = []
    /// The newest recovery level that the log tells, by GPU.
    package var recoveryLevels: [BusID: RecoveryLevel] = [:]
    /// The GPUs that an Xid of this boot names, with what the log knows of them.
    package var namedGPUs: [BusID: LoggedGPUIdentity] = [:]
    /// Records that were lost or left out: what they said is unknown.
    package var missedRecords: UInt64 = 0
    /// True where the oldest records were overwritten before anybody read: normal on a node that has run for long.
    package var isBeginningGone = false
    /// When the oldest record that is left was written, microseconds since 1970-01-01 UTC; nil where nobody knows.
    package var beginsMicroseconds: Int64?

    /// A log that could not be read.
    package init(absence: Unavailable) { self.absence = absence }

    /// A log that was read and analysed.
    package init(_ report: KernelFaultReport) {
        let groups = Dictionary(grouping: report.groups) { $0.rootID ?? $0.id }
        let places = Dictionary(report.groups.map { ($0.id, $0.busID) }) { first, _ in first }
        // What another device's fault did to a GPU is not over when that one is.
        let own = report.groups.filter { group in
            guard let root = group.rootID else { return true }
            return group.busID != nil && group.severity >= .warning && group.xid != 154 && places[root] != group.busID
        }
        faults = own.map { KernelLogFault($0, groups[$0.id] ?? []) }
        recoveryLevels = report.recoveryLevels
        let named = report.groups.filter { $0.xid != nil && !$0.isInjected && !$0.isEarlierBoot }.compactMap(\.busID)
        namedGPUs = Dictionary(named.map { ($0, report.identities[$0] ?? LoggedGPUIdentity()) }) { first, _ in first }
        missedRecords = report.lostRecords.addingReportingOverflow(report.droppedEvents).partialValue
    }

    /// Takes all of it for that of an earlier boot.
    package mutating func becomeHistory() {
        recoveryLevels = [:]
        namedGPUs = [:]
        for index in faults.indices where !faults[index].isHistory {
            (faults[index].isHistory, faults[index].isDisputed) = (true, false)
            faults[index].title += FaultGroup.earlierBootEnding
        }
    }
}

/// One fault of the kernel log, with what followed from it.
package struct KernelLogFault: Sendable, Hashable {
    package var code: FaultCode
    /// The GPU, switch or port; nil where the lines name none.
    package var busID: BusID?
    package var severity: Severity
    package var title: String
    package var action: Action
    /// Why that action.
    package var reason: String
    /// True where a program's mistake explains it: no GPU is to blame.
    package var isApplication: Bool
    /// True for earlier boots and for what the driver says is recovered.
    package var isHistory: Bool
    /// True for a loss or a crash of which NVML knows nothing.
    package var isDisputed = false
    /// True for a switch's fault where a link error tells which GPU is behind its port.
    var isPlaced = false
    package var firstMicroseconds: Int64?
    package var lastMicroseconds: Int64?
    package var count: UInt64
    /// The first line as logged.
    package var line: String
    /// What followed from it, each once, in the order of the labels.
    package var followers: [FaultCode]
    package var lookNext: String

    package init(
        _ code: FaultCode, busID: BusID?, severity: Severity, title: String, action: Action, reason: String = "",
        isApplication: Bool = false, isHistory: Bool = false, firstMicroseconds: Int64? = nil,
        lastMicroseconds: Int64? = nil, count: UInt64 = 1, line: String = "", followers: [FaultCode] = [],
        lookNext: String = ""
    ) {
        self.code = code
        self.busID = busID
        self.severity = severity
        self.title = title
        self.action = action
        self.reason = reason
        self.isApplication = isApplication
        self.isHistory = isHistory
        self.firstMicroseconds = firstMicroseconds
        self.lastMicroseconds = lastMicroseconds
        self.count = count
        self.line = line
        self.followers = followers
        self.lookNext = lookNext
    }
}

extension FaultGroup {
    /// What was recovered from and came back may do so again, and then needs more than the last time.
    private var hasReturned: Bool { if case .cameBack = why { true } else { false } }

    /// A link error behind a switch's port. Where NVML alone says that the GPU needs nothing, it may be any other one.
    fileprivate var placesSwitchFault: Bool {
        xid.map(FaultLinks.linkErrors.contains) ?? false && why != .recovered(.nvml)
    }

    fileprivate static let earlierBootEnding = "; over: it was in an earlier boot"

    fileprivate var isOver: Bool { isRecovered && !isDisputed && !hasReturned }

    /// The end of a sentence that names it: why it counts no more; empty for what does.
    fileprivate var ending: String {
        if isInjected { return "; a program wrote this line, not the kernel" }
        if isEarlierBoot { return Self.earlierBootEnding }
        return isOver ? "; over: \(why.text)" : ""
    }
}

extension KernelLogFault {
    /// Whether it makes its GPU, or the node, any worse than healthy.
    var countsNow: Bool { !isHistory && !isApplication && severity >= .warning }

    /// A group of the analysis; `family` are the group itself and those that follow from it.
    init(_ group: FaultGroup, _ family: [FaultGroup]) {
        let followers = family.filter { $0.id != group.id }.map(\.code)
        self.init(
            group.code, busID: group.busID, severity: group.severity,
            title: group.name + group.ending, action: group.action, reason: group.why.text,
            isApplication: group.cause == .application,
            isHistory: group.isEarlierBoot || group.isInjected || group.isOver,
            firstMicroseconds: group.first.utcMicroseconds, lastMicroseconds: group.last.utcMicroseconds,
            count: group.count, line: group.firstLine, followers: Set(followers).sorted { $0.label < $1.label },
            lookNext: group.lookNext)
        isDisputed = group.isDisputed && !group.isEarlierBoot && !group.isInjected
        isPlaced = group.code.sxid != nil && family.contains(where: \.placesSwitchFault)
    }
}
