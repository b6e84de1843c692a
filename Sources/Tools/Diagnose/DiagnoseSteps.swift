internal import Diagnosis
internal import JSON
internal import Snapshots

/// What to do about a node, in order.
struct DiagnoseSteps {
    struct Step {
        let action: Action
        var gpus: [UInt32]
        /// Of a GPU that NVML does not list, or of a switch.
        let busID: BusID?
        let why: String
    }

    private(set) var steps: [Step] = []

    init(_ report: HealthReport) {
        let urgent = report.findings.filter { $0.severity > .info && $0.action != .none }
        let acting = urgent.filter { !$0.isDisagreement }
        for gpu in report.gpus { add(gpu.action, gpu, acting) }
        // What is of none of these GPUs: the driver, switches, a GPU that nobody got to this time.
        for finding in acting where !report.gpus.contains(where: { $0.isMeant(by: finding) }) {
            let gpus = finding.gpu.map { [$0] } ?? []
            add(Step(action: finding.action, gpus: gpus, busID: finding.busID, why: Self.reason(finding)))
        }
        steps.sort { $0.action.urgency > $1.action.urgency }
        for gpu in report.gpus { for action in gpu.nextActions { add(action, gpu, acting) } }
        for finding in urgent where finding.isDisagreement {
            add(Step(action: finding.action, gpus: finding.gpu.map { [$0] } ?? [], busID: nil, why: finding.title))
        }
        for index in steps.indices.reversed() where steps[..<index].contains(where: { $0.covers(steps[index]) }) {
            steps.remove(at: index)
        }
    }

    /// What is to be reset or restarted is never the switch itself.
    private static func reason(_ finding: HealthFinding) -> String {
        let isOfSwitch = finding.code?.sxid != nil && [.resetGPU, .restartApp].contains(finding.action)
        return isOfSwitch ? SwitchWords.reason(finding.title) : finding.title
    }

    private mutating func add(_ action: Action, _ gpu: GPUVerdict, _ findings: [HealthFinding]) {
        guard action != .none else { return }
        let reasons = findings.filter { $0.action == action && gpu.isMeant(by: $0) }
        guard let reason = reasons.first(where: { !$0.isSymptom }) ?? reasons.first else { return }
        add(
            Step(
                action: action, gpus: gpu.index.map { [$0] } ?? [], busID: gpu.index == nil ? gpu.busID : nil,
                why: reason.title))
    }

    private mutating func add(_ step: Step) {
        guard
            let index = steps.firstIndex(where: {
                // What the node as a whole needs is done once, whatever the reasons are.
                let isOfNode = $0.gpus.isEmpty && step.gpus.isEmpty && step.busID == nil
                return $0.action == step.action && $0.busID == step.busID && ($0.why == step.why || isOfNode)
            })
        else { return steps.append(step) }
        for gpu in step.gpus where !steps[index].gpus.contains(gpu) { steps[index].gpus.append(gpu) }
    }
}

extension GPUVerdict {
    /// By its index where NVML lists it, by its place on the bus where not.
    fileprivate func isMeant(by finding: HealthFinding) -> Bool {
        index.map { finding.gpu == $0 } ?? (finding.gpu == nil && finding.busID == busID)
    }
}

extension DiagnoseSteps.Step {
    /// Whether a later step has nothing left to do after this one.
    fileprivate func covers(_ later: Self) -> Bool {
        let isOfTheSame = !later.gpus.isEmpty && later.gpus.allSatisfy(gpus.contains)
        switch (action, later.action) {
        case (.rebootNode, .resetGPU), (.rebootNode, .resetFabric), (.rebootNode, .restartApp): return true
        case (.resetGPU, .restartApp): return isOfTheSame
        default: return action == later.action && isOfTheSame
        }
    }
}

extension DiagnoseSteps {
    static let schema = Schema.object(
        [
            ("action", Schema.choice(Action.allCases.map(\.rawValue))), ("gpus", Schema.array(Schema.integer())),
            ("bus_id", Schema.string("Of a GPU that NVML does not list, or of a switch")), ("why", Schema.string()),
        ], required: ["action", "why"])
}
