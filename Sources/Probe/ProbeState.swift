internal import EventLoop
internal import ProbeProtocol
internal import Snapshots

typealias ProbeContinuation = UnsafeContinuation<ProbeOutcome, Never>

/// What a request ended with: the encoded parts, and why there are no more of them.
struct ProbeOutcome: Sendable {
    var bytes: [UInt8]
    var interruption: ProbeInterruption?
    /// See ``PendingRequest/earlier``.
    var earlier: ProbeInterruption?
    /// The GPUs that the request did without.
    var skippedGPUs: [UInt32] = []
}

/// A request that the child has not finished.
struct PendingRequest {
    var request: ProbeRequest
    /// When it has to be answered.
    var deadline: MonotonicTime
    /// Nil once it was answered with what there was; the child may still be at work on it.
    var continuation: ProbeContinuation?
    /// Number, once it was sent.
    var id: UInt32 = 0
    /// Why the driver's sections were taken out of it; nil if they were not.
    var withheld: ProbeInterruption?
    /// The hang of another request for which a GPU was taken out of this one while it waited; nil if none was.
    var earlier: ProbeInterruption?
    /// True after a child ended before it had begun with it: it gets one more.
    var wasRetried = false
    /// How far the child had got with it when last looked at.
    var progress: ProbeProgress?
    /// Since when it has got no further.
    var stillSince: MonotonicTime = .now

    init(request: ProbeRequest, deadline: MonotonicTime, continuation: ProbeContinuation) {
        self.request = request
        self.deadline = deadline
        self.continuation = continuation
    }

    var slot: Int { Int(id) % ProbeRegion.slotCount }
}

/// The requests and the child that works on them. Decides; does no waiting.
struct ProbeState: ~Copyable {
    var worker: WorkerProcess?
    /// The task that reads the child's answers.
    var reader: Task<Void, Never>?
    /// Counts the children, so that a task that belongs to an earlier one notices.
    var generation: UInt64 = 0
    /// Sent and not answered, oldest first: the child works on the first one.
    var inFlight: [PendingRequest] = []
    /// Not sent yet.
    var waiting: [PendingRequest] = []
    var lastID: UInt32 = 0
    /// True once the child has answered a request.
    var hasAnswered = false
    /// True until the first child has answered for the first time.
    var isFirstAnswer: Bool { generation == 1 && !hasAnswered }
    /// When the child was started.
    var workerStarted: MonotonicTime = .now
    /// True after a start of NVML that did not end, until one does.
    var hasHungAtStart = false
    /// True once this child was seen to take its time to open a GPU, as while persistence mode is being turned on.
    var hasOpenedSlowly = false
    /// The GPU that the child is opening and that has taken its time already.
    var slowGPU: UInt32?
    /// True once this child was sent into the driver.
    var hasDriver = false
    /// What the driver did at GPUs on which it hung or crashed, by their indexes; they are read last until they answer again.
    var suspects: [UInt32: ProbeInterruption] = [:]
    /// The task that watches the deadlines; nil while there is nothing to watch.
    var watcher: Task<Void, Never>?
    /// When it last looked, or began.
    var lastLook: MonotonicTime = .now
    /// True from the kill of a child until its end is known: nothing is sent meanwhile.
    var isReplacing = false
    /// Children that SIGKILL did not end.
    var stuck: [StuckProcess] = []
    var isShutDown = false
    /// True while nothing of the agent may have the driver open.
    var isDriverClosed = false
    var counts = ProbeCounts()

    var hasWorker: Bool { worker != nil }

    /// Sends as many waiting requests as the child may have; returns those that no message has room for, answered.
    mutating func sendWaiting(deadline: Duration) -> [Completion] {
        var refused: [Completion] = []
        while !isReplacing, inFlight.count < ProbeRegion.slotCount, !waiting.isEmpty {
            var next = waiting.removeFirst()
            next.id = lastID &+ 1
            next.request.lastGPUs = suspects.keys.sorted()
            next.stillSince = .now
            guard let frame = try? ProbeFrame.encode(next.request, id: next.id, slot: UInt32(next.slot)) else {
                let interruption = ProbeInterruption(cause: .requestTooLarge, deadline: deadline)
                refused.append(Completion(next, ProbeOutcome(bytes: [], interruption: interruption)))
                continue
            }
            // Only what is sent takes a number: requests in flight lie in the slots of numbers that follow each other.
            lastID = next.id
            if next.request.needsDriver { hasDriver = true }
            worker?.region.commit(0, inSlot: next.slot)
            inFlight.append(next)
            // If the child no longer reads, its answers' pipe is at its end too, and the reader deals with that.
            guard worker?.send(frame) == true else { break }
        }
        return refused
    }

    /// Takes the answered request and what the child read for it; nil if no such request was sent.
    mutating func complete(_ frame: ProbeFrame) -> (PendingRequest, ProbeOutcome)? {
        guard let first = inFlight.first, first.id == frame.id, worker != nil else { return nil }
        let bytes = worker?.region.committedBytes(ofSlot: Int(frame.slot)) ?? []
        guard bytes.count == Int(frame.length) else { return nil }
        inFlight.removeFirst()
        hasAnswered = true
        if first.request.needsDriver {
            hasHungAtStart = false
            suspects = suspects.filter { first.request.skippedGPUs.contains($0.key) }
        }
        return (first, ProbeOutcome(bytes: bytes, interruption: nil))
    }

    /// Takes the request that the child was working on, and what it had read for it until `cause` ended it.
    mutating func interruptFirst(_ interruption: ProbeInterruption) -> (PendingRequest, ProbeOutcome)? {
        guard !inFlight.isEmpty else { return nil }
        let first = inFlight.removeFirst()
        if let gpu = interruption.gpuIndex, interruption.isOfDriver || interruption.isStuck {
            suspects[gpu] = interruption
        }
        let bytes = worker?.region.committedBytes(ofSlot: first.slot) ?? []
        return (first, ProbeOutcome(bytes: bytes, interruption: interruption))
    }

    /// Where the child is, as an interruption.
    mutating func interruption(_ cause: ProbeInterruption.Cause, deadline: Duration) -> ProbeInterruption {
        ProbeInterruption(
            cause: cause, call: worker?.region.currentCallName, gpuIndex: worker?.region.currentGPUIndex,
            deadline: deadline)
    }
}
