internal import EventLoop
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

/// A request that has its answer.
struct Completion {
    let request: PendingRequest
    var outcome: ProbeOutcome

    init(_ request: PendingRequest, _ outcome: ProbeOutcome) {
        self.request = request
        self.outcome = outcome
        // What the request had to do without is said with its answer.
        self.outcome.interruption = outcome.interruption ?? request.withheld
        self.outcome.earlier = request.earlier
        self.outcome.skippedGPUs = request.request.skippedGPUs
    }

    /// Hands the answer over; a request that was answered before gets no second one.
    func deliver() { request.continuation?.resume(returning: outcome) }
}

extension Probe {
    /// Queues a request and sends it as soon as the child may have it; a retry, whose time is half gone, before all others
    /// that wait.
    func submit(_ request: sending PendingRequest, isRetry: Bool) {
        let completions = state.withLock { state in
            state.waiting.insert(request, at: isRetry ? 0 : state.waiting.endIndex)
            return pump(&state)
        }
        for completion in completions { completion.deliver() }
    }

    /// Sends what can be sent, starting a child if there is none; returns the requests that this already answers.
    func pump(_ state: inout ProbeState) -> [Completion] {
        guard !state.isReplacing, !state.waiting.isEmpty else { return [] }
        var completions: [Completion] = []
        if state.isShutDown { return state.failWaiting(.exited(code: 0), deadline: deadline) }
        if let cause = state.reasonToKeepAway() { completions = state.withholdDriver(cause, deadline: deadline) }
        if !state.waiting.isEmpty, !state.hasWorker {
            do throws(SpawnError) { try startWorker(&state) } catch {
                return completions + state.failWaiting(.cannotStart(code: error.code), deadline: deadline)
            }
        }
        completions += state.sendWaiting(deadline: deadline)
        watchDeadlines(&state)
        return completions
    }

    private func startWorker(_ state: inout ProbeState) throws(SpawnError) {
        let arguments =
            [ProbeConfiguration.processName, ProbeConfiguration.subcommand] + configuration.arguments
        let worker = try WorkerProcess.start(executable: executable, arguments: arguments)
        let answers = worker.answers
        state.generation += 1
        state.counts.starts += 1
        state.workerStarted = .now
        let generation = state.generation
        state.worker = consume worker
        state.reader = Task(executorPreference: loop) { await self.readAnswers(from: answers, generation: generation) }
    }
}

extension ProbeState {
    enum StuckState { case none, stillStuck }

    /// Forgets the stuck children that the kernel has let go of meanwhile.
    mutating func releaseStuck() -> StuckState {
        stuck.removeAll { ChildExit.collect($0.pid) != nil }
        return stuck.isEmpty ? .none : .stillStuck
    }

    /// Why no child is sent into the driver now; nil when one may be.
    mutating func reasonToKeepAway() -> ProbeInterruption.Cause? {
        if releaseStuck() == .stillStuck, let stuck = stuck.first { return .stuckInKernel(stuck) }
        return isDriverClosed ? .driverClosed : nil
    }

    /// While a child is stuck in the driver or the driver is to be left alone, no other is sent there: takes the driver's sections
    /// out of the waiting requests, and returns those of which nothing is left.
    mutating func withholdDriver(_ cause: ProbeInterruption.Cause, deadline: Duration) -> [Completion] {
        let interruption = ProbeInterruption(cause: cause, deadline: deadline)
        for index in waiting.indices where waiting[index].withheld == nil {
            guard waiting[index].request.needsDriver else { continue }
            waiting[index].request.sections.subtract(.needingDriver)
            waiting[index].withheld = interruption
        }
        let empty = waiting.filter { $0.request.sections.isEmpty && $0.withheld != nil }
        waiting.removeAll { $0.request.sections.isEmpty && $0.withheld != nil }
        return empty.map { Completion($0, ProbeOutcome(bytes: [], interruption: interruption)) }
    }

    /// Gives up on every request that was not sent.
    mutating func failWaiting(_ cause: ProbeInterruption.Cause, deadline: Duration) -> [Completion] {
        defer { waiting.removeAll() }
        let interruption = ProbeInterruption(cause: cause, deadline: deadline)
        return waiting.map { Completion($0, ProbeOutcome(bytes: [], interruption: interruption)) }
    }

    /// Takes the unsent requests whose time is up.
    mutating func expireWaiting(now: MonotonicTime, _ interruption: ProbeInterruption) -> [Completion] {
        let expired = waiting.filter { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        return expired.map { Completion($0, ProbeOutcome(bytes: [], interruption: interruption)) }
    }
}
