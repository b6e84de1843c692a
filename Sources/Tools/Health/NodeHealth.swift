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
    /// Who uses the GPUs; without processes and pods where those were not read.
    let attribution: GPUAttribution
    /// What kept the agent from looking and is no finding by itself.
    let problems: [AccessProblem]

    /// `success` only where nothing that the judgement needs is missing.
    var status: String {
        let isWhole =
            problems.isEmpty && snapshot.interruption == nil && report.gaps.isEmpty
            && report.gpus.allSatisfy { $0.gaps.isEmpty && $0.verdict != .unknown }
        return isWhole ? "success" : "partial"
    }
}

extension ProbeSections {
    /// Everything that the judgement looks at.
    static let health: ProbeSections = [
        .driver, .host, .devices, .kernelLog, .inventory, .telemetry, .memoryHealth, .links, .fabric, .processes,
        .confidentialComputing, .facts,
    ]
}

extension ToolContext {
    /// Reads everything that the judgement needs, in one pass, and judges it. A node that gives nothing is judged as well.
    ///
    /// - Parameter window: how long counters that stand high are watched, where no earlier reading is known.
    func readHealth(
        _ further: ProbeSections = [], window: Duration = .milliseconds(WindowArgument.standard)
    ) async -> NodeHealth {
        let sections = ProbeSections.health.union(further)
        return await judge(await probe.read(ProbeRequest(sections)).withAllIdentities, window: window)
    }

    /// Judges a node that was read with the sections `health`, all identities filled in, and reads its counters again
    /// where one reading cannot tell what goes on now.
    ///
    /// - Parameter known: the kernel log, where it has been read already.
    func judge(
        _ first: NodeSnapshot, window: Duration = .milliseconds(WindowArgument.standard), log known: NodeLog? = nil
    ) async -> NodeHealth {
        let watched = await watch(first, window)
        let snapshot = watched.snapshot
        let source = snapshot.interruption == nil ? probe : hostProbe
        let lines = if let known { known } else { await readLog(snapshot, by: source) }
        let log = lines?.report(snapshot)
        var evidence = KernelLogEvidence(snapshot, log)
        evidence.absence = evidence.absence ?? lines?.missingRest
        if evidence.absence == .unusable(.earlierBoot) { evidence.becomeHistory() }
        evidence.isBeginningGone = !(lines?.reachesBackToBoot ?? true)
        evidence.beginsMicroseconds = lines?.firstMicroseconds
        let attribution = GPUAttribution(snapshot)
        let isUseKnown = snapshot.nodeProcesses != nil || snapshot.pods != nil
        let report = HealthReport(
            snapshot, log: evidence, thresholds: thresholds,
            attribution: isUseKnown ? attribution.healthFindings : [], window: watched.window)
        let found = Set(report.findings.map(\.rule))
        let problems = snapshot.accessProblems.filter { problem in
            !found.contains(problem.kind)
                && report.findings.allSatisfy { $0.gpu != problem.gpu || $0.rule != "gpu_access" }
        }
        let ofLog =
            if let lines, let log { lines.problems(log) } else {
                [AccessProblem.kernelLogUnreadable(evidence.absence ?? .timedOut)]
            }
        return NodeHealth(
            snapshot: snapshot, report: report, log: log, attribution: attribution,
            problems: problems + [snapshot.hostGPUsUnseen].compactMap { $0 } + ofLog)
    }
}

extension KernelLogEvidence {
    fileprivate init(_ snapshot: NodeSnapshot, _ report: KernelFaultReport?) {
        guard let report else {
            self.init(absence: snapshot.kernelLog?.reason ?? snapshot.interruption.map { _ in .timedOut } ?? .notRead)
            return
        }
        self.init(report)
    }
}
