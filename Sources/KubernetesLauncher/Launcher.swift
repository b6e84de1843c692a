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
        var job = JobIdentity()
        var action = machine.start
        while true {
            if case .finish(let outcome) = action { return outcome }
            let event = await perform(action, client: client, job: &job)
            action = machine.next(event)
            // Before cleaning up, since that may take its time.
            if let failure = Self.failure(in: event) { say("\(failure)") }
        }
    }

    private static func failure(in event: SessionMachine.Event) -> LaunchFailure? {
        switch event {
        case .creationFailed(.interrupted, _): nil
        case .creationFailed(let failure, _), .waitFailed(let failure), .removalFailed(let failure): failure
        case .sessionEnded(let outcome): outcome.failure
        default: nil
        }
    }

    private func perform(
        _ action: SessionMachine.Action, client: ClientInput, job: inout JobIdentity
    ) async -> SessionMachine.Event {
        switch action {
        case .create(let generation): return await create(generation, &job)
        case .awaitPod(let generation): return await awaitPod(names.job(generation: generation), &job)
        case .announce(let pod): return await announce(pod)
        case .open(let pod): return await open(pod, client: client)
        case .takeLeave(let pod): return await takeLeave(pod)
        case .remove: return await remove(job)
        case .finish: return .removed
        }
    }

    /// Not interruptible: an answer that is not waited for leaves open whether there is a Job. Only while the person is asked
    /// to log in nothing has been sent.
    private func create(_ generation: Int, _ job: inout JobIdentity) async -> SessionMachine.Event {
        let instance = SessionNames.newInstance()
        job = JobIdentity(instance: instance)
        let manifest = JobManifest(options, generation: generation, instance: instance).job.encoded()
        let talk = Talk(isShown: true)
        let result = await interruptions.orNext(after: talk.begin) { () -> Result<KubectlResult, LaunchFailure> in
            do throws(LaunchFailure) {
                return .success(
                    try await kubectl.ask(arguments.createJob, input: manifest, survivesInterrupt: true, talk: talk))
            } catch { return .failure(error) }
        }
        switch result {
        case .failure(let failure):
            // To remove what is not there does no harm, but whoever has to log in would be asked for that as well.
            let isSent = failure != .noKubectl(kubectl.name) && !talk.asksForLogin
            return .creationFailed(failure, mayExist: isSent)
        case .success(let answer):
            guard answer.isSuccess else {
                if KubectlErrors.isAlreadyThere(answer.error) {
                    job = JobIdentity()
                    return .alreadyThere
                }
                return .creationFailed(KubectlErrors.failure(answer.error), mayExist: Self.isUncertain(answer))
            }
            job.uid = (try? JSONParser.parse(answer.output))?["metadata"]?["uid"]?.stringValue
            return .created
        }
    }

    /// The request was sent and its answer lost.
    private static func isUncertain(_ answer: KubectlResult) -> Bool {
        answer.exitCode > 128
            || ["context deadline exceeded", "Client.Timeout exceeded", "unexpected EOF", "connection reset"]
                .contains { answer.error.contains($0) }
    }

    private func awaitPod(_ name: String, _ job: inout JobIdentity) async -> SessionMachine.Event {
        let known = job
        let result = await interruptions.orNext { () -> Result<(JobIdentity, SessionMachine.Event), LaunchFailure> in
            do throws(LaunchFailure) {
                let living = known.uid == nil ? try await livingJob(name) : known
                guard let living, let uid = living.uid else { return .success((known, .podLeaving)) }
                let waiter = PodWaiter(
                    kubectl: kubectl, arguments: arguments, options: options, job: name, uid: uid, say: say)
                return .success((living, await waiter.wait()))
            } catch { return .success((known, .waitFailed(error))) }
        }
        switch result {
        case .success(let (living, event)):
            job = living
            return event
        case .failure(let interruption): return .interrupted(interruption)
        }
    }

    /// The Job that another session made; nil if that one is on its way out.
    private func livingJob(_ name: String) async throws(LaunchFailure) -> JobIdentity? {
        let answer = try await kubectl.ask(arguments.job(name))
        guard answer.isSuccess else {
            if KubectlErrors.isNotFound(answer.error) { return nil }
            throw KubectlErrors.failure(answer.error)
        }
        return (try? JSONParser.parse(answer.output)).flatMap { JobIdentity(living: $0) }
    }

    private func announce(_ pod: String) async -> SessionMachine.Event {
        let enter = arguments.exec(pod: pod, [AgentImage.entryPoint, "hold", "--enter"], stdin: false)
        guard let answer = try? await kubectl.ask(enter), answer.isSuccess else { return .holderClosing }
        return .announced
    }

    private func takeLeave(_ pod: String) async -> SessionMachine.Event {
        let leave = arguments.exec(pod: pod, [AgentImage.entryPoint, "hold", "--leave"], stdin: false)
        let answer = try? await kubectl.ask(leave, survivesInterrupt: true, deadline: .seconds(5))
        switch answer?.exitCode {
        case 0: return .wasLast
        case 3: return .othersRemain
        default: return .leaveFailed
        }
    }

    /// A Job without an instance of its own was made by a release that removed by name; its time to live removes it.
    private func remove(_ job: JobIdentity) async -> SessionMachine.Event {
        guard let instance = job.instance else { return .removed }
        do throws(LaunchFailure) {
            let answer = try await kubectl.ask(
                arguments.removeJob(instance: instance), survivesInterrupt: true, deadline: .seconds(8))
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
