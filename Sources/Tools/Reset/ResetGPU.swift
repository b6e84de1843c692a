internal import EventLoop
internal import JSON
package import MCP
internal import Operations
internal import ProbeProtocol
internal import Snapshots

/// `reset_gpu`: resets one GPU. Only there in operator mode.
package enum ResetGPU {
    static let name = "reset_gpu"

    /// The tool, working on one node.
    package static func tool(_ context: ToolContext, _ operation: OperatorContext) -> Tool {
        let action = ResetAction(context: context, operation: operation)
        let procedure = OperatorProcedure(action: action, context: context, operation: operation)
        return Tool(
            name: name, title: "Reset a GPU",
            description: """
                Resets one GPU that nobody uses, and checks that it came back as it was. First shows a plan (each precondition with \
                its remedy, what else is affected, the steps) and has a person confirm it; nothing happens without that. method \
                driver (default) lets the driver do it; bus resets the bus above the GPU, or goes through the kernel when the driver \
                no longer answers for the GPU. force lifts rules of caution, never a danger such as a client or another device on \
                the same bus. Cordon the node first; restart the device plugin and monitors afterwards. Takes minutes.
                """,
            inputSchema: inputSchema,
            outputSchema: OperatorSchema.object(
                plan: ResetSchema.plan, result: ResetSchema.result, state: ResetSchema.state),
            annotations: ToolAnnotations(
                readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false)
        ) { call in try await procedure.answer(call) }
    }

    private static let inputSchema = Schema.object(
        [
            (GPUArgument.name, ResetSchema.gpu),
            (
                "method",
                Schema.choice(ResetMethod.allCases.map(\.rawValue), "How", default: ResetMethod.driver.rawValue)
            ),
            ("force", Schema.boolean("Lift rules of caution that fail, never dangers. Default: false")),
            (
                "settle_seconds",
                Schema.integer("How long to watch the GPU and the kernel log afterwards", 0...600, default: 60)
            ),
            (OperatorProcedure<ResetAction>.confirmArgument, OperatorSchema.confirm),
        ], required: [GPUArgument.name])
}

/// Plan, action and verification of `reset_gpu`.
struct ResetAction: OperatorAction {
    static let tool = ResetGPU.name
    /// A GPU half reset is worse than one reset.
    static let isInterruptible = false
    /// During a reset the agent keeps away from the driver; the end of one must not let it back in during another.
    static let exclusions = ["driver"]

    let context: ToolContext
    let operation: OperatorContext

    func plan(_ arguments: JSONObject) async throws(ToolFailure) -> ResetGPUPlan {
        let request = try ResetRequest(arguments)
        return try await ResetPlanning(node: ResetNode(context, operation)).plan(request)
    }

    func act(on plan: ResetGPUPlan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult {
        // A simulated node is no other agent's.
        guard operation.hasRealHost else { return try await reset(plan, journal) }
        guard let lock = ResetLock(root: operation.hostRoot) else { throw .otherReset }
        let result: Result<ActionResult, ActionStop>
        do throws(ActionStop) { result = .success(try await reset(plan, journal)) } catch { result = .failure(error) }
        lock.release()
        return try result.get()
    }

    private func reset(_ plan: ResetGPUPlan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult {
        try await ResetExecution(node: ResetNode(context, operation), plan: plan, journal: journal).run()
    }

    func verify(_ plan: ResetGPUPlan, after result: ActionResult?) async -> Verification {
        let after = await ResetNode(context, operation).state(of: plan.reset.facts.gpu)
        var verification = Verification(before: plan.before.fields, after: after.fields)
        verification.isAsExpected = result?.outcome == .done || (result == nil && after == plan.before)
        return verification
    }
}

/// The arguments.
struct ResetRequest: Sendable {
    let selector: GPUSelector
    let method: ResetMethod
    let isForced: Bool
    let settleSeconds: Int

    init(_ arguments: JSONObject) throws(ToolFailure) {
        let selectors = try GPUArgument.selectors(in: arguments)
        guard let selector = selectors.first, selectors.count == 1 else {
            throw ToolFailure(
                message: "gpu: name exactly one GPU, best by its UUID. get_gpu_inventory lists them.",
                isWrongUsage: true)
        }
        self.selector = selector
        method = arguments["method"]?.stringValue.flatMap(ResetMethod.init) ?? .driver
        isForced = arguments["force"]?.boolValue ?? false
        settleSeconds = Int(arguments["settle_seconds"]?.intValue ?? 60)
    }
}

extension ActionStop {
    fileprivate static let otherReset = ActionStop(
        "action_in_progress", message: "Another agent is resetting a GPU of this node.",
        remedy: "Wait until that is over, then call again for a new plan.")
}
