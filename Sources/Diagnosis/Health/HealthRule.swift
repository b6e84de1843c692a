internal import Snapshots

/// One check of one GPU.
struct HealthRule: Sendable {
    /// Its name in answers, for example `row_remap_failure`.
    let name: String
    /// True when it can be made without NVML's handle of the GPU.
    let worksWithoutHandle: Bool
    let judge: @Sendable (GPUCase, inout RuleResult) -> Void

    init(
        _ name: String, worksWithoutHandle: Bool = false,
        _ judge: @escaping @Sendable (GPUCase, inout RuleResult) -> Void
    ) {
        self.name = name
        self.worksWithoutHandle = worksWithoutHandle
        self.judge = judge
    }

    /// All checks, by room.
    static let all: [HealthRule] =
        accessRules + peerRules + memoryRules + repairRules + pcieRules + pcieErrorRules + linkRules + linkErrorRules
        + fabricRules + thermalRules + clockRules
        + softwareRules + processRules + kernelLogRules
}

/// What a check found on one GPU.
struct RuleResult {
    let rule: String
    private let gpu: UInt32?
    private let busID: BusID?
    private(set) var findings: [HealthFinding] = []
    private(set) var gaps: [EvidenceGap] = []

    init(_ rule: String, gpu: UInt32? = nil, busID: BusID? = nil) {
        self.rule = rule
        self.gpu = gpu
        self.busID = busID
    }

    /// The reading's value. A missing one becomes a gap, unless this GPU does not have such a reading at all.
    mutating func value<Value>(_ name: String, _ reading: Reading<Value>) -> Value? {
        guard let reason = reading.reason else { return reading.value }
        if !reason.isNormal { gaps.append(EvidenceGap(check: rule, reading: name, reason: reason)) }
        return nil
    }

    mutating func find(
        _ severity: Severity, _ title: String, _ evidence: HealthEvidence..., action: Action,
        time: FindingTime = .level, authority: FindingAuthority = .counter, confirm: String, since: Int64? = nil
    ) {
        add(
            HealthFinding(
                rule: rule, severity: severity, time: time, gpu: gpu, busID: busID, title: title, evidence: evidence,
                action: action, authority: authority, confirm: confirm, since: since))
    }

    mutating func add(_ finding: HealthFinding) { findings.append(finding) }

    mutating func addGap(_ gap: EvidenceGap) { gaps.append(gap) }
}

/// One GPU with everything that its checks look at.
struct GPUCase {
    let gpu: GPUSnapshot
    let node: NodeCase

    var inventory: GPUInventory { gpu.inventory ?? GPUInventory() }
    var telemetry: GPUTelemetry { gpu.telemetry ?? GPUTelemetry() }
    var memory: GPUMemoryHealth { gpu.memoryHealth ?? GPUMemoryHealth() }
    var links: GPULinks { gpu.links ?? GPULinks() }
    var fabric: GPUFabric { gpu.fabric ?? GPUFabric() }
    var processes: GPUProcesses { gpu.processes ?? GPUProcesses() }
    var thresholds: HealthThresholds { node.thresholds }

    var isMIGOn: Bool { gpu.isMIGOn }

    /// A part of a GPU in a virtual machine (`nvmlGpuVirtualizationMode_t`: vGPU).
    var isVGPU: Bool { inventory.virtualizationMode.value == 2 }

    /// A kernel is running on it, as far as NVML tells.
    var isUnderLoad: Bool {
        guard let percent = telemetry.utilizationGPUPercent.value else { return false }
        return Int64(percent) >= thresholds[.loadPercent]
    }

    /// The GPU as the PCI bus shows it.
    var pci: Reading<HostPCIDevice> {
        guard let busID = gpu.busID.value else { return .unavailable(gpu.busID.reason ?? .notRead) }
        return node.pciDevice(busID)
    }

    /// Ampere and newer data-centre GPUs that contain memory errors (GA100, GH100, GB10x): a contained error ends its program,
    /// and the GPU goes on.
    var containsErrors: Bool {
        guard let capability = inventory.computeCapability.value else { return false }
        return capability == 80 || capability == 90 || capability >= 100
    }
}

/// What is the same for all GPUs of a node.
struct NodeCase: Sendable {
    let snapshot: NodeSnapshot
    let log: KernelLogEvidence
    let thresholds: HealthThresholds
    let expectedLinks: ExpectedLinks
    /// The counters at an earlier moment; nil where there was only one reading.
    let before: CounterSample?
    /// The last reading before this one; nil where there was none a moment ago.
    let last: CounterSample?
    /// How long ago `before` was, seconds; 0 where there was only one reading.
    let windowSeconds: Double

    init(
        _ snapshot: NodeSnapshot, _ log: KernelLogEvidence, _ thresholds: HealthThresholds,
        _ window: CounterWindow? = nil
    ) {
        before = window?.before
        last = window?.last
        windowSeconds = window?.seconds ?? 0
        self.snapshot = snapshot
        self.log = log
        self.thresholds = thresholds
        expectedLinks = ExpectedLinks(snapshot)
    }

    func pciDevice(_ busID: BusID) -> Reading<HostPCIDevice> {
        guard let devices = snapshot.devices else { return .unavailable(.notRead) }
        switch devices.pci {
        case .unavailable(let reason): return .unavailable(reason)
        case .value(let devices):
            return devices.first { $0.busID.slot == busID.slot }.map(Reading.value) ?? .unavailable(.notSupported)
        }
    }

    /// The newest recovery level of the kernel log for a GPU.
    func logLevel(_ busID: BusID) -> RecoveryLevel? {
        log.recoveryLevels.first { $0.key.slot == busID.slot }?.value
    }
}
