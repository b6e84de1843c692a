internal import EventLoop
internal import ProbeProtocol
internal import Snapshots

typealias ProbeContinuation = UnsafeContinuation<ProbeOutcome, Never>

/// What a request ended with: the encoded parts, and why there are no more of them.
struct ProbeOutcome: Sendable {
    var bytes: [UInt8]
    var interruption: ProbeInterruption?
}

/// A request that has no answer yet.
struct PendingRequest {
    var request: ProbeRequest
    let deadline: MonotonicTime
    let continuation: ProbeContinuation
    /// Number, once it was sent.
    var id: UInt32 = 0
    /// Why the driver's sections were taken out of it; nil if they were not.
    var withheld: ProbeInterruption?

    init(request: ProbeRequest, deadline: MonotonicTime, continuation: ProbeContinuation) {
        self.request = request
        self.deadline = deadline
        self.continuation = continuation
    }
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
    /// The task that watches the deadlines; nil while there is nothing to watch.
    var watcher: Task<Void, Never>?
    /// True from the kill of a child until its end is known: nothing is sent meanwhile.
    var isReplacing = false
    /// A child that SIGKILL did not end.
    var stuck: StuckProcess?
    var isShutDown = false

    var hasWorker: Bool { worker != nil }

    /// The earliest deadline of all requests.
    var nextDeadline: MonotonicTime? { (inFlight + waiting).map(\.deadline).min() }

    /// Sends as many waiting requests as the child may have; false when it no longer reads.
    mutating func sendWaiting() -> Bool {
        while !isReplacing, inFlight.count < ProbeRegion.slotCount, !waiting.isEmpty {
            var next = waiting.removeFirst()
            lastID &+= 1
            next.id = lastID
            let slot = next.id % UInt32(ProbeRegion.slotCount)
            let frame = try? ProbeFrame.encode(next.request, id: next.id, slot: slot)
            worker?.region.commit(0, inSlot: Int(slot))
            inFlight.append(next)
            guard let frame, worker?.send(frame) == true else { return false }
        }
        return true
    }

    /// Takes the answered request and what the child read for it; nil if no such request was sent.
    mutating func complete(_ frame: ProbeFrame) -> (PendingRequest, ProbeOutcome)? {
        guard let first = inFlight.first, first.id == frame.id, worker != nil else { return nil }
        let bytes = worker?.region.committedBytes(ofSlot: Int(frame.slot)) ?? []
        guard bytes.count == Int(frame.length) else { return nil }
        inFlight.removeFirst()
        hasAnswered = true
        return (first, ProbeOutcome(bytes: bytes, interruption: nil))
    }

    /// Takes the request that the child was working on, and what it had read for it until `cause` ended it.
    mutating func interruptFirst(_ cause: ProbeInterruption.Cause, deadline: Duration) -> (
        PendingRequest, ProbeOutcome
    )? {
        guard !inFlight.isEmpty else { return nil }
        let first = inFlight.removeFirst()
        let slot = Int(first.id) % ProbeRegion.slotCount
        let bytes = worker?.region.committedBytes(ofSlot: slot) ?? []
        let interruption = ProbeInterruption(
            cause: cause, call: worker?.region.currentCallName, gpuIndex: worker?.region.currentGPUIndex,
            deadline: deadline)
        return (first, ProbeOutcome(bytes: bytes, interruption: interruption))
    }
}
