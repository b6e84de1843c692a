import JSON

/// Takes a session to a node and back: performs what ``SessionMachine`` decides.
package struct Launcher: Sendable {
    private let options: LaunchOptions
    private let arguments: KubectlArguments
    private let kubectl: Kubectl
    private let interruptions: Interruptions
    private let say: @Sendable (String) -> Void
    private let names: SessionNames

    /// - Parameters:
    ///   - arguments: which cluster.
    ///   - say: takes lines for the person; standard output is never touched.
    package init(
        _ options: LaunchOptions, arguments: KubectlArguments, kubectl: Kubectl, interruptions: Interruptions,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.arguments = arguments
        self.kubectl = kubectl
        self.interruptions = interruptions
        self.say = say
        names = SessionNames(options)
    }

    /// Returns when the session is over and everything that this side can remove is removed.
    package func run() async -> SessionMachine.Outcome {
        let names = names
        var machine = SessionMachine(jobName: { names.job(generation: $0) })
        let client: ClientInput
        do throws(LaunchFailure) {
            client = try ClientInput(whenGone: { Interruptions.hangUp() })
        } catch {
            say("\(error)")
            return SessionMachine.Outcome(exitCode: 1, failure: error)
        }
        var uid: String?
        var action = machine.start
        while true {
            if case .finish(let outcome) = action { return outcome }
            let event = await perform(action, client: client, uid: &uid)
            action = machine.next(event)
            // Before cleaning up, since that may take its time.
            if let failure = Self.failure(in: event) { say("\(failure)") }
        }
    }

    private static func failure(in event: SessionMachine.Event) -> LaunchFailure? {
        switch event {
        case .creationFailed(let failure, _), .waitFailed(let failure), .removalFailed(let failure): failure
        case .sessionEnded(let outcome): outcome.failure
        default: nil
        }
    }

    private func perform(
        _ action: SessionMachine.Action, client: ClientInput, uid: inout String?
    ) async -> SessionMachine.Event {
        switch action {
        case .create(let generation): return await create(generation, uid: &uid)
        case .awaitPod(let generation): return await awaitPod(names.job(generation: generation), uid: uid)
        case .announce(let pod): return await announce(pod)
        case .open(let pod): return await open(pod, client: client)
        case .takeLeave(let pod): return await takeLeave(pod)
        case .remove(let generation): return await remove(names.job(generation: generation))
        case .finish: return .removed
        }
    }

    /// Not interruptible: an answer that is not waited for leaves open whether there is a Job.
    private func create(_ generation: Int, uid: inout String?) async -> SessionMachine.Event {
        uid = nil
        let manifest = JobManifest(options, generation: generation).job.encoded()
        do throws(LaunchFailure) {
            let answer = try await kubectl.ask(arguments.createJob, input: manifest, survivesInterrupt: true)
            guard answer.isSuccess else {
                if KubectlErrors.isAlreadyThere(answer.error) { return .alreadyThere }
                return .creationFailed(KubectlErrors.failure(answer.error), mayExist: Self.isUncertain(answer))
            }
            uid = (try? JSONParser.parse(answer.output))?["metadata"]?["uid"]?.stringValue
            return .created
        } catch { return .creationFailed(error, mayExist: error != .noKubectl(kubectl.name)) }
    }

    /// The request was sent and its answer lost.
    private static func isUncertain(_ answer: KubectlResult) -> Bool {
        answer.exitCode > 128
            || ["context deadline exceeded", "Client.Timeout exceeded", "unexpected EOF", "connection reset"]
                .contains { answer.error.contains($0) }
    }

    private func awaitPod(_ job: String, uid: String?) async -> SessionMachine.Event {
        let result = await interruptions.orNext { () -> Result<SessionMachine.Event, LaunchFailure> in
            do throws(LaunchFailure) {
                let known = if let uid { Optional(uid) } else { try await livingJob(job) }
                guard let uid = known else { return .success(.podLeaving) }
                let waiter = PodWaiter(
                    kubectl: kubectl, arguments: arguments, options: options, job: job, uid: uid)
                return .success(await waiter.wait())
            } catch { return .success(.waitFailed(error)) }
        }
        switch result {
        case .success(let event): return event
        case .failure(let interruption): return .interrupted(interruption)
        }
    }

    /// The uid of the Job that another session made; nil if that one is on its way out.
    private func livingJob(_ name: String) async throws(LaunchFailure) -> String? {
        let answer = try await kubectl.ask(arguments.job(name))
        guard answer.isSuccess else {
            if KubectlErrors.isNotFound(answer.error) { return nil }
            throw KubectlErrors.failure(answer.error)
        }
        guard let job = try? JSONParser.parse(answer.output), job["metadata"]?["deletionTimestamp"] == nil else {
            return nil
        }
        let conditions = job["status"]?["conditions"]?.arrayValue ?? []
        let isOver = conditions.contains { condition in
            ["Complete", "Failed", "SuccessCriteriaMet", "FailureTarget"].contains(condition["type"]?.stringValue ?? "")
                && condition["status"]?.stringValue == "True"
        }
        return isOver ? nil : job["metadata"]?["uid"]?.stringValue
    }

    private func announce(_ pod: String) async -> SessionMachine.Event {
        let enter = arguments.exec(pod: pod, [AgentImage.entryPoint, "hold", "--enter"], stdin: false)
        guard let answer = try? await kubectl.ask(enter), answer.isSuccess else { return .holderClosing }
        return .announced
    }

    private func takeLeave(_ pod: String) async -> SessionMachine.Event {
        let leave = arguments.exec(pod: pod, [AgentImage.entryPoint, "hold", "--leave"], stdin: false)
        let answer = try? await kubectl.ask(leave, survivesInterrupt: true, deadline: .seconds(5))
        // Where the holder cannot be asked, there is no session either that could be disturbed.
        return answer?.exitCode == 3 ? .othersRemain : .wasLast
    }

    private func remove(_ job: String) async -> SessionMachine.Event {
        do throws(LaunchFailure) {
            let answer = try await kubectl.ask(arguments.removeJob(job), survivesInterrupt: true, deadline: .seconds(8))
            return answer.isSuccess ? .removed : .removalFailed(KubectlErrors.failure(answer.error))
        } catch { return .removalFailed(error) }
    }
}

extension Launcher {
    private func open(_ pod: String, client: ClientInput) async -> SessionMachine.Event {
        let exec = arguments.exec(pod: pod, options.sessionCommand, stdin: true)
        let session = SessionRun(kubectl: kubectl, interruptions: interruptions, client: client)
        return .sessionEnded(await session.run(exec))
    }
}
