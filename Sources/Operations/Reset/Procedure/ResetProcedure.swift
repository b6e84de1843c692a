/// Does a reset that was planned and confirmed, step by step, each recorded before it is taken.
///
/// It asks nobody and judges no precondition but those that can change under it: the clients, and the unbind lock.
package struct ResetProcedure: Sendable {
    private let order: ResetOrder
    private let controls: any NodeControls
    private let tool: (any DriverTool)?
    private let journal: ResetJournal
    /// Ends the agent's own child that has the driver open; false when it could not be ended.
    private let closeDriver: @Sendable () async -> Bool
    private let clientsLeft: @Sendable () async -> [String]

    /// - Parameters:
    ///   - tool: nvidia-smi; the kernel's path does without.
    ///   - closeDriver: ends the agent's own child that has the driver open; false when it could not be ended.
    ///   - clientsLeft: who has the GPU open, asked without the driver once the agent's own child is gone.
    package init(
        _ order: ResetOrder, controls: any NodeControls, tool: (any DriverTool)?, journal: ResetJournal,
        closeDriver: @escaping @Sendable () async -> Bool, clientsLeft: @escaping @Sendable () async -> [String]
    ) {
        self.order = order
        self.controls = controls
        self.tool = tool
        self.journal = journal
        self.closeDriver = closeDriver
        self.clientsLeft = clientsLeft
    }

    /// Goes through all steps, or up to the first that fails.
    package func run() async -> ResetRun {
        var runner = StepRunner(journal)
        var run = ResetRun()
        do throws(ResetFailure) {
            try await letGo(&runner)
            try await reset(&runner)
        } catch {
            run.failure = error
        }
        run.steps = runner.reports
        return run
    }

    private func letGo(_ runner: inout StepRunner) async throws(ResetFailure) {
        let step = ResetStep("close_driver", "end the agent's own process that has the driver open")
        let problem = try await runner.take(step) {
            await closeDriver() ? nil : "it could not be ended"
        }
        guard problem != nil else { return }
        throw ResetFailure(
            .untouched, "agent_holds_gpu", "the agent's own process that reads the driver sleeps in the kernel",
            remedy: "the driver hangs: cordon the node and reboot it")
    }

    private func reset(_ runner: inout StepRunner) async throws(ResetFailure) {
        if order.path == .kernel {
            var reset = KernelReset(order: order, controls: controls, runner: runner)
            defer { runner = reset.runner }
            return try await reset.run()
        }
        guard let tool else {
            throw ResetFailure(
                .untouched, "tool_not_found", "there is no nvidia-smi on this node",
                remedy: "install it with the driver; a driver container has it in /run/nvidia/driver")
        }
        var reset = DriverReset(order: order, tool: tool, clientsLeft: clientsLeft, runner: runner)
        defer { runner = reset.runner }
        try await reset.run()
    }
}
