package import EventLoop

/// Ends processes: takes hold of all of them first, so that none is hit that was not meant.
package struct ProcessEnding: Sendable {
    /// Called right before a step is done; where it throws, the step is not done and nothing further is.
    package typealias Announce<Failure: Error> = (_ step: String, _ target: KillTarget?) throws(Failure) -> Void

    private let order: KillOrder
    private let loop: EventLoop
    private var handles: [(target: KillTarget, handle: ProcessHandle)] = []
    private var ends: [KillTarget: KillOutcome] = [:]
    private let targets: [KillTarget]

    /// Takes hold of the processes; nothing is sent yet.
    ///
    /// - Throws: ``Refusal`` where one is another process by now, or may not be signalled. One that has ended is no reason.
    package init(_ targets: [KillTarget], _ order: KillOrder, on loop: EventLoop) throws(Refusal) {
        self.targets = targets
        self.order = order
        self.loop = loop
        for target in targets {
            do throws(Refusal) {
                let handle = try ProcessHandle(pid: target.pid, startTicks: target.startTicks)
                if let refusal = handle.mayBeSignalled(), refusal.reason != "gone" { throw refusal }
                handles.append((target, handle))
            } catch {
                guard error.reason == "gone" else { throw error }
                ends[target] = KillOutcome(target: target, end: .alreadyGone)
            }
        }
    }

    /// What became of each process so far.
    package var outcomes: [KillOutcome] {
        targets.map { ends[$0] ?? KillOutcome(target: $0, end: .stillRunning) }
    }

    /// Sends the order's signal, waits, and sends KILL if that was ordered.
    ///
    /// - Throws: what `announce` throws, or nothing else; a wait that is cancelled ends early and is no error.
    package mutating func run<Failure: Error>(_ announce: Announce<Failure>) async throws(Failure) {
        try send(order.signal, announce)
        let isKill = order.signal == .kill
        if !isKill { try announce("wait_for_end", nil) }
        await wait(seconds: isKill ? KillOrder.secondsAfterKill : order.graceSeconds, end: isKill ? .killed : .ended)
        guard !isKill, order.thenKill, !open.isEmpty, !Task.isCancelled else { return close(isKill) }
        try send(.kill, announce)
        await wait(seconds: KillOrder.secondsAfterKill, end: .killed)
        close(true)
    }

    private var open: [(target: KillTarget, handle: ProcessHandle)] { handles.filter { ends[$0.target] == nil } }

    private mutating func send<Failure: Error>(
        _ signal: KillOrder.Signal, _ announce: Announce<Failure>
    ) throws(Failure) {
        for (target, handle) in open {
            if handle.hasEnded {
                ends[target] = KillOutcome(target: target, end: signal == order.signal ? .alreadyGone : .ended)
                continue
            }
            try announce("send_\(signal.rawValue)", target)
            guard let refusal = handle.send(signal) else { continue }
            let end: KillOutcome.End = refusal.reason == "gone" ? .alreadyGone : .notSent
            ends[target] = KillOutcome(target: target, end: end, refusal: end == .notSent ? refusal : nil)
        }
    }

    private mutating func wait(seconds: Int, end: KillOutcome.End) async {
        let waiting = open.map(\.handle)
        let loop = loop
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await loop.sleep(for: .seconds(seconds))
                return true
            }
            for handle in waiting {
                group.addTask {
                    try? await handle.end(on: loop)
                    return false
                }
            }
            var left = waiting.count
            while left > 0, let isTime = await group.next(), !isTime { left -= 1 }
            group.cancelAll()
        }
        for (target, handle) in open where handle.hasEnded { ends[target] = KillOutcome(target: target, end: end) }
    }

    private mutating func close(_ afterKill: Bool) {
        for (target, _) in open {
            ends[target] = KillOutcome(target: target, end: afterKill ? .stuck : .stillRunning)
        }
    }
}
