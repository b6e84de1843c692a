internal import Audit
internal import JSON
internal import MCP
internal import Operations
internal import Snapshots

/// What a tool that changes a node answers, before it is encoded.
struct OperatorAnswer {
    /// How the call ended.
    enum Outcome: String, CaseIterable {
        /// The plan waits for its confirmation.
        case confirmationRequired = "confirmation_required"
        /// Something stands against it.
        case refused
        /// The person said no, or sent the form off without a yes.
        case declined
        /// The person closed the question.
        case cancelled
        /// Since the confirmation something has changed; the plan shown is the new one.
        case planChanged = "plan_changed"
        /// The confirmed action could not begin.
        case notDone = "not_done"
        /// It stopped after one or more steps.
        case stopped
        case done
        case partly
        case failed
        case notNeeded = "not_needed"

        init(_ outcome: ActionResult.Outcome) {
            self =
                switch outcome {
                case .done: .done
                case .partly: .partly
                case .failed: .failed
                case .notNeeded: .notNeeded
                }
        }

        /// The word that all answers begin with.
        fileprivate var status: String {
            switch self {
            case .confirmationRequired, .declined, .cancelled, .done, .notNeeded: "success"
            case .partly: "partial"
            case .refused, .planChanged, .notDone, .stopped, .failed: "error"
            }
        }

        /// Whether anything may have been changed.
        fileprivate var hasActed: Bool {
            switch self {
            case .stopped, .done, .partly, .failed: true
            default: false
            }
        }
    }

    let outcome: Outcome
    let context: ToolContext
    let snapshot: NodeSnapshot
    var plan: [Field] = []
    var planSummary: String?
    var refusals: [Refusal] = []
    var earlier: [EarlierAction] = []
    var pending: PendingPlan?
    private var report: (summary: String, fields: [Field], next: [String])?
    private var verification: Verification?
    private var steps: [ActionJournal.Step] = []
    private var receipt: AuditReceipt?
    private var recordFailure: AuditError?

    init(_ outcome: Outcome, _ context: ToolContext, _ snapshot: NodeSnapshot) {
        self.outcome = outcome
        self.context = context
        self.snapshot = snapshot
    }

    /// Takes over what came of an action.
    mutating func take<Action>(_ report: OperatorExecution<Action>.Report, _ plan: some OperatorPlan) {
        planSummary = plan.summary
        self.plan = plan.fields
        if let result = report.result { self.report = (result.summary, result.fields, result.next) }
        if let stop = report.stop {
            refusals = [Refusal(stop.reason, message: stop.message, remedy: stop.remedy)]
        }
        verification = report.verification
        steps = report.steps
        receipt = report.receipt
        recordFailure = report.recordFailure
    }

    /// Without the change that was asked for it is an error. Its text has the same form.
    var result: ToolResult { .structured(bytes: encoded(), isError: outcome.status == "error") }

    private func encoded() -> [UInt8] {
        var writer = JSONWriter(reserving: 2_048)
        writer.object { writer in
            writer.head(status: outcome.status, context, snapshot, summary: summary)
            writer.field("outcome", outcome.rawValue)
            writer.field("acted", outcome.hasActed)
            writer.field("plan_id", pending?.id)
            writer.field("expires_at", pending.map { WallClock.rfc3339($0.expiresAtMicroseconds) })
            if !plan.isEmpty { writer.object("plan") { $0.write(plan) } }
            write(Array(refusals.prefix([Refusal].limit)), to: &writer)
            if !earlier.isEmpty {
                writer.array("earlier_actions") { w in for one in earlier { w.object { $0.write(one.fields) } } }
            }
            writeReport(&writer)
            if !next.isEmpty { writer.array("next") { writer in for line in next { writer.string(line) } } }
        }
        return writer.finish()
    }

    private func write(_ refusals: [Refusal], to writer: inout JSONWriter) {
        guard !refusals.isEmpty else { return }
        writer.array("refusals") { writer in
            for refusal in refusals {
                writer.object { writer in
                    writer.field("reason", refusal.reason)
                    writer.field("subject", refusal.subject)
                    writer.field("message", refusal.message)
                    writer.field("remedy", refusal.remedy)
                }
            }
        }
    }

    private func writeReport(_ writer: inout JSONWriter) {
        if !steps.isEmpty {
            writer.array("steps") { writer in
                for step in steps {
                    writer.object { writer in
                        writer.field("step", step.name)
                        writer.field("began_at", WallClock.rfc3339(step.beganAt))
                    }
                }
            }
        }
        if let report, !report.fields.isEmpty { writer.object("result") { $0.write(report.fields) } }
        if let verification {
            writer.object("before") { $0.write(verification.before) }
            writer.object("after") { $0.write(verification.after) }
            writer.field("as_expected", verification.isAsExpected)
        }
        if let receipt {
            writer.object("audit") { writer in
                writer.field("sequence", receipt.sequence)
                writer.field("sha256", receipt.digest)
            }
        }
    }
}

extension OperatorAnswer {
    private var summary: String {
        let earlierWords = earlier.filter { !$0.isRunning }.map { " " + $0.sentence }.joined()
        let words =
            switch outcome {
            case .confirmationRequired:
                "Nothing has been done yet. \(planSummary ?? "") Show the plan to the person who decides."
            case .refused: "Nothing was done. " + refusalSentence
            case .declined: "Nothing was done: the person did not agree."
            case .cancelled: "Nothing was done: the question was closed without a decision."
            case .planChanged:
                "Nothing was done: since the confirmation something has changed. Now: \(planSummary ?? "")"
            case .notDone: "Nothing was done. " + refusalSentence
            case .stopped: "It stopped partway. " + refusalSentence
            case .done, .partly, .failed, .notNeeded: report?.summary ?? ""
            }
        let remark = verification?.remark.map { " \($0)" } ?? ""
        let lost = recordFailure.map { " The result could not be recorded: \($0.message)" } ?? ""
        return words + earlierWords + remark + lost
    }

    private var refusalSentence: String {
        guard let first = refusals.first else { return "" }
        let subject = first.subject.map { "\($0): " } ?? ""
        let more = refusals.count > 1 ? " (and \(refusals.count - 1) more, see refusals)" : ""
        return "\(subject)\(first.message) \(first.remedy)\(more)"
    }

    private var next: [String] {
        if let report { return report.next }
        switch outcome {
        case .confirmationRequired, .planChanged:
            guard let pending else { return ["Call again for a new plan."] }
            return [
                "After the person has agreed to this plan: call again with the same arguments and confirm=\(pending.id)."
            ]
        case .declined, .cancelled: return ["Do not call again unless the person asks for it."]
        case .refused, .notDone, .stopped: return refusals.map(\.remedy)
        default: return []
        }
    }
}
