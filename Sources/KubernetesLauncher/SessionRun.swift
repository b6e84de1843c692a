/// Runs one kubectl that carries a session, until it ends or is asked to.
struct SessionRun: Sendable {
    let kubectl: Kubectl
    let interruptions: Interruptions
    let client: ClientInput

    private enum SessionRace {
        case ended(Result<KubectlResult, LaunchFailure>)
        case interrupted(LaunchFailure)
        case graceIsOver
        case none
    }

    /// Returns how it ended; the session's standard output has gone to ours.
    func run(_ arguments: [String]) async -> SessionMachine.Outcome {
        let input: Int32
        do throws(LaunchFailure) { input = try client.open() } catch {
            return SessionMachine.Outcome(exitCode: 1, failure: error)
        }
        return await withTaskGroup(of: SessionRace.self) { group in
            group.addTask {
                do throws(LaunchFailure) {
                    return .ended(.success(try await kubectl.session(arguments, input: input)))
                } catch { return .ended(.failure(error)) }
            }
            group.addTask { [interruptions] in (try? await interruptions.next()).map { .interrupted($0) } ?? .none }
            defer { group.cancelAll() }
            return await settle(&group)
        }
    }

    /// A session that is asked to end sees the end of its input and may answer what it was asked; then it is ended.
    private func settle(_ group: inout TaskGroup<SessionRace>) async -> SessionMachine.Outcome {
        var interruption: LaunchFailure?
        while let news = await group.next() {
            switch news {
            case .ended(let result): return Self.outcome(result, interruption)
            case .interrupted(let failure):
                interruption = failure
                client.close()
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(1_500))
                    return .graceIsOver
                }
            case .graceIsOver: group.cancelAll()
            case .none: break
            }
        }
        return SessionMachine.Outcome(exitCode: 1)
    }

    private static func outcome(
        _ result: Result<KubectlResult, LaunchFailure>, _ interruption: LaunchFailure?
    ) -> SessionMachine.Outcome {
        if let interruption { return SessionMachine.Outcome(exitCode: interruption.exitCode) }
        switch result {
        case .failure(let failure): return SessionMachine.Outcome(exitCode: 1, failure: failure)
        case .success(let end): return SessionMachine.Outcome(exitCode: end.exitCode, failure: sessionFailure(end))
        }
    }

    /// What to tell of a session's end. An exit code of the agent's own comes with the agent's own words.
    static func sessionFailure(_ end: KubectlResult) -> LaunchFailure? {
        switch end.exitCode {
        case 0: return nil
        case 137, 143: return .sessionLost("the pod was ended: its deadline passed, or somebody removed it")
        case _ where end.error.contains("command terminated with exit code"): return nil
        default: break
        }
        switch KubectlErrors.failure(end.error) {
        case .kubectl: return nil
        case let failure: return failure
        }
    }
}
