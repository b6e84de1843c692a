internal import EventLoop
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

extension Probe {
    /// How long a killed child may take to end before it counts as stuck. With the deadline this bounds every answer.
    private static let killGrace: Duration = .milliseconds(250)

    /// Starts the task that watches the deadlines, unless one does so already. It ends when no request is left.
    func watchDeadlines(_ state: inout ProbeState) {
        guard state.watcher == nil else { return }
        state.lastLook = .now
        state.watcher = Task(executorPreference: loop) {
            while let pause = self.state.withLock({ $0.timeToNextLook(deadline: self.deadline) }) {
                guard (try? await self.loop.sleep(for: pause)) != nil else { return }
                await self.look()
            }
        }
    }

    /// Looks how far the child has got, and acts if it stands still or a request's time is up.
    private func look() async {
        let (completions, hung) = state.withLock { $0.look(now: .now, deadline: deadline) }
        for completion in completions { completion.deliver() }
        if let hung { await replace(hung, cause: .timedOut) }
    }

    /// Deals with a child that closed its pipe (`cause` nil: as its exit status says) or broke the protocol.
    func workerEnded(_ generation: UInt64, cause: ProbeInterruption.Cause?) async {
        let pid: Int32? = state.withLock { state in
            state.generation == generation ? state.beginReplacing() : nil
        }
        if let pid { await replace(pid, cause: cause) }
    }

    /// Ends a child, answers the request that it was working on, and lets the others go on with a new one.
    ///
    /// - Parameter cause: why; nil for a child that is ending by itself: as its exit status says.
    func replace(_ pid: Int32, cause: ProbeInterruption.Cause?) async {
        // A child that is ending by itself is given a moment, so that its own exit status is seen and not our signal.
        var exit = cause == nil ? await collect(pid, within: .milliseconds(50)) : nil
        let process = cause == .timedOut ? StuckProcess.inspect(pid) : nil
        if exit == nil {
            ChildExit.kill(pid)
            exit = await collect(pid, within: Self.killGrace)
        }
        if cause == nil, exit != nil, restart(after: exit) { return }
        let stuck = exit == nil ? StuckProcess.inspect(pid) : nil
        let final = stuck.map { .stuckInKernel($0) } ?? cause ?? exit?.cause ?? .exited(code: -1)
        let completions = state.withLock { state in
            let interrupted = state.dropWorker(
                final, process, stuck: stuck, deadline: deadline, isClosing: cause == .driverClosed)
            return interrupted + pump(&state)
        }
        for completion in completions { completion.deliver() }
    }

    /// Goes on with a new child after one that ended without fault of the request: of its own accord after an answer, because
    /// NVML has to be opened anew, or before it had begun with the request, because something else killed it.
    private func restart(after exit: ChildExit?) -> Bool {
        let completions: [Completion]? = state.withLock { state in
            guard state.isRestart(after: exit) else { return nil }
            state.forgetWorker()
            return pump(&state)
        }
        for completion in completions ?? [] { completion.deliver() }
        return completions != nil
    }

    /// Waits for the child's end without blocking the loop; nil if it does not come in time.
    func collect(_ pid: Int32, within limit: Duration) async -> ChildExit? {
        let end = MonotonicTime.now + limit
        var pause: Duration = .microseconds(500)
        while true {
            if let exit = ChildExit.collect(pid) { return exit }
            guard MonotonicTime.now < end else { return nil }
            try? await loop.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(20))
        }
    }
}

extension ProbeState {
    /// The child to replace, which from now on gets nothing more; nil if there is none or it is being replaced already.
    mutating func beginReplacing() -> Int32? {
        guard !isReplacing, let pid = worker?.pid else { return nil }
        isReplacing = true
        return pid
    }

    fileprivate mutating func isRestart(after exit: ChildExit?) -> Bool {
        guard hasAnswered else { return false }
        if exit == .exited(code: 0) { return true }
        guard let head = inFlight.first, !head.wasRetried,
            worker?.region.progress(inSlot: head.slot) == ProbeProgress(call: 0, gpu: 0, committed: 0)
        else { return inFlight.isEmpty }
        inFlight[0].wasRetried = true
        return true
    }

    /// Forgets the child; what it had not answered waits for the next one.
    fileprivate mutating func forgetWorker() {
        waiting.insert(contentsOf: inFlight.filter { $0.continuation != nil }, at: 0)
        inFlight.removeAll()
        reader?.cancel()
        reader = nil
        worker = nil
        hasAnswered = false
        slowGPU = nil
        hasOpenedSlowly = false
        hasDriver = false
        isReplacing = false
    }

    /// Forgets the child; answers the request that it was working on and those whose time is up.
    ///
    /// - Parameter isClosing: whether it had to let go of the driver: a request that needs none goes to the next child.
    fileprivate mutating func dropWorker(
        _ cause: ProbeInterruption.Cause, _ process: StuckProcess?, stuck: StuckProcess?, deadline: Duration,
        isClosing: Bool
    ) -> [Completion] {
        if isStarting, cause == .timedOut || stuck != nil { hasHungAtStart = true }
        var interruption = interruption(cause, deadline: deadline)
        interruption.process = stuck ?? process
        // A hang on one GPU is given up before the deadline.
        if interruption.gpuIndex != nil, let head = inFlight.first {
            interruption.deadline = min(deadline, MonotonicTime.now.duration(since: head.stillSince))
        }
        let isSpared = isClosing && inFlight.first?.request.needsDriver == false
        let first = isSpared ? nil : interruptFirst(interruption)
        forgetWorker()
        if let stuck { self.stuck.append(stuck) }
        guard let first else { return [] }
        let expired = expireWaiting(now: .now, interruption)
        keepWaitingFromGPU(of: interruption)
        return [Completion(first.0, first.1)] + expired
    }

    /// Takes a GPU on which the driver hung out of the requests that wait already: each would hang there for what is left of
    /// its time, and keep the others from their answers. Later ones ask that GPU again.
    private mutating func keepWaitingFromGPU(of interruption: ProbeInterruption) {
        guard interruption.cause == .timedOut, let gpu = interruption.gpuIndex else { return }
        for index in waiting.indices where !waiting[index].request.skippedGPUs.contains(gpu) {
            guard waiting[index].request.needsDriver else { continue }
            waiting[index].request.skippedGPUs.append(gpu)
            waiting[index].earlier = waiting[index].earlier ?? interruption
        }
    }
}

extension ChildExit {
    fileprivate var cause: ProbeInterruption.Cause {
        switch self {
        case .exited(let code): .exited(code: code)
        case .killed(let signal): .crashed(signal: signal)
        }
    }
}
