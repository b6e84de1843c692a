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

    private var findings: [MergedFinding] {
        MergedFinding.merge(health.report.findings.filter { $0.severity > .info })
    }

    func encoded() -> [UInt8] {
        let findings = findings
        var writer = JSONWriter(reserving: 8_192)
        writer.object { writer in
            let isWhole = health.problems.isEmpty && health.snapshot.interruption == nil
            writer.head(
                status: isWhole ? "success" : "partial", context, health.snapshot,
                summary: HealthSummary.text(health.report.gpus, findings, health.report.verdict))
            writer.field("verdict", health.report.verdict.rawValue)
            writer.field("driver_version", health.snapshot.driver.driverVersion.value)
            writer.field("device_count", health.report.gpus.count)
            writeVerdicts(&writer)
            writeSteps(&writer)
            writeFindings(findings, &writer)
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
                    writeAffected(gpu, &writer)
                }
            }
        }
    }

    /// The processes that have a context on a GPU that is not healthy.
    private func writeAffected(_ gpu: GPUVerdict, _ writer: inout JSONWriter) {
        guard let index = gpu.index, let found = health.snapshot.gpus.first(where: { $0.index == index }) else {
            return
        }
        let pids = Set((found.processes ?? GPUProcesses()).all.map(\.pid)).sorted()
        guard !pids.isEmpty else { return }
        writer.array("affected_pids") { writer in for pid in pids.prefix(8) { writer.int(Int64(pid)) } }
        if pids.count > 8 { writer.field("affected_pids_left_out", pids.count - 8) }
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

    private func writeFindings(_ findings: [MergedFinding], _ writer: inout JSONWriter) {
        writer.array("findings") { writer in
            for finding in findings.prefix(Self.findingLimit) {
                writer.object { $0.finding(finding, .standard) }
            }
        }
        if findings.count > Self.findingLimit { writer.field("findings_left_out", findings.count - Self.findingLimit) }
        let notices = MergedFinding.merge(health.report.findings.filter { $0.severity == .info })
        guard !notices.isEmpty else { return }
        writer.array("notices") { writer in
            for notice in notices.prefix(6) {
                let place = notice.gpus.isEmpty ? "" : "GPU \(NumberList.text(notice.gpus)): "
                writer.string(place + notice.finding.title)
            }
        }
        if notices.count > 6 { writer.field("notices_left_out", notices.count - 6) }
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
                            ("affected_pids", Schema.array(Schema.integer(), "Processes with a context on it")),
                            ("affected_pids_left_out", Schema.integer()),
                        ], required: ["verdict"]), "GPUs that are not healthy")
            ),
            ("do", Schema.array(DiagnoseSteps.schema, "What to do, in order")),
            ("findings", Schema.array(MergedFinding.schema, "The most urgent first")),
            ("findings_left_out", Schema.integer()),
            ("notices", Schema.array(Schema.string(), "History and settings: no fault")),
            ("notices_left_out", Schema.integer()), ("unchecked", GapList.schema),
            ("unchecked_left_out", Schema.integer()), ("problems", AnswerSchema.problems),
        ],
        required: [
            "status", "node", "source", "collected_at", "summary", "verdict", "device_count", "healthy_gpus", "devices",
            "do", "findings",
        ])
}
