internal import Diagnosis
internal import JSON
internal import Snapshots

/// Groups of kernel log lines in the words of an answer.
struct FaultGroupFields {
    /// Bytes of a raw line in an answer.
    private static let lineLimit = 200

    let gpus: FaultGPUs
    let programs: FaultPrograms
    /// The groups that are in the answer or were left out of it for room only.
    let groups: [FaultGroup]

    func fields(_ group: FaultGroup) -> [Field] {
        var fields = head(group)
        func add(_ key: String, _ value: FieldValue?) {
            if let value { fields.append(Field(key: key, value: value)) }
        }
        let isFollower = group.rootID != nil
        add("cause", .text(group.cause.rawValue))
        if !isFollower {
            add("class", .text(group.faultClass.rawValue))
            add("meaning", .text(group.meaning))
        }
        add("action", .text(group.action.rawValue))
        add("why", .text(group.why.text))
        if !isFollower { add("look_next", Self.text(group.lookNext)) }
        add("processes", Self.list(group.processes.map { process($0, group) }))
        if group.hasMoreProcesses { add("more_processes", .flag(true)) }
        add("mig", Self.texts(group.instances.map(Self.mig)))
        add("nvlinks", Self.ints(links(group)))
        add("nvlink5", Self.list(group.nvlink5.map(Self.nvlink5)))
        add("root", group.rootID.map { .int(Int64($0)) })
        add("followers", Self.ints(groups.filter { $0.rootID == group.id }.map { Int64($0.id) }))
        add("same_time", Self.ints(group.companionIDs.map(Int64.init)))
        if !isFollower { add("related_xids", Self.ints(group.related.map(Int64.init))) }
        if group.isRecovered { add("recovered", .flag(true)) }
        if group.isDisputed { add("disputed", .flag(true)) }
        if group.isEarlierBoot { add("earlier_boot", .flag(true)) }
        if !isFollower { add("sources_disagree", Self.text(group.notes)) }
        add("line", .text(Self.line(group)))
        return fields
    }

    /// What also a line that a program wrote has.
    func head(_ group: FaultGroup) -> [Field] {
        var fields = [
            Field(key: "id", value: .int(Int64(group.id))), Field(key: "code", value: .text(group.code.label)),
            Field(key: "name", value: .text(group.name)),
        ]
        if let index = gpus[group.busID]?.index { fields.append(Field(key: "gpu", value: .uint(UInt64(index)))) }
        if let busID = group.busID { fields.append(Field(key: "bus_id", value: .text("\(busID)"))) }
        fields.append(Field(key: "severity", value: .text(group.severity.rawValue)))
        fields += Self.times(group)
        fields.append(Field(key: "count", value: .uint(group.count)))
        if group.bursts > 1 { fields.append(Field(key: "bursts", value: .int(Int64(group.bursts)))) }
        return fields
    }

    /// A program's line: what it says it is, and nothing that could be taken for a judgement.
    func injected(_ group: FaultGroup) -> [Field] {
        head(group).filter { !["id", "name", "severity"].contains($0.key) }
            + [Field(key: "line", value: .text(Self.line(group)))]
    }

    private static func times(_ group: FaultGroup) -> [Field] {
        guard let first = group.first.wallText else {
            guard let uptime = group.first.monotonicMicroseconds else { return [] }
            return [Field(key: "first_at_uptime_s", value: .thousandths(Int64(clamping: uptime / 1_000)))]
        }
        var fields = [Field(key: "first_at", value: .text(first))]
        if let last = group.last.wallText, group.count > 1 {
            fields.append(Field(key: "last_at", value: .text(last)))
        }
        return fields
    }

    private func process(_ process: FaultProcess, _ group: FaultGroup) -> [Field] {
        var fields: [Field] = []
        if let name = process.name { fields.append(Field(key: "name", value: .text(name))) }
        if !process.pids.isEmpty { fields.append(Field(key: "pids", value: .ints(process.pids.map(Int64.init)))) }
        if process.hasMorePids { fields.append(Field(key: "more_pids", value: .flag(true))) }
        let living = process.pids.compactMap { pid in
            programs.process(pid, named: process.name, before: group.first.utcMicroseconds)
        }
        if !living.isEmpty {
            fields.append(Field(key: "running_pids", value: .ints(living.map { Int64($0.process.pid) })))
        }
        let pods = Set(living.compactMap { $0.pod?.words }).sorted()
        if !pods.isEmpty { fields.append(Field(key: "pods", value: .texts(pods))) }
        return fields
    }

    private static func nvlink5(_ decoding: NVLink5Decoding) -> [Field] {
        let row = decoding.row
        var fields = [
            Field(key: "unit", value: .text(row.units.joined(separator: "/"))),
            Field(key: "subcode", value: .uint(UInt64(decoding.subcode))),
            Field(key: "severity", value: .text(row.severity.rawValue)),
            Field(key: "action", value: .text(row.action?.rawValue ?? "as the recovery action says")),
        ]
        if row.investigate != "NONE" { fields.append(Field(key: "investigate", value: .text(row.investigate))) }
        if !row.side.isEmpty { fields.append(Field(key: "side", value: .text(row.side))) }
        return fields
    }

    private func links(_ group: FaultGroup) -> [Int64] {
        let named = group.details.compactMap { detail -> UInt32? in
            switch detail {
            case .link(let link, _, _): link
            case .nvlink5(let line): line.link
            default: nil
            }
        }
        return Set(named + group.links).sorted().map(Int64.init)
    }

    private static func mig(_ instance: MIGInstance) -> String {
        "gi\(instance.gpuInstance)" + (instance.computeInstance.map { "/ci\($0)" } ?? "")
    }

    private static func line(_ group: FaultGroup) -> String {
        let line = group.firstLine
        guard line.utf8.count > lineLimit else { return line }
        var text = String(line.unicodeScalars.prefix(lineLimit - 3))
        while text.utf8.count > lineLimit - 3 { text.removeLast() }
        return text + "..."
    }

    private static func text(_ text: String) -> FieldValue? { text.isEmpty ? nil : .text(text) }
    private static func texts(_ texts: [String]) -> FieldValue? { texts.isEmpty ? nil : .texts(texts) }
    private static func ints(_ ints: [Int64]) -> FieldValue? { ints.isEmpty ? nil : .ints(ints) }
    private static func list(_ list: [[Field]]) -> FieldValue? { list.isEmpty ? nil : .objects(list) }
}

extension PodIdentity {
    /// `namespace/name (container)`, or the uid where the name is not known.
    fileprivate var words: String? {
        guard let name else { return uid }
        return "\(namespace ?? "?")/\(name)" + (container.map { " (\($0))" } ?? "")
    }
}
