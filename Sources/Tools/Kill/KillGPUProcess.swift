internal import EventLoop
internal import JSON
package import MCP
internal import Operations
internal import Snapshots

/// `kill_gpu_process`: ends processes that hold GPUs. Only there in operator mode.
package enum KillGPUProcess {
    static let name = "kill_gpu_process"

    /// The tool, working on one node.
    package static func tool(_ context: ToolContext, _ operation: OperatorContext) -> Tool {
        let action = KillAction(context: context, operation: operation)
        let procedure = OperatorProcedure(action: action, context: context, operation: operation)
        return Tool(
            name: name, title: "End GPU processes",
            description: """
                Ends processes that hold a GPU: one by pid, or the holders of a GPU. First shows a plan (process, user, pod, GPUs, \
                what else is affected) and has a person confirm it; nothing happens without that. TERM by default; KILL only if \
                asked for. Refuses the kubelet, container runtimes, NVIDIA's daemons, the first process of a container and \
                everything that holds no GPU, each with the right way to stop it. For a pod's process, deleting the pod is mostly \
                better: the kubelet restarts its containers.
                """,
            inputSchema: inputSchema,
            outputSchema: OperatorSchema.object(
                plan: KillSchema.plan, result: KillSchema.result, state: KillSchema.state),
            annotations: ToolAnnotations(
                readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false)
        ) { call in try await procedure.answer(call) }
    }

    private static let inputSchema = Schema.object([
        ("pid", Schema.integer("A process by its id on the node, as list_gpu_processes shows it", 1...4_194_304)),
        (GPUArgument.name, KillSchema.gpu),
        (
            "processes",
            Schema.choice(
                KillRequest.Selection.allCases.map(\.rawValue),
                "With gpu: those that work on it, those that only hold its device open, or all", default: "working")
        ),
        (
            "signal",
            Schema.choice(
                KillOrder.Signal.allCases.map(\.rawValue), "TERM lets the process clean up; KILL ends it at once",
                default: "TERM")
        ),
        (
            "grace_seconds",
            Schema.integer("How long to wait after TERM", 0...300, default: KillRequest.graceDefault)
        ),
        ("then_kill", Schema.boolean("KILL what is still there after grace_seconds. Default: false")),
        (OperatorProcedure<KillAction>.confirmArgument, OperatorSchema.confirm),
    ])
}

/// Plan, action and verification of `kill_gpu_process`.
struct KillAction: OperatorAction {
    static let tool = KillGPUProcess.name

    let context: ToolContext
    let operation: OperatorContext

    func plan(_ arguments: JSONObject) async throws(ToolFailure) -> KillPlan {
        try await KillPlanning(context: context, operation: operation).plan(try KillRequest(arguments))
    }

    func act(on plan: KillPlan, _ journal: ActionJournal) async throws(ActionStop) -> ActionResult {
        var ending: ProcessEnding
        do throws(Refusal) {
            ending = try ProcessEnding(plan.killTargets, plan.order, on: context.loop)
        } catch {
            throw ActionStop(
                error.reason, message: "\(error.subject.map { "\($0): " } ?? "")\(error.message)", remedy: error.remedy)
        }
        // Whoever cancels before the first signal gets none sent.
        guard !Task.isCancelled else { throw .interrupted }
        try await ending.run { (step, target) async throws(ActionStop) in
            let detail: JSONObject =
                target.map { ["pid": JSONValue(Int($0.pid)), "start": JSONValue($0.startTicks)] } ?? [:]
            try await journal.begin(step, Self.words(step, target, plan.order), detail: detail)
        }
        return KillResult.result(ending.outcomes, plan, isBrokenOff: Task.isCancelled)
    }

    private static func words(_ step: String, _ target: KillTarget?, _ order: KillOrder) -> String {
        guard let target else { return "waiting up to \(order.graceSeconds) s for the end" }
        return "\(step == "send_KILL" ? "KILL" : "TERM") to process \(target.pid) (\(target.name))"
    }

    func verify(_ plan: KillPlan, after result: ActionResult?) async -> Verification {
        await KillVerification(context: context).verify(plan)
    }
}
