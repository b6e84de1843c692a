internal import Diagnosis
internal import ProbeProtocol
internal import Snapshots

/// What of a node's judgement is news when it changes: verdicts, actions, which GPUs are there and what is wrong with them.
struct NodeState: Equatable {
    struct GPU: Equatable {
        let index: UInt32?
        let uuid: String?
        let busID: BusID?
        let verdict: HealthVerdict
        let actions: [Action]
        /// The rules that found something to act on.
        let faults: Set<String>

        /// Whether it can be read at all.
        var answers: Bool { index != nil && faults.isDisjoint(with: ["gpu_access", "gpu_answers"]) }
    }

    let verdict: HealthVerdict
    let gpus: [GPU]
    /// Rules that found something wrong with no GPU in particular, or with one that nobody got to this time.
    let faults: Set<String>

    init(_ report: HealthReport) {
        verdict = report.verdict
        let grave = report.findings.filter { $0.severity > .info }
        gpus = report.gpus.map { gpu in
            let own = grave.filter { finding in
                gpu.index.map { finding.gpu == $0 } ?? (finding.gpu == nil && finding.busID == gpu.busID)
            }
            return GPU(
                index: gpu.index, uuid: gpu.uuid, busID: gpu.busID, verdict: gpu.verdict,
                actions: [gpu.action] + gpu.nextActions, faults: Set(own.map(\.rule)))
        }
        let indexes = Set(report.gpus.compactMap(\.index))
        faults = Set(grave.filter { $0.gpu.map { !indexes.contains($0) } ?? true }.map(\.rule))
    }

    /// The GPU that somebody means; nil if there is none.
    func gpu(_ selector: GPUSelector) -> GPU? {
        gpus.first { gpu in
            switch selector {
            case .index(let index): gpu.index == index
            case .uuid(let uuid): gpu.uuid?.lowercased() == uuid.lowercased()
            case .busID(let busID): gpu.busID?.slot == busID.slot
            }
        }
    }

    /// Whether what the resource tells is not what it was.
    func differs(from before: NodeState, in resource: WatchedResource) -> Bool {
        switch resource {
        case .node: self != before
        case .gpu(let selector): gpu(selector) != before.gpu(selector)
        case .telemetry(let selector): gpu(selector)?.answers != before.gpu(selector)?.answers
        case .kernelLog: false
        }
    }
}
