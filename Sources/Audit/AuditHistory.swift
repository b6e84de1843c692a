/// What the entries of an audit log tell about earlier actions.
package struct AuditHistory: Sendable {
    /// In the order in which they were written.
    package let records: [AuditRecord]

    package init(_ records: [AuditRecord]) { self.records = records }

    /// Lines that are no records are left out; ``AuditVerification`` is who complains about them.
    init(lines bytes: [UInt8]) {
        records = bytes.split(separator: UInt8(ascii: "\n")).compactMap { AuditRecord(line: $0) }
    }

    /// The actions on any of these targets that began and have no result: their agent was killed, or still works.
    package func unfinished(on targets: [String]) -> [UnfinishedAction] {
        let wanted = Set(targets)
        var open: [String: UnfinishedAction] = [:]
        for record in records {
            guard let plan = record.planID else { continue }
            switch record.kind {
            case .action where !wanted.isDisjoint(with: record.targets): open[plan] = UnfinishedAction(record)
            case .step: open[plan]?.steps += record.step.map { [$0] } ?? []
            case .result:
                // What was read back then tells how things are, whatever came of earlier actions.
                let settled = Set(record.targets)
                open = open.filter { $0.key != plan && settled.isDisjoint(with: $0.value.began.targets) }
            default: break
            }
        }
        return open.values.sorted { $0.began.sequence < $1.began.sequence }
    }

    /// The entry of a plan; nil where there is none.
    package func plan(_ id: String) -> AuditRecord? { records.last { $0.kind == .plan && $0.planID == id } }

    /// Whether somebody has said yes or no to a plan, or it has been acted on.
    package func isSettled(_ id: String) -> Bool {
        records.contains { $0.planID == id && [.confirmation, .action, .refusal, .result].contains($0.kind) }
    }
}

/// An action that began and of which no result was recorded.
package struct UnfinishedAction: Sendable, Equatable {
    package let began: AuditRecord
    /// The steps that were begun, in order.
    package fileprivate(set) var steps: [String] = []

    init(_ began: AuditRecord) { self.began = began }
}
