internal import Audit
internal import JSON
internal import MCP
internal import Snapshots
internal import Synchronization

/// The record of one action, step by step.
final class ActionJournal: Sendable {
    /// A step that was begun.
    struct Step: Sendable {
        let name: String
        /// Microseconds since 1970.
        let beganAt: Int64
    }

    private let record: AuditedCall
    private let planID: String
    private let targets: [String]
    private let call: ToolCall
    private let state = Mutex<[Step]>([])

    init(_ record: AuditedCall, planID: String, targets: [String], call: ToolCall) {
        self.record = record
        self.planID = planID
        self.targets = targets
        self.call = call
    }

    /// The steps that were begun, in order.
    var steps: [Step] { state.withLock { $0 } }

    /// Announces a step: it is recorded, and whoever listens to progress hears of it. To be called right before the step is
    /// done.
    ///
    /// - Parameters:
    ///   - name: a fixed word, for example `send_term`.
    ///   - message: what is being done, for a person.
    /// - Throws: where it cannot be recorded, and then the step must not be done.
    func begin(_ name: String, _ message: String, detail: JSONObject = [:]) async throws(ActionStop) {
        do throws(AuditError) {
            try await record.write(.step, planID: planID, targets: targets, step: name, detail: detail)
        } catch {
            throw ActionStop("audit_not_written", message: error.message, remedy: error.remedy)
        }
        let count = state.withLock { steps in
            steps.append(Step(name: name, beganAt: WallClock.microseconds))
            return steps.count
        }
        call.progress(Double(count), message: message)
    }

    /// Tells whoever listens that a step goes on; nothing is recorded.
    ///
    /// - Parameter fraction: how much of the step is done, 0 to less than 1; values must not fall within a step.
    func progress(_ fraction: Double, _ message: String) {
        let count = state.withLock { $0.count }
        call.progress(Double(count) + min(max(fraction, 0), 0.999), message: message)
    }
}

/// Writes the audit entries of one call.
struct AuditedCall: Sendable {
    let log: AuditLog
    let thread: AuditThread
    let actor: AuditActor
    let tool: String

    init(_ operation: OperatorContext, _ call: ToolCall, tool: String) {
        log = operation.audit
        thread = operation.auditThread
        actor = AuditActor(
            clientName: call.session.clientName, clientVersion: call.session.clientVersion,
            channel: operation.isShell ? "shell" : "mcp \(call.session.revision.rawValue)")
        self.tool = tool
    }

    @discardableResult
    func write(
        _ kind: AuditEvent.Kind, planID: String? = nil, targets: [String] = [], outcome: String? = nil,
        step: String? = nil, detail: JSONObject = [:]
    ) async throws(AuditError) -> AuditReceipt {
        let event = AuditEvent(
            kind, tool: tool, planID: planID, targets: targets, outcome: outcome, step: step, detail: detail)
        let (log, actor) = (log, actor)
        return try await thread.run { () throws(AuditError) in try log.append(event, actor) }
    }
}
