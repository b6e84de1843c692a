internal import Audit
internal import EventLoop
internal import JSON
internal import MCP
internal import Synchronization

/// Does what was confirmed, reads back, and records both.
struct OperatorExecution<Action: OperatorAction>: Sendable {
    let action: Action
    let plan: Action.Plan
    let planID: String
    let record: AuditedCall
    let operation: OperatorContext

    private var running: RunningActions { operation.running }

    /// What came of an action.
    struct Report: Sendable {
        var outcome: OperatorAnswer.Outcome
        var result: ActionResult?
        var stop: ActionStop?
        var verification: Verification?
        var steps: [ActionJournal.Step] = []
        /// Identifies the result's entry; nil where it could not be written.
        var receipt: AuditReceipt?
        /// Why the result could not be recorded.
        var recordFailure: AuditError?
    }

    /// The action runs in a task of its own: one that must not be broken off goes on when the call is cancelled.
    func run(on loop: EventLoop, for call: ToolCall) async -> Report {
        let report = Mutex<Report?>(nil)
        let task = Task(executorPreference: loop) {
            let done = Action.isInterruptible ? await perform(call) : await performAnnounced(call)
            report.withLock { $0 = done }
            running.end(planID)
        }
        running.set(task, for: planID)
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            if Action.isInterruptible { task.cancel() }
        }
        return report.withLock { $0 } ?? Report(outcome: .notDone, stop: .interrupted)
    }

    private func performAnnounced(_ call: ToolCall) async -> Report {
        guard operation.announce(true) else {
            _ = try? await record.write(
                .refusal, planID: planID, targets: plan.targets, outcome: ActionStop.closing.reason)
            return Report(outcome: .notDone, stop: .closing)
        }
        let report = await perform(call)
        _ = operation.announce(false)
        return report
    }

    private func perform(_ call: ToolCall) async -> Report {
        do throws(AuditError) {
            let detail = JSONObject(fields: plan.fields)
            try await record.write(.action, planID: planID, targets: plan.targets, outcome: "begins", detail: detail)
        } catch {
            let stop = ActionStop("audit_not_written", message: error.message, remedy: error.remedy)
            return Report(outcome: .notDone, stop: stop)
        }
        let journal = ActionJournal(record, planID: planID, targets: plan.targets, call: call)
        var report = Report(outcome: .notDone)
        do throws(ActionStop) {
            let result = try await action.act(on: plan, journal)
            report.result = result
            report.outcome = OperatorAnswer.Outcome(result.outcome)
        } catch {
            report.stop = error
            report.outcome = journal.steps.isEmpty ? .notDone : .stopped
        }
        report.verification = await action.verify(plan, after: report.result)
        if report.outcome == .done, report.verification?.isAsExpected == false { report.outcome = .partly }
        report.steps = journal.steps
        await close(&report)
        return report
    }

    private func close(_ report: inout Report) async {
        var detail = JSONObject(fields: report.result?.fields ?? [])
        if let stop = report.stop { detail["stopped"] = .string(stop.reason) }
        if let verification = report.verification {
            detail["before"] = .object(JSONObject(fields: verification.before))
            detail["after"] = .object(JSONObject(fields: verification.after))
            detail["as_expected"] = .bool(verification.isAsExpected)
        }
        do throws(AuditError) {
            report.receipt = try await record.write(
                .result, planID: planID, targets: plan.targets, outcome: report.outcome.rawValue, detail: detail)
        } catch {
            report.recordFailure = error
        }
    }
}

extension JSONObject {
    /// Fields of an answer as a value.
    init(fields: [Field]) {
        var writer = JSONWriter()
        writer.object { $0.write(fields) }
        self = (try? JSONParser.parse(writer.finish()).objectValue) ?? [:]
    }
}
