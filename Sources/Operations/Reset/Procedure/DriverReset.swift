/// The reset that the driver coordinates: persistence mode off, the clients once more, nvidia-smi, persistence mode on.
struct DriverReset {
    let order: ResetOrder
    let tool: any DriverTool
    /// Says who has the GPU open now that the agent itself has not and persistence mode is off; empty for nobody.
    let clientsLeft: @Sendable () async -> [String]
    var runner: StepRunner

    mutating func run() async throws(ResetFailure) {
        if order.hasPersistence { try await turnPersistenceOff() }
        do throws(ResetFailure) {
            try await requireNoClients()
            try await reset()
        } catch {
            // What can still be put back is put back, unless the driver hangs: asking it again would hang as well.
            if order.hasPersistence, error.state != .needsReboot { await turnPersistenceOn() }
            throw error
        }
        if order.hasPersistence { await turnPersistenceOn() }
    }

    private mutating func turnPersistenceOff() async throws(ResetFailure) {
        let command = DriverToolCommand.setPersistence(uuid: order.uuid, on: false)
        let step = ResetStep("persistence_off", "nvidia-smi \(command.arguments.joined(separator: " "))")
        guard let failure = try await take(step, command) else { return }
        guard failure.state != .needsReboot else { throw failure }
        await turnPersistenceOn()
        throw ResetFailure(
            .untouched, "persistence_mode", "persistence mode could not be turned off: \(failure.reason)",
            remedy: "stop nvidia-persistenced (systemctl stop nvidia-persistenced) or the driver pod's, then plan again"
        )
    }

    /// A failure here is in the report and does not undo the reset.
    private mutating func turnPersistenceOn() async {
        let command = DriverToolCommand.setPersistence(uuid: order.uuid, on: true)
        let step = ResetStep(
            "persistence_on", "nvidia-smi \(command.arguments.joined(separator: " "))", isRestoring: true)
        _ = try? await take(step, command)
    }

    private mutating func requireNoClients() async throws(ResetFailure) {
        let step = ResetStep("look_for_clients", "look once more who has the GPU open")
        let look = clientsLeft
        let problem = try await runner.take(step) {
            let left = await look()
            return left.isEmpty ? nil : left.joined(separator: ", ")
        }
        guard let problem else { return }
        throw ResetFailure(
            .untouched, "in_use", "the GPU is still or again in use: \(problem)",
            remedy:
                "stop what uses it, and keep it from coming back (cordon the node, delete the pods), then plan again")
    }

    private mutating func reset() async throws(ResetFailure) {
        let command: DriverToolCommand =
            order.path == .driverToolBus ? .busReset(uuid: order.uuid) : .reset(uuid: order.uuid)
        let step = ResetStep("reset", "nvidia-smi \(command.arguments.joined(separator: " "))")
        if let failure = try await take(step, command) { throw failure }
    }

    private mutating func take(
        _ step: ResetStep, _ command: DriverToolCommand
    ) async throws(ResetFailure) -> ResetFailure? {
        var failure: ResetFailure?
        let tool = tool
        _ = try await runner.take(step) {
            failure = await tool.run(command).failure(of: command)
            return failure?.reason
        }
        return failure
    }
}
