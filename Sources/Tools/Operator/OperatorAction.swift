internal import JSON
internal import Operations
internal import Snapshots

/// One kind of change to a node. ``OperatorProcedure`` leads it through plan, confirmation, action, verification and record;
/// an implementation does only what is special to it.
protocol OperatorAction: Sendable {
    associatedtype Plan: OperatorPlan

    /// The tool's name.
    static var tool: String { get }

    /// True where it may be broken off when the call is cancelled or the agent is asked to end; its task is cancelled then.
    /// False where half of it would be worse than all: the agent then stays until it is done.
    static var isInterruptible: Bool { get }

    /// What it has to itself beside its targets, in the agent's own names: no two actions that share one run at once.
    static var exclusions: [String] { get }

    /// Finds out what exactly would happen. It has no side effects, and is called again right before ``act(on:_:)``.
    ///
    /// - Parameter arguments: checked against the tool's schema, without `confirm`.
    /// - Throws: where an argument is wrong or nothing can be read.
    func plan(_ arguments: JSONObject) async throws(ToolFailure) -> Plan

    /// Does it. Each step is announced to the journal before it is done, which records it; where the journal throws, the step
    /// must not be done.
    func act(on plan: Plan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult

    /// Reads back what is different now. Also called after an action that stopped half way.
    ///
    /// - Parameter result: nil where the action stopped with an error.
    func verify(_ plan: Plan, after result: ActionResult?) async -> Verification
}

extension OperatorAction {
    static var isInterruptible: Bool { true }
    static var exclusions: [String] { [] }
}

/// What exactly would happen.
protocol OperatorPlan: Sendable {
    /// What it was made from.
    var snapshot: NodeSnapshot { get }
    /// What it is done to, as ``AuditEvent/targets`` names things.
    var targets: [String] { get }
    /// Everything that a confirmation is given for: process and start time, UUID, clients. If any of it is different when the
    /// action is to begin, the confirmation is void. Nothing that changes by itself, such as memory in use.
    var facts: JSONObject { get }
    /// How answers show it.
    var fields: [Field] { get }
    /// What stands against it; with any, nothing is asked and nothing done.
    var refusals: [Refusal] { get }
    /// One or two sentences: what would happen, to what.
    var summary: String { get }
    /// What the person is asked: what would happen and what else is affected, in a few short lines.
    var question: String { get }
}

/// How an action ended.
struct ActionResult: Sendable {
    enum Outcome: String, Sendable {
        /// What was planned has happened.
        case done
        /// Some of it has happened.
        case partly
        /// It was tried and has not helped.
        case failed
        /// There was nothing to do any more.
        case notNeeded = "not_needed"
    }

    var outcome: Outcome
    /// One or two sentences.
    var summary: String
    var fields: [Field] = []
    /// What to do now, most useful first.
    var next: [String] = []
}

/// What was read back.
struct Verification: Sendable {
    /// The same things before and after, under the same keys.
    var before: [Field] = []
    var after: [Field] = []
    /// False where it shows something else than the action said.
    var isAsExpected = true
    /// What was found, if that is not as expected, or could not be read.
    var remark: String?
}

/// Why an action stopped before its end.
struct ActionStop: Error, Sendable {
    /// A fixed word: `audit_not_written`, `interrupted`, or one of the action's own.
    var reason: String
    var message: String
    var remedy: String

    init(_ reason: String, message: String, remedy: String) {
        self.reason = reason
        self.message = message
        self.remedy = remedy
    }

    static let interrupted = ActionStop(
        "interrupted", message: "The call was cancelled, or the agent was asked to end.",
        remedy: "Call again for a new plan; it shows how things are now.")

    static let closing = ActionStop(
        "pod_is_closing", message: "The agent's pod is closing, which would interrupt it halfway.",
        remedy: "Open a new session and call again for a new plan.")
}
