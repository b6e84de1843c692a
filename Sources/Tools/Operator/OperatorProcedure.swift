internal import Audit
internal import EventLoop
internal import JSON
internal import MCP
internal import Operations
internal import Snapshots

/// Plan, confirm, act, verify, record: the way of every change to a node.
///
/// Nothing is done without a yes to the very plan that is then carried out; when in doubt, nothing is done.
struct OperatorProcedure<Action: OperatorAction>: Sendable {
    let action: Action
    let context: ToolContext
    let operation: OperatorContext

    /// The argument by which a plan is confirmed where the client cannot ask its user.
    static var confirmArgument: String { "confirm" }

    /// Leads one call through.
    func answer(_ call: ToolCall) async throws -> ToolResult {
        let record = AuditedCall(operation, call, tool: Action.tool)
        var arguments = call.arguments
        arguments[Self.confirmArgument] = nil
        let confirmation = call.arguments[Self.confirmArgument]?.stringValue
        do {
            if let confirmation {
                return try await confirmed(byID: confirmation, arguments, call, record)
            }
            return try await asked(arguments, call, record)
        } catch let stop as ProcedureStop<Action.Plan> {
            return stop.result(context, operation)
        } catch let failure as ToolFailure {
            return failure.result
        } catch let error as AuditError {
            return ToolFailure(
                message: "Nothing was done, since it could not be recorded. \(error.message) \(error.remedy)"
            ).result
        }
    }

    // MARK: The two ways to a confirmation

    /// The client asks its user; where it cannot, the plan is all of the answer.
    private func asked(_ arguments: JSONObject, _ call: ToolCall, _ record: AuditedCall) async throws -> ToolResult {
        // Where each request stands alone, this runs once more with the user's answer, and the plan is the same one.
        let kept = try await call.step("plan") { .string(try await issue(arguments, call, record).id) }
        let id = kept.stringValue ?? ""
        let plan = try await stopping(id, record) { () throws(PlanFault) in try operation.plans.pending(id) }
        // The plan's id is in the question's name, so that nobody can say yes before there was a plan.
        let answer: InputAnswer
        do throws(CallError) {
            answer = try await call.ask("confirm_\(id)", .confirmation(plan.question, label: "Yes, do this"))
        } catch {
            if !error.asksClient {
                _ = try? operation.plans.take(id, tool: Action.tool, arguments: arguments, isAsked: true)
                try await record.write(.confirmation, planID: id, outcome: "not_answered")
            }
            throw error
        }
        let settled = try await stopping(id, record) { () throws(PlanFault) in
            try operation.plans.take(id, tool: Action.tool, arguments: arguments, isAsked: true)
        }
        guard answer.isConfirmed else {
            let outcome: OperatorAnswer.Outcome = answer.action == .cancel ? .cancelled : .declined
            try await record.write(.confirmation, planID: id, outcome: outcome.rawValue)
            throw ProcedureStop<Action.Plan>(outcome)
        }
        try await record.write(.confirmation, planID: id, outcome: "accepted", detail: ["by": "elicitation"])
        return try await carryOut(settled, arguments, call, record)
    }

    /// The caller brings the plan's id, having shown the plan to whoever decides.
    private func confirmed(
        byID id: String, _ arguments: JSONObject, _ call: ToolCall, _ record: AuditedCall
    ) async throws -> ToolResult {
        // A model could confirm by itself what its user has never seen.
        guard !call.context.canAsk(.elicitation) else {
            try await refuse(id, .confirmNotAccepted, record)
        }
        let plan = try await stopping(id, record) { () async throws(PlanFault) in
            try await operation.take(id, tool: Action.tool, arguments: arguments)
        }
        let receipt = try await record.write(.confirmation, planID: id, outcome: "accepted", detail: ["by": "plan_id"])
        try await stopping(id, record) { () async throws(PlanFault) in
            try await operation.requireFirst(receipt, for: id)
        }
        return try await carryOut(plan, arguments, call, record)
    }

