internal import Diagnosis
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// A node that was read and judged.
struct NodeHealth {
    let snapshot: NodeSnapshot
    let report: HealthReport
    /// What the kernel log says; nil where there is none.
    let log: KernelFaultReport?
    /// What kept the agent from looking and is no finding by itself.
    let problems: [AccessProblem]
}

extension ProbeSections {
    /// Everything that the judgement looks at.
    static let health: ProbeSections = [
        .driver, .host, .devices, .kernelLog, .inventory, .telemetry, .memoryHealth, .links, .fabric, .processes,
    ]
}

extension ToolContext {
    /// Reads everything that the judgement needs, in one pass, and judges it. A node that gives nothing is judged as well.
    func readHealth(_ further: ProbeSections = []) async -> NodeHealth {
        let sections = ProbeSections.health.union(further)
        return judge(await probe.read(ProbeRequest(sections)).withAllIdentities)
    }

    /// Judges a node that was read with the sections `health`, all identities filled in.
    func judge(_ snapshot: NodeSnapshot) -> NodeHealth {
        let log = snapshot.faultReport
        let report = HealthReport(snapshot, log: KernelLogEvidence(snapshot, log), thresholds: thresholds)
        let found = Set(report.findings.map(\.rule))
        let problems = snapshot.accessProblems.filter { problem in
            !found.contains(problem.kind)
                && report.findings.allSatisfy { $0.gpu != problem.gpu || $0.rule != "gpu_access" }
        }
        return NodeHealth(snapshot: snapshot, report: report, log: log, problems: problems)
    }
}

extension NodeSnapshot {
    /// The kernel log's faults, read with what NVML and the PCI bus tell; nil where there is no log.
    var faultReport: KernelFaultReport? {
        guard let log = kernelLog?.value else { return nil }
        var analysis = KernelFaultAnalysis()
        for record in log.records { analysis.add(record) }
        analysis.addLostRecords(log.lostCount)
        var context = FaultContext(driverVersion: driver.driverVersion.value ?? host?.kernelModuleVersion.value)
        for gpu in gpus {
            guard let busID = gpu.busID.value, let raw = gpu.memoryHealth?.recoveryAction.value else { continue }
            context.recoveryLevels[busID] = RecoveryLevel(UInt32(clamping: raw))
        }
        if let devices = devices?.pci.value {
            context.pcieDevices = Set(devices.map(\.busID) + devices.compactMap { $0.upstream?.busID })
        }
        return analysis.report(XidCatalog(), SXidCatalog(), context)
    }
}

extension KernelLogEvidence {
    fileprivate init(_ snapshot: NodeSnapshot, _ report: KernelFaultReport?) {
        guard let report else {
            self.init(absence: snapshot.kernelLog?.reason ?? snapshot.interruption.map { _ in .timedOut } ?? .notRead)
            return
        }
        self.init(report, missedRecords: snapshot.kernelLog?.value?.droppedCount ?? 0)
    }
}
