internal import Diagnosis
internal import JSON
internal import Snapshots

/// A finding with all the GPUs that it holds for.
struct MergedFinding {
    let finding: HealthFinding
    private(set) var gpus: [UInt32]
    /// The evidence of each GPU, in the order of `gpus`; one entry where all have the same.
    private(set) var evidence: [[HealthEvidence]]
    private(set) var since: Int64?

    /// Findings in the order in which they came, those that say the same of several GPUs as one.
    static func merge(_ findings: [HealthFinding]) -> [MergedFinding] {
        var merged: [MergedFinding] = []
        for finding in findings {
            if let index = merged.firstIndex(where: { $0.isSame(finding) }) {
                merged[index].add(finding)
            } else {
                merged.append(MergedFinding(finding))
            }
        }
        return merged
    }

    private init(_ finding: HealthFinding) {
        self.finding = finding
        gpus = finding.gpu.map { [$0] } ?? []
        evidence = [finding.evidence]
        since = finding.since
    }

    private func isSame(_ other: HealthFinding) -> Bool {
        let isSamePlace = other.gpu != nil ? !gpus.isEmpty : gpus.isEmpty && other.busID == finding.busID
        return isSamePlace && other.rule == finding.rule && other.title == finding.title
            && other.severity == finding.severity && other.action == finding.action
    }

    private mutating func add(_ other: HealthFinding) {
        if let gpu = other.gpu, !gpus.contains(gpu) { gpus.append(gpu) }
        if evidence != [other.evidence] { evidence.append(other.evidence) }
        since = [since, other.since].compactMap { $0 }.min()
    }
}

extension [MergedFinding] {
    /// Bytes of a usual answer.
    private static var roomy: Int { 7_900 }

    /// Those that fit into an answer of usual size beside `base` bytes, as JSON; one at least, and all where all was asked for.
    func fitting(beside base: Int, _ detail: Detail) -> [[UInt8]] {
        var left = Self.roomy - base
        var shown: [[UInt8]] = []
        for finding in self {
            var writer = JSONWriter()
            writer.object { $0.finding(finding, detail) }
            let bytes = writer.finish()
            left -= bytes.count + 1
            guard left >= 0 || detail == .full || shown.isEmpty else { break }
            shown.append(bytes)
        }
        return shown
    }
}

extension JSONWriter {
    /// Findings that were written before; what does not fit is counted.
    mutating func findings(_ shown: [[UInt8]], of count: Int) {
        array("findings") { writer in for bytes in shown { writer.raw(bytes) } }
        if count > shown.count { field("findings_left_out", count - shown.count) }
    }

    /// One finding.
    mutating func finding(_ merged: MergedFinding, _ detail: Detail) {
        let finding = merged.finding
        field("severity", finding.severity.rawValue)
        if merged.gpus.isEmpty {
            field("bus_id", finding.busID.map(String.init(describing:)))
        } else {
            array("gpus") { writer in for gpu in merged.gpus { writer.int(Int64(gpu)) } }
        }
        field("rule", finding.rule)
        field("title", finding.title)
        if finding.time != .level { field("time", finding.time.rawValue) }
        field("since", merged.since.map(WallClock.rfc3339))
        evidence(merged, detail)
        field("action", finding.action.rawValue)
        if finding.severity > .info || detail == .full { field("confirm", finding.confirm) }
    }

    private mutating func evidence(_ merged: MergedFinding, _ detail: Detail) {
        let limit = detail == .full ? merged.evidence.count : 2
        array("evidence") { writer in
            for pieces in merged.evidence.prefix(limit) {
                for piece in pieces { writer.object { $0.evidence(piece) } }
            }
        }
        if merged.evidence.count > limit { field("evidence_left_out", merged.evidence.count - limit) }
    }

    private mutating func evidence(_ piece: HealthEvidence) {
        field("reading", piece.reading)
        field("value", piece.value)
        field("threshold", piece.threshold)
        field("source", piece.source.rawValue)
    }
}

extension MergedFinding {
    static let schema = Schema.object(
        [
            ("severity", Schema.choice(Severity.allCases.map(\.rawValue))),
            ("gpus", Schema.array(Schema.integer(), "NVML indices")),
            ("bus_id", Schema.string("Of a GPU that NVML does not list, or of a switch")),
            ("rule", Schema.string()), ("title", Schema.string()),
            ("time", Schema.choice(["event", "history"], "Absent: it holds now. history makes nothing unhealthy")),
            ("since", Schema.string("RFC 3339")),
            (
                "evidence",
                Schema.array(
                    Schema.object(
                        Schema.properties(Schema.string(), "reading", "value", "threshold") + [
                            ("source", Schema.choice(["nvml", "pci", "proc", "kernel_log", "kubelet", "probe"]))
                        ], required: ["reading", "value", "source"]))
            ),
            ("evidence_left_out", Schema.integer("Of further GPUs")),
            ("action", Schema.choice(Action.allCases.map(\.rawValue))),
            ("confirm", Schema.string("What would confirm it, or what to do next")),
        ], required: ["severity", "rule", "title", "evidence", "action"])
}
