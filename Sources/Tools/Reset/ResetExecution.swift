internal import EventLoop
internal import JSON
internal import MCP
internal import Operations
internal import Probe
internal import Snapshots

/// Does a confirmed reset: keeps evidence, goes through the steps, and watches until the GPU is well or the time is up.
struct ResetExecution: Sendable {
    let node: ResetNode
    let plan: ResetGPUPlan
    let journal: ActionJournal

    private var target: ResetTarget { plan.reset.facts.gpu }

    func run() async throws(ActionStop) -> ActionResult {
        let during = await KernelWatch(node, target)
        try await journal.begin(
            "save_evidence", "saving what the reset would wipe out",
            detail: JSONObject(fields: plan.evidence.with(kernelLog: during.earlier)))
        let ticker = ticker()
        let run = await procedure().run()
        ticker.cancel()
        let isUntouched = run.failure?.state == .untouched
        // The kernel may take the GPU off the bus for good, and then others have its index.
        let mayMoveOthers = plan.reset.order.path == .kernel
        node.context.probe.openDriver { !isUntouched && (mayMoveOthers || $0 == target.index) }
        if let failure = run.failure, failure.state == .untouched {
            throw ActionStop(
                failure.kind, message: ResetGPUPlan.sentence(failure.reason),
                remedy: ResetGPUPlan.sentence(failure.remedy))
        }
        node.operation.resets.note(plan.targets)
        // In this order no line falls in between.
        let after = await KernelWatch(node, target)
        let shown = await during.records() ?? []
        let verification = await settle(after, isHopeless: run.failure?.state == .needsReboot, during: shown)
        return ResetReport(target: target, run: run, verification: verification, kernelLog: KernelWatch.lines(shown))
            .result
    }

    /// Tells whoever listens that a step that takes minutes is still being taken.
    private func ticker() -> Task<Void, Never> {
        let (loop, journal) = (node.context.loop, journal)
        return Task(executorPreference: loop) {
            var seconds = 0
            while (try? await loop.sleep(for: .seconds(5))) != nil {
                seconds += 5
                journal.progress(Double(seconds) / 1_000, "still at work after \(seconds) s")
            }
        }
    }

    private func procedure() -> ResetProcedure {
        let (node, target) = (node, target)
        return ResetProcedure(
            plan.reset.order, controls: node.controls, tool: node.tool(plan.snapshot.driver.state), journal: steps,
            closeDriver: { await node.context.probe.closeDriver() },
            clientsLeft: { await node.holders(of: target) })
    }

    /// Each step is in the audit log before it is taken.
    private var steps: ResetJournal {
        let journal = journal
        return ResetJournal(
            willTake: { step in
                do throws(ActionStop) {
                    try await journal.begin(step.name, step.text)
                    return true
                } catch { return false }
            }, didTake: { _ in })
    }

    /// Reads until all is well and `settle_seconds` have passed without a new fault.
    private func settle(
        _ after: KernelWatch, isHopeless: Bool, during: [KernelLogRecord]
    ) async -> ResetVerification {
        let begin = MonotonicTime.now
        let limit = Duration.seconds(isHopeless ? 0 : plan.settleSeconds)
        // Where the driver says that it cannot start the GPU, it says so during the reset.
        let early = KernelWatch.faults(during, target, isDuring: true)
        _ = try? await journal.begin(
            "settle", "checking the GPU and watching the kernel log for \(plan.settleSeconds) s")
        while true {
            let state = await node.state(of: target)
            let faults = await after.records().map { early + KernelWatch.faults($0, target) }
            let verification = ResetVerification(
                before: plan.before, after: state, target: target, newFaults: faults,
                persistence: plan.reset.order.hasPersistence ? true : plan.reset.facts.persistence.value)
            let elapsed = MonotonicTime.now.duration(since: begin)
            guard elapsed < limit else { return verification }
            journal.progress(elapsed / limit, verification.isWell ? "the GPU is back; watching" : "waiting for the GPU")
            try? await node.context.loop.sleep(for: min(.seconds(2), limit - elapsed))
        }
    }
}

/// What a reset has come to, as the answer tells it.
struct ResetReport: Sendable {
    let target: ResetTarget
    let run: ResetRun
    let verification: ResetVerification
    let kernelLog: [String]

    private var isDone: Bool { run.failure == nil && verification.isWell }

    var result: ActionResult {
        var result = ActionResult(outcome: isDone ? .done : .failed, summary: summary)
        result.fields = fields
        result.next = next
        return result
    }

    private var summary: String {
        if let failure = run.failure { return "\(target.description) was not reset: \(failure.reason)." }
        guard isDone else {
            let doubtful = verification.failures.isEmpty ? verification.unknowns : verification.failures
            let words = doubtful.map { "\($0.name): \($0.found)" }.joined(separator: "; ")
            let verdict = verification.failures.isEmpty ? "whether it is healthy is not known" : "is not healthy"
            return "\(target.description) was reset and \(verdict): \(words)."
        }
        let unknown = verification.unknowns.map(\.name)
        return "\(target.description) was reset and is back."
            + (unknown.isEmpty ? "" : " Not known: \(unknown.joined(separator: ", ")).")
    }

    private var next: [String] {
        if let failure = run.failure { return [ResetGPUPlan.sentence(failure.remedy)] }
        guard isDone else { return verification.advice.map(ResetGPUPlan.sentence) }
        return [
            "Restart the device plugin and the monitors (DCGM, exporter): their handles are stale, and the plugin's health state "
                + "never recovers by itself.",
            "Set clock and power limits again if the node had its own; a reset drops them.",
            "Call get_gpu_health, then uncordon the node. If the same fault is back within a day: reboot, then replace the board.",
        ]
    }

    private var fields: [Field] {
        var fields = [
            Field(key: "steps_taken", value: .objects(run.steps.map(Self.step))),
            Field(key: "checks", value: .objects(verification.checks.map(Self.check))),
        ]
        if !kernelLog.isEmpty { fields.append(Field(key: "kernel_log", value: .texts(kernelLog))) }
        if let failure = run.failure {
            fields.append(
                Field(
                    key: "failure",
                    value: .object([
                        Field(key: "kind", value: .text(failure.kind)),
                        Field(key: "state", value: .text(failure.state.rawValue)),
                        Field(key: "reason", value: .text(failure.reason)),
                    ])))
        }
        return fields
    }

    private static func step(_ report: StepReport) -> [Field] {
        [
            Field(key: "step", value: .text(report.step.name)), Field(key: "what", value: .text(report.step.text)),
            Field(key: "result", value: .text(report.result)),
        ]
    }

    private static func check(_ check: ResetCheck) -> [Field] {
        [
            Field(key: "name", value: .text(check.name)), Field(key: "verdict", value: .text(check.verdict.rawValue)),
            Field(key: "found", value: .text(check.found)),
        ]
    }
}
