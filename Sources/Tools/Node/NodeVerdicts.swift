internal import Diagnosis
internal import JSON
internal import Snapshots

/// The judgement in one word each, for a page that is about more than health.
struct NodeVerdicts {
    private let health: NodeHealth

    init(_ health: NodeHealth) { self.health = health }

    /// The verdict of a GPU that is listed; by its place where only the host names it.
    func of(_ gpu: GPUSnapshot) -> HealthVerdict? {
        let known = health.report.gpus
        let found = known.first { $0.index == gpu.index } ?? known.first { $0.isAt(gpu.busID.value) }
        return found?.verdict
    }

    /// The node's verdict where all its GPUs were judged, and the GPUs that the driver does not list.
    func nodeFields(_ reading: AttributedReading) -> [Field] {
        let lost = missing(reading)
        return (isWhole(reading) ? [Field(key: "verdict", value: .text(health.report.verdict.rawValue))] : [])
            + (lost.isEmpty
                ? []
                : [Field(key: "missing_gpus", value: .texts(lost.compactMap(\.busID).map(String.init(describing:))))])
    }

    /// `7 healthy, 1 unhealthy. GPU 3: ...`, of the whole node or of the GPUs that the caller chose.
    func sentence(_ reading: AttributedReading) -> String {
        let gpus =
            isWhole(reading)
            ? health.report.gpus : health.report.gpus.filter { $0.index.map(reading.selected.contains) ?? false }
        let findings = health.report.findings.filter { finding in
            !finding.isDisagreement && (isWhole(reading) || finding.gpu.map(reading.selected.contains) ?? false)
        }
        return HealthSummary.text(gpus, MergedFinding.merge(findings), health.report.verdict)
    }

    private func isWhole(_ reading: AttributedReading) -> Bool {
        reading.selected.count == reading.snapshot.gpus.count
    }

    private func missing(_ reading: AttributedReading) -> [GPUVerdict] {
        health.report.gpus.filter { verdict in
            verdict.index == nil && !reading.snapshot.gpus.contains { verdict.isAt($0.busID.value) }
        }
    }

    static let property: (String, JSONValue) = ("verdict", Schema.choice(HealthVerdict.allCases.map(\.rawValue)))

    static let schema: [(String, JSONValue)] = [
        property,
        ("missing_gpus", Schema.array(Schema.string(), "Bus ids of GPUs that are there but not in the driver's list")),
    ]
}

extension GPUVerdict {
    fileprivate func isAt(_ place: BusID?) -> Bool { busID != nil && busID?.slot == place?.slot }
}
