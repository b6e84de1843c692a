internal import Diagnosis
internal import JSON
internal import Snapshots

/// A whole node on one page.
struct DiagnoseAnswer {
    let context: ToolContext
    let health: NodeHealth

    /// Findings in one answer; further ones are counted.
    private static let findingLimit = 10
    /// Steps in one answer.
    private static let stepLimit = 8
    private static let noticeLimit = 6

    private var findings: [MergedFinding] {
        MergedFinding.merge(health.report.findings.filter { $0.severity > .info })
    }

    func encoded() -> [UInt8] {
        let findings = findings
        let first = Array(findings.prefix(Self.findingLimit))
        return encode(findings, shown: first.fitting(beside: encode(findings, shown: []).count, .standard))
    }

    private func encode(_ findings: [MergedFinding], shown: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter(reserving: 8_192)
        writer.object { writer in
            writer.head(
                status: health.status, context, health.snapshot,
                summary: HealthSummary.text(health.report.gpus, findings, health.report.verdict, health.problems))
            writer.field("verdict", health.report.verdict.rawValue)
            writer.field("driver_version", health.snapshot.driver.driverVersion.value)
            writer.field("device_count", health.report.gpus.count)
            writeVerdicts(&writer)
            writeSteps(&writer)
            writer.findings(shown, of: findings.count)
            writeNotices(&writer)
            writer.gaps(GapList(health.report.gpus, health.report.gaps), .standard)
            writer.problems(health.problems)
        }
        return writer.finish()
    }

    /// GPUs by verdict: only those that are not healthy are described.
    private func writeVerdicts(_ writer: inout JSONWriter) {
        let healthy = health.report.gpus.filter { $0.verdict == .healthy }.compactMap(\.index)
        writer.field("healthy_gpus", NumberList.text(healthy))
        writer.array("devices") { writer in
            for gpu in health.report.gpus where gpu.verdict != .healthy {
                writer.object { writer in
                    writer.field("index", gpu.index)
                    writer.field("uuid", gpu.uuid)
                    writer.field("bus_id", gpu.busID.map(String.init(describing:)))
                    writer.field("name", gpu.name)
                    writer.field("verdict", gpu.verdict.rawValue)
                    writer.affected(AffectedUse.of(gpu, health.attribution))
                }
            }
        }
    }

    /// What to do, in order: first steps of all GPUs, then their next ones; equal steps are said once.
    private func writeSteps(_ writer: inout JSONWriter) {
        let steps = DiagnoseSteps(health.report).steps
        writer.array("do") { writer in
            for step in steps.prefix(Self.stepLimit) {
                writer.object { writer in
                    writer.field("action", step.action.rawValue)
                    if !step.gpus.isEmpty {
                        writer.array("gpus") { writer in for gpu in step.gpus { writer.int(Int64(gpu)) } }
                    }
                    writer.field("bus_id", step.busID.map(String.init(describing:)))
                    writer.field("why", step.why)
                }
            }
        }
    }

    /// History and settings.
    private func writeNotices(_ writer: inout JSONWriter) {
        let quiet = MergedFinding.merge(health.report.findings.filter { $0.severity == .info })
        let notices = quiet.map { ($0.gpus.isEmpty ? "" : "GPU \(NumberList.text($0.gpus)): ") + $0.finding.title }
        guard !notices.isEmpty else { return }
        writer.array("notices") { writer in for notice in notices.prefix(Self.noticeLimit) { writer.string(notice) } }
        if notices.count > Self.noticeLimit { writer.field("notices_left_out", notices.count - Self.noticeLimit) }
    }

    static let schema = Schema.object(
        AnswerSchema.head + [
            ("verdict", Schema.choice(HealthVerdict.allCases.map(\.rawValue), "Of the node: the worst")),
            ("driver_version", Schema.string()), ("device_count", Schema.integer()),
            ("healthy_gpus", Schema.string("NVML indices, such as 0-6")),
            (
                "devices",
                Schema.array(
                    Schema.object(
                        AnswerSchema.identity + [
                            ("verdict", Schema.choice(HealthVerdict.allCases.map(\.rawValue))),
                            ("affected", AffectedUse.schema), ("affected_left_out", Schema.integer()),
                        ], required: ["verdict"]), "GPUs that are not healthy")
            ),
            ("do", Schema.array(DiagnoseSteps.schema, "What to do, in order")),
            ("findings", Schema.array(MergedFinding.schema, "The most urgent first")),
            ("findings_left_out", Schema.integer("get_gpu_health has them")),
            ("notices", Schema.array(Schema.string(), "History and settings: no fault")),
            ("notices_left_out", Schema.integer()), ("unchecked", GapList.schema),
            ("unchecked_left_out", Schema.integer()), ("problems", AnswerSchema.problems),
        ],
        required: [
            "status", "node", "source", "collected_at", "summary", "verdict", "device_count", "healthy_gpus", "devices",
            "do", "findings",
        ])
}
