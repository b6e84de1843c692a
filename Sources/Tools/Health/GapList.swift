internal import Diagnosis
internal import JSON
internal import Snapshots

/// What could not be checked: each check once, with the GPUs that it is about.
struct GapList {
    struct Entry {
        let check: String
        let reason: Unavailable
        var readings: [String]
        /// Empty: the node.
        var gpus: [UInt32]
        var isOfAll: Bool
    }

    private(set) var entries: [Entry] = []

    init(_ gpus: [GPUVerdict], _ ofNode: [EvidenceGap]) {
        for gap in ofNode { add(gap, nil) }
        // Of a GPU that NVML lost there is a finding.
        let open = gpus.filter { $0.index != nil || $0.verdict == .unknown }
        for gpu in open { for gap in gpu.gaps where !ofNode.contains(gap) { add(gap, gpu.index) } }
        let listed = gpus.compactMap(\.index).count
        for index in entries.indices {
            entries[index].isOfAll = listed > 1 && entries[index].gpus.count == listed
        }
    }

    private mutating func add(_ gap: EvidenceGap, _ gpu: UInt32?) {
        guard let index = entries.firstIndex(where: { $0.check == gap.check && $0.reason == gap.reason }) else {
            entries.append(
                Entry(
                    check: gap.check, reason: gap.reason, readings: [gap.reading], gpus: gpu.map { [$0] } ?? [],
                    isOfAll: false))
            return
        }
        if !entries[index].readings.contains(gap.reading) { entries[index].readings.append(gap.reading) }
        if let gpu, !entries[index].gpus.contains(gpu) { entries[index].gpus.append(gpu) }
    }

    static let schema = Schema.array(
        Schema.object(
            [
                ("check", Schema.string()), ("reading", Schema.string()), ("more_readings", Schema.integer()),
                ("reason", Schema.string()),
                (
                    "gpus",
                    Schema.typed("array", "NVML indices; absent: the node or all GPUs", [("items", Schema.integer())])
                ),
            ], required: ["check", "reading", "reason"]),
        "Checks without evidence: nobody can say healthy because of them")
}

extension JSONWriter {
    /// Entries in one default answer.
    private static let gapLimit = 12

    mutating func gaps(_ list: GapList, _ detail: Detail) {
        guard !list.entries.isEmpty else { return }
        let limit = detail == .full ? list.entries.count : Self.gapLimit
        array("unchecked") { writer in
            for entry in list.entries.prefix(limit) { writer.object { $0.gap(entry) } }
        }
        if list.entries.count > limit { field("unchecked_left_out", list.entries.count - limit) }
    }

    private mutating func gap(_ entry: GapList.Entry) {
        field("check", entry.check)
        field("reading", entry.readings.first)
        if entry.readings.count > 1 { field("more_readings", entry.readings.count - 1) }
        field("reason", entry.reason.word)
        guard !entry.gpus.isEmpty, !entry.isOfAll else { return }
        array("gpus") { writer in for gpu in entry.gpus { writer.int(Int64(gpu)) } }
    }
}
