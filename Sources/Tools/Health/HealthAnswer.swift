internal import Diagnosis
internal import JSON
internal import Snapshots

/// The judgement as an answer.
struct HealthAnswer {
    let context: ToolContext
    let health: NodeHealth
    let detail: Detail
    /// Those that the caller chose.
    let gpus: [GPUVerdict]

    var findings: [MergedFinding] {
        let chosen = Set(gpus.compactMap(\.index))
        let places = Set(gpus.compactMap { $0.busID?.slot })
        let all = health.report.gpus
        let otherIndexes = Set(all.compactMap(\.index)).subtracting(chosen)
        let otherPlaces = Set(all.compactMap { $0.busID?.slot }).subtracting(places)
        let own = health.report.findings.filter { finding in
            // What is of no GPU is of the node as a whole, and so of each GPU; so is what is of one that nobody got to this time.
            finding.gpu.map { !otherIndexes.contains($0) } ?? finding.busID.map { !otherPlaces.contains($0.slot) }
                ?? true
        }
        return MergedFinding.merge(detail == .summary ? own.filter { $0.severity > .info } : own)
    }

    func encoded() -> [UInt8] {
        let findings = findings
        return encode(findings, shown: findings.fitting(beside: encode(findings, shown: []).count, detail))
    }

    /// The GPUs that were not asked for and have the node's verdict, where none that was asked for has it.
    private var others: String {
        let verdict = health.report.verdict
        guard !gpus.contains(where: { $0.verdict == verdict }) else { return "" }
        let others = health.report.gpus.filter { $0.verdict == verdict }
        guard !others.isEmpty else { return "" }
        let names = others.map { gpu in gpu.index.map(String.init) ?? gpu.busID.map(String.init(describing:)) ?? "?" }
        let (noun, verb) = names.count == 1 ? ("GPU", "is") : ("GPUs", "are")
        return " Not asked for: \(noun) \(names.joined(separator: ", ")) \(verb) \(verdict.rawValue), and so the node."
    }

    private func encode(_ findings: [MergedFinding], shown: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter(reserving: 8_192)
        writer.object { writer in
            writer.head(
                status: health.status, context, health.snapshot,
                summary: HealthSummary.text(gpus, findings, health.report.verdict, health.problems) + others)
            writer.field("verdict", health.report.verdict.rawValue)
            writer.field("device_count", gpus.count)
            writer.array("devices") { writer in for gpu in gpus { writer.object { $0.verdict(gpu) } } }
            writer.findings(shown, of: findings.count)
            writer.gaps(GapList(gpus, health.report.gaps), detail)
            writer.problems(health.problems)
        }
        return writer.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func verdict(_ gpu: GPUVerdict) {
        field("index", gpu.index)
        field("uuid", gpu.uuid)
        field("bus_id", gpu.busID.map(String.init(describing:)))
        field("name", gpu.name)
        field("verdict", gpu.verdict.rawValue)
        guard gpu.action != .none else { return }
        field("action", gpu.action.rawValue)
        guard !gpu.nextActions.isEmpty else { return }
        array("next_actions") { writer in for action in gpu.nextActions { writer.string(action.rawValue) } }
    }
}

extension HealthAnswer {
    static let deviceSchema = Schema.object(
        AnswerSchema.identity + [
            ("verdict", Schema.choice(HealthVerdict.allCases.map(\.rawValue))),
            ("action", Schema.choice(Action.allCases.map(\.rawValue), "What to do first; absent: nothing")),
            ("next_actions", Schema.array(Schema.string(), "After that, in order")),
        ], required: ["verdict"])

    static let schema = Schema.object(
        AnswerSchema.head + [
            ("verdict", Schema.choice(HealthVerdict.allCases.map(\.rawValue), "Of the node: the worst")),
            ("device_count", Schema.integer("GPUs in this answer, those missing from NVML as well")),
            ("devices", Schema.array(deviceSchema)),
            ("findings", Schema.array(MergedFinding.schema, "The most urgent first")),
            ("findings_left_out", Schema.integer("Less urgent ones; call again with gpu or detail=full")),
            ("unchecked", GapList.schema), ("unchecked_left_out", Schema.integer()),
            ("problems", AnswerSchema.problems),
        ],
        required: [
            "status", "node", "source", "collected_at", "summary", "verdict", "device_count", "devices", "findings",
        ])
}
