internal import Diagnosis
internal import JSON
internal import Snapshots

/// What does not fit together, in the words of an answer.
enum FindingFields {
    /// How many an answer has where not everything is asked for.
    static let limit = 4

    /// The gravest ones, as members of the answer; nothing where there are none.
    static func fields(_ findings: [AttributionFinding], _ detail: Detail) -> [Field] {
        guard !findings.isEmpty else { return [] }
        let shown = detail == .full ? findings[...] : findings.prefix(limit)
        var fields = [Field(key: "findings", value: .objects(shown.map(object)))]
        if shown.count < findings.count {
            fields.append(Field(key: "findings_omitted", value: .int(Int64(findings.count - shown.count))))
        }
        return fields
    }

    private static func object(_ finding: AttributionFinding) -> [Field] {
        var fields = [
            Field(key: "kind", value: .text(finding.kind.rawValue)),
            Field(key: "severity", value: .text(finding.severity.rawValue)),
            Field(key: "action", value: .text(finding.action.rawValue)),
        ]
        if let gpu = finding.gpuIndex { fields.append(Field(key: "gpu", value: .uint(UInt64(gpu)))) }
        if let pid = finding.pid { fields.append(Field(key: "pid", value: .int(Int64(pid)))) }
        fields.append(Field(key: "message", value: .text(finding.message)))
        fields.append(Field(key: "remedy", value: .text(finding.remedy)))
        return fields
    }

    static let schema: [(String, JSONValue)] = [
        (
            "findings",
            Schema.array(
                Schema.object(
                    [
                        ("kind", Schema.choice(AttributionFinding.Kind.allCases.map(\.rawValue))),
                        ("severity", Schema.choice(Severity.allCases.map(\.rawValue))), ("action", Schema.string()),
                        ("gpu", Schema.integer()), ("pid", Schema.integer()), ("message", Schema.string()),
                        ("remedy", Schema.string()),
                    ], required: ["kind", "severity", "action", "message", "remedy"]),
                "What does not fit together, the gravest first")
        ),
        ("findings_omitted", Schema.integer("More findings; call again with detail=full")),
    ]

    /// ` 2 findings, first: ...`; empty without any.
    static func sentence(_ findings: [AttributionFinding]) -> String {
        guard let first = findings.first else { return "" }
        return findings.count == 1 ? " \(first.message)" : " \(findings.count) findings, the first: \(first.message)"
    }
}
