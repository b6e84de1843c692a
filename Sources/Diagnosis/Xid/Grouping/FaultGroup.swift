package import Snapshots

/// One fault: a burst of lines of one code on one GPU or switch, judged.
package struct FaultGroup: Sendable, Hashable, Identifiable {
    /// 1 for the first group in time; stays the same for the same log.
    package let id: Int
    package let code: FaultCode
    /// The GPU, switch or PCIe device; nil where the lines name none.
    package let busID: BusID?
    package let first: LogMoment
    package let last: LogMoment
    /// Lines; lines that continue another are not counted.
    package let count: UInt64
    /// Bursts in this group: 1, or more where old ones were joined to save room.
    package let bursts: Int
    package let name: String
    package let faultClass: FaultClass
    package var severity: Severity
    package var cause: FaultCause
    package let meaning: String
    package var action: Action
    /// The rule that chose the action.
    package var why: ActionReason
    /// What to look at next; may be empty.
    package var lookNext: String
    /// Programs that the lines name, capped.
    package let processes: [FaultProcess]
    package let hasMoreProcesses: Bool
    package let instances: [MIGInstance]
    /// The different fields seen, capped.
    package let details: [XidDetail]
    package let nvlink5: [NVLink5Decoding]
    /// NVLink ports of an SXid, capped.
    package let links: [UInt32]
    /// The first line as logged, capped.
    package let firstLine: String
    /// The group that this one follows from.
    package var rootID: Int?
    /// Groups of the same code on other GPUs, or of the same device's PCIe path, at the same time; capped.
    package var companionIDs: [Int]
    /// Xids that the catalogue names beside this one.
    package let related: [UInt32]
    /// Where known sources disagree about this number; may be empty.
    package let notes: String
    package let isInjected: Bool
    /// True when the driver says that the GPU needs nothing any more.
    package var isRecovered: Bool
    /// True when NVML alone says so of a loss or a crash, and no line of the log tells of a recovery.
    package var isDisputed: Bool
    /// True when the log shows a later boot: history.
    package let isEarlierBoot: Bool

    /// The number of the Xid, if it is one.
    package var xid: UInt32? { code.xid }
}

/// What a kernel log says, as a whole.
package struct KernelFaultReport: Sendable {
    /// Worst first, then newest.
    package let groups: [FaultGroup]
    /// Names of GPUs that the log tells, also of those that NVML has lost.
    package let identities: [BusID: LoggedGPUIdentity]
    /// The newest Xid 154 of this boot, by GPU.
    package let recoveryLevels: [BusID: RecoveryLevel]
    package let driverVersion: String?
    package let recordCount: UInt64
    package let lostRecords: UInt64
    /// Lines about GPUs that a program wrote.
    package let injectedCount: UInt64
    /// Lines that found no room; above 0 only for a hostile log.
    package let droppedEvents: UInt64
}

/// What is known beside the log and changes how it is read.
package struct FaultContext: Sendable {
    /// NVML field 230, by GPU, where it could be read; newer than any Xid 154.
    package var recoveryLevels: [BusID: RecoveryLevel]
    /// `570.86.15`; without it the log's own announcement is taken.
    package var driverVersion: String?
    /// GPUs, NVSwitches and the ports above them: PCIe errors of other devices are left out. Nil: all are kept.
    package var pcieDevices: Set<BusID>?
    /// The port above each GPU, where it is known.
    package var pciePorts: [BusID: BusID] = [:]
    /// GPUs of the Hopper architecture: their registers of Xid 74 are decoded.
    package var hopperGPUs: Set<BusID> = []
    /// GPUs that NVML lists and reads.
    package var answeringGPUs: Set<BusID> = []
    /// GPUs of which NVML says that all their NVLinks are up.
    package var gpusWithLinksUp: Set<BusID> = []
    /// NVML answers on this node.
    package var isDriverReady = false
    /// NVML answers, and lists every GPU that the PCI bus or /proc shows.
    package var areAllGPUsListed = false

    package init(
        recoveryLevels: [BusID: RecoveryLevel] = [:], driverVersion: String? = nil, pcieDevices: Set<BusID>? = nil
    ) {
        self.recoveryLevels = recoveryLevels
        self.driverVersion = driverVersion
        self.pcieDevices = pcieDevices
    }
}