    private func stopping<Value>(
        _ id: String, _ record: AuditedCall, _ body: () async throws(PlanFault) -> Value
    ) async throws -> Value {
        do throws(PlanFault) { return try await body() } catch {
            try await refuse(id, Refusal(error.rawValue, message: error.message, remedy: PlanFault.remedy), record)
        }
    }

    /// Records a confirmation that confirms nothing. The id is what the caller says, and may be another call's: the entry is
    /// not one of that plan.
    private func refuse(_ id: String, _ refusal: Refusal, _ record: AuditedCall) async throws -> Never {
        var detail = [refusal].detail
        detail["confirm"] = .string(String(id.unicodeScalars.prefix(64)))
        try await record.write(.refusal, outcome: "not_confirmed", detail: detail)
        throw ProcedureStop<Action.Plan>(refusal: refusal)
    }

    // MARK: Plan

    /// Makes a plan and records it.
    ///
    /// - Throws: ``ProcedureStop`` where something stands against it, or where nobody can be asked and the plan is the answer.
    private func issue(_ arguments: JSONObject, _ call: ToolCall, _ record: AuditedCall) async throws -> PendingPlan {
        let plan = try await action.plan(arguments)
        let earlier = try await operation.earlierActions(on: plan.targets)
        let refusals = plan.refusals + earlier.filter(\.isRunning).map(\.refusal)
        guard refusals.isEmpty else {
            try await record.write(.refusal, targets: plan.targets, outcome: "refused", detail: refusals.detail)
            throw ProcedureStop(.refused, plan: plan, refusals: refusals, earlier: earlier)
        }
        let pending = operation.plans.issue(
            tool: Action.tool, arguments: arguments, plan: plan, earlier: earlier,
            isAsked: call.context.canAsk(.elicitation))
        try await record.write(
            .plan, planID: pending.id, targets: plan.targets, detail: pending.detail(of: plan.fields))
        guard call.context.canAsk(.elicitation) else {
            throw ProcedureStop(.confirmationRequired, plan: plan, earlier: earlier, pending: pending)
        }
        return pending
    }

    // MARK: Act, verify

    /// Reads the facts again and does what was confirmed, if they are still the same.
    private func carryOut(
        _ confirmed: PendingPlan, _ arguments: JSONObject, _ call: ToolCall, _ record: AuditedCall
    ) async throws -> ToolResult {
        let plan: Action.Plan
        do throws(ToolFailure) { plan = try await action.plan(arguments) } catch {
            let outcome = Task.isCancelled ? ActionStop.interrupted.reason : "not_readable"
            try await record.write(.refusal, planID: confirmed.id, outcome: outcome)
            throw error
        }
        // What another action does to the node meanwhile is no reason of its own.
        let isBusy = operation.running.isBusy(plan.targets + Action.exclusions)
        let refusals = isBusy ? [.otherActionRunning] : plan.refusals
        guard refusals.isEmpty else {
            try await record.write(
                .refusal, planID: confirmed.id, targets: plan.targets, outcome: "refused", detail: refusals.detail)
            throw ProcedureStop(.refused, plan: plan, refusals: refusals)
        }
        guard PlanStore.facts(plan.facts, areThoseOf: confirmed) else {
            return try await replan(confirmed, plan, arguments, call, record)
        }
        // Who cancels until now has nothing done, also what could not be broken off once it has begun.
        guard !Task.isCancelled else {
            try await record.write(
                .refusal, planID: confirmed.id, targets: plan.targets, outcome: ActionStop.interrupted.reason)
            throw ProcedureStop(.refused, plan: plan, refusals: [.interrupted])
        }
        let isFree = operation.running.begin(
            confirmed.id, plan.targets + Action.exclusions, isInterruptible: Action.isInterruptible)
        guard isFree else {
            try await record.write(.refusal, planID: confirmed.id, targets: plan.targets, outcome: "refused")
            throw ProcedureStop(.refused, plan: plan, refusals: [.otherActionRunning])
        }
        let execution = OperatorExecution(
            action: action, plan: plan, planID: confirmed.id, record: record, operation: operation)
        let report = await execution.run(on: context.loop, for: call)
        var answer = OperatorAnswer(report.outcome, context, plan.snapshot)
        answer.take(report, plan)
        return answer.result
    }

