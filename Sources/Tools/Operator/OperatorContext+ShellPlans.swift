internal import Audit
internal import EventLoop
internal import JSON
internal import Snapshots

extension OperatorContext {
    /// Takes a plan for its id, so that nobody can confirm it again: one of this process, or for a call from the command line one that
    /// an earlier call has left in the audit log.
    func take(_ id: String, tool: String, arguments: JSONObject) async throws(PlanFault) -> PendingPlan {
        do throws(PlanFault) {
            return try plans.take(id, tool: tool, arguments: arguments, isAsked: false)
        } catch {
            guard isShell, error == .unknown else { throw error }
        }
        guard let history = try? await history(), let found = history.plan(id), let plan = PendingPlan(found) else {
            throw .unknown
        }
        if history.isSettled(id) { throw .used }
        guard WallClock.microseconds <= plan.expiresAtMicroseconds else { throw .expired }
        guard !plan.isAsked else { throw .asked }
        guard plan.tool == tool, plan.arguments == PlanStore.digest(arguments) else { throw .otherCall }
        return plan
    }

    /// Of two calls that found the same plan in the log at the same time, only one may go on.
    func requireFirst(_ receipt: AuditReceipt, for id: String) async throws(PlanFault) {
        guard isShell, let history = try? await history() else { return }
        let first = history.records.first { $0.kind == .confirmation && $0.planID == id }
        if first?.sequence != receipt.sequence { throw .used }
    }
}

extension PendingPlan {
    /// What the audit log keeps of a plan, beside how it was shown.
    func detail(of fields: [Field]) -> JSONObject {
        [
            "asked": .bool(isAsked),
            "arguments_sha256": .string(arguments.map(PlanStore.hexadecimal).joined()),
            "facts_sha256": .string(facts.map(PlanStore.hexadecimal).joined()),
            "expires_at_us": .int(expiresAtMicroseconds),
            "plan": .object(JSONObject(fields: fields)),
        ]
    }

    /// Reads that back.
    init?(_ record: AuditRecord) {
        func bytes(_ key: String) -> [UInt8]? {
            guard let text = record.detail[key]?.stringValue, text.utf8.count == 64 else { return nil }
            let digits = Array(text.utf8).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == 64 else { return nil }
            return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
        guard let id = record.planID, let tool = record.tool, let arguments = bytes("arguments_sha256"),
            let facts = bytes("facts_sha256"), let expires = record.detail["expires_at_us"]?.intValue
        else { return nil }
        self.init(
            id: id, tool: tool, arguments: arguments, facts: facts, question: "",
            isAsked: record.detail["asked"]?.boolValue ?? false, expires: .now,
            expiresAtMicroseconds: expires)
    }
}
