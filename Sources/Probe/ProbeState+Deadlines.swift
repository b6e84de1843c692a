internal import EventLoop
internal import ProbeProtocol
internal import Snapshots

/// What to do when time passes. A driver that is slow is not one that hangs: a child that gets on is never killed in the
/// middle of opening GPUs, which without persistence mode takes seconds each and would begin anew every time.
extension ProbeState {
    /// How often a request is looked at while it is being worked on.
    private static let looksPerDeadline = 32
    /// What takes less is no start of a GPU, but a moment's wait for the driver or for a processor.
    private static let shortestStart: Duration = .milliseconds(400)

    /// Whether the child is in NVML's start. It cannot be watched from outside while it attaches all GPUs. Where one did not
    /// end in the time that a start gets, the next one gets it, too, but is called hung meanwhile.
    var isStarting: Bool {
        mutating get { worker?.region.currentCallName?.hasPrefix("nvmlInit") ?? false }
    }

    /// Whether the child opens a GPU that may take its time. Without persistence mode that is the driver's start for this GPU and
    /// takes seconds, however fast those opened that somebody uses; with it GPUs open at once, unless others were seen not to.
    /// A GPU that hung before gets no such patience.
    var isOpeningSlowly: Bool {
        mutating get {
            guard isOpening, let gpu = worker?.region.currentGPUIndex, let request = inFlight.first?.request,
                !request.lastGPUs.contains(gpu)
            else { return false }
            let opening = worker?.region.currentOpening
            switch opening {
            case .first: return true
            case .keptStarted: return hasOpenedSlowly
            case .again, nil: return false
            }
        }
    }

    /// Whether the child is in the call that opens a GPU.
    private var isOpening: Bool {
        mutating get { worker?.region.currentCallName?.hasPrefix("nvmlDeviceGetHandleBy") ?? false }
    }

    /// Time to the next look; nil, and nobody watches any more, when no request is left.
    mutating func timeToNextLook(deadline: Duration) -> Duration? {
        let deadlines = (inFlight + waiting).map(\.deadline)
        guard let next = deadlines.min() else {
            watcher = nil
            return nil
        }
        return max(.milliseconds(1), min(next.duration(since: .now), deadline / Self.looksPerDeadline))
    }

    /// The requests whose time is up, and the child to replace if it hangs.
    mutating func look(now: MonotonicTime, deadline: Duration) -> (completions: [Completion], hung: Int32?) {
        discountStandstill(now, deadline)
        noteProgress(now, deadline)
        guard let head = inFlight.first, !isReplacing else {
            // What the child that is being replaced was at, and not the node, kept the others waiting.
            return (expireWaiting(now: now, interruption(.timedOut, deadline: deadline)), nil)
        }
        let isOverdue = head.deadline <= now
        let still = now.duration(since: head.stillSince)
        let opensSlowly = isOpeningSlowly
        if still >= deadline / 2, !opensSlowly, givesUpGPU() { return ([], beginReplacing()) }
        // A child that has only begun is on its way there.
        let isHungAgain = hasHungAtStart && (isStarting || !hasAnswered)
        let patience = ProbeInterruption.patienceAtStart(deadline: deadline)
        let mayStart =
            (isStarting || isHungAgain) && now < workerStarted + patience || opensSlowly && still < patience
            || isSuspectsTurn(still, deadline)
        let isGettingOn = !isHungAgain && !opensSuspect && (still < deadline / 4 || mayStart)
        if isOverdue, !isGettingOn, !mayStart { return ([], beginReplacing()) }
        return (answerOverdue(now: now, deadline: deadline, isGettingOn: isGettingOn), nil)
    }

    /// A hang on one GPU is given up early, so that there is time left to read the others without it; the one that is read last
    /// keeps nobody from that, unless somebody waits for it.
    private mutating func givesUpGPU() -> Bool {
        guard let gpu = worker?.region.currentGPUIndex, let request = inFlight.first?.request else { return false }
        let isLast = request.lastGPUs.filter { !request.skippedGPUs.contains($0) }.max() == gpu
        return !(isLast && isOpening && inFlight.count == 1 && waiting.isEmpty)
    }

    /// Whether a GPU that hung before is being opened and has had less than its time: it may have recovered. The others that were
    /// opened before it have used up that of the request. Where nobody else waits, it is given as long as a start.
    private mutating func isSuspectsTurn(_ still: Duration, _ deadline: Duration) -> Bool {
        guard opensSuspect else { return false }
        let isAlone = inFlight.count == 1 && waiting.isEmpty
        return still < (isAlone ? ProbeInterruption.patienceAtStart(deadline: deadline) : deadline / 2)
    }

    /// Whether the child opens a GPU on which the driver hung or crashed before.
    private var opensSuspect: Bool {
        mutating get {
            guard isOpening, let gpu = worker?.region.currentGPUIndex else { return false }
            return inFlight.first?.request.lastGPUs.contains(gpu) ?? false
        }
    }

    /// Where nobody looked for long, this process or the whole machine stood still, and the child maybe with it: that is no time
    /// in which the driver did not answer.
    private mutating func discountStandstill(_ now: MonotonicTime, _ deadline: Duration) {
        let pause = now.duration(since: lastLook)
        lastLook = now
        guard pause > deadline / 4 else { return }
        workerStarted = workerStarted + pause
        guard !inFlight.isEmpty else { return }
        inFlight[0].stillSince = inFlight[0].stillSince + pause
    }

    private mutating func noteProgress(_ now: MonotonicTime, _ deadline: Duration) {
        // GPUs are read only after a start that has ended.
        if worker?.region.currentGPUIndex != nil { hasHungAtStart = false }
        guard let head = inFlight.first, let progress = worker?.region.progress(inSlot: head.slot) else { return }
        if progress != head.progress {
            inFlight[0].progress = progress
            inFlight[0].stillSince = now
        }
        noteOpening(still: now.duration(since: inFlight[0].stillSince), deadline)
    }

    /// Notices a GPU that took its time to open, once it is open. Where answers are to come soon, less of it is much.
    private mutating func noteOpening(still: Duration, _ deadline: Duration) {
        let gpu = isOpening ? worker?.region.currentGPUIndex : nil
        if let slow = slowGPU, slow != gpu { hasOpenedSlowly = true }
        slowGPU = still < min(Self.shortestStart, deadline / 4) ? nil : gpu
    }

    /// Answers what is overdue with what there is, and leaves the child to go on.
    private mutating func answerOverdue(now: MonotonicTime, deadline: Duration, isGettingOn: Bool) -> [Completion] {
        var interruption = interruption(.timedOut, deadline: deadline)
        // What is overdue may wait behind a younger request that hangs and has time left.
        interruption.isStillWorking = isGettingOn
        if isStarting || isOpeningSlowly, let pid = worker?.pid { interruption.process = StuckProcess.inspect(pid) }
        var completions: [Completion] = []
        for index in inFlight.indices where inFlight[index].deadline <= now {
            let bytes = index == 0 ? worker?.region.committedBytes(ofSlot: inFlight[0].slot) ?? [] : []
            completions.append(Completion(inFlight[index], ProbeOutcome(bytes: bytes, interruption: interruption)))
            inFlight[index].continuation = nil
            inFlight[index].deadline = now + deadline
        }
        return completions.filter { $0.request.continuation != nil } + expireWaiting(now: now, interruption)
    }
}