    /// The facts have changed since the confirmation: nothing is done, and the new plan is shown.
    private func replan(
        _ confirmed: PendingPlan, _ plan: Action.Plan, _ arguments: JSONObject, _ call: ToolCall,
        _ record: AuditedCall
    ) async throws -> ToolResult {
        try await record.write(.refusal, planID: confirmed.id, targets: plan.targets, outcome: "plan_changed")
        guard !call.context.canAsk(.elicitation) else { throw ProcedureStop(.planChanged, plan: plan) }
        let pending = operation.plans.issue(
            tool: Action.tool, arguments: arguments, plan: plan, earlier: [], isAsked: false)
        try await record.write(
            .plan, planID: pending.id, targets: plan.targets, detail: pending.detail(of: plan.fields))
        throw ProcedureStop(.planChanged, plan: plan, pending: pending)
    }
}

/// The end of a call before anything was done.
struct ProcedureStop<Plan: OperatorPlan>: Error {
    let outcome: OperatorAnswer.Outcome
    var plan: Plan?
    var refusals: [Refusal] = []
    var earlier: [EarlierAction] = []
    var pending: PendingPlan?

    init(
        _ outcome: OperatorAnswer.Outcome, plan: Plan? = nil, refusals: [Refusal] = [], earlier: [EarlierAction] = [],
        pending: PendingPlan? = nil
    ) {
        self.outcome = outcome
        self.plan = plan
        self.refusals = refusals
        self.earlier = earlier
        self.pending = pending
    }

    init(refusal: Refusal) { self.init(.refused, refusals: [refusal]) }

    func result(_ context: ToolContext, _ operation: OperatorContext) -> ToolResult {
        var answer = OperatorAnswer(outcome, context, plan?.snapshot ?? NodeSnapshot(now: WallClock.microseconds))
        answer.plan = plan?.fields ?? []
        answer.planSummary = plan?.summary
        answer.refusals = refusals
        answer.earlier = earlier
        answer.pending = pending
        return answer.result
    }
}

extension NodeSnapshot {
    /// Of a node that was not looked at.
    fileprivate init(now microseconds: Int64) {
        self.init()
        collectedAtMicroseconds = microseconds
    }
}

extension Refusal {
    static let otherActionRunning = Refusal(
        "action_in_progress",
        message:
            "Another action on the same thing, or another reset on this node, is in progress, or the agent is about to end.",
        remedy: "Wait for its answer, then call again for a new plan.")

    static let confirmNotAccepted = Refusal(
        "confirm_not_accepted",
        message: "This client can ask its user, so a confirmation comes from there and not by an argument.",
        remedy: "Call again without confirm; the user will be asked.")

    static let interrupted = Refusal(
        ActionStop.interrupted.reason, message: ActionStop.interrupted.message, remedy: ActionStop.interrupted.remedy)
}

extension [Refusal] {
    /// How many an answer and the audit log have: anybody on the node can make the list long.
    static var limit: Int { 64 }

    /// As the audit log has them.
    var detail: JSONObject {
        let refusals = prefix(Self.limit).map { refusal -> JSONValue in
            var object = JSONObject([("reason", .string(refusal.reason))])
            if let subject = refusal.subject { object.append("subject", .string(subject)) }
            return .object(object)
        }
        var detail: JSONObject = ["refusals": .array(refusals)]
        if count > Self.limit { detail["refusals_left_out"] = .int(Int64(count - Self.limit)) }
        return detail
    }
}
