package import EventLoop

/// Ends processes: takes hold of all of them first, so that none is hit that was not meant.
package struct ProcessEnding: Sendable {
    /// Called right before a step is done; where it throws, the step is not done and nothing further is.
    package typealias Announce<Failure: Error> = (_ step: String, _ target: KillTarget?) async throws(Failure) -> Void

    private let order: KillOrder
    private let loop: EventLoop
    private var handles: [(target: KillTarget, handle: ProcessHandle)] = []
    private var ends: [KillTarget: KillOutcome] = [:]
    /// Those that got KILL: whatever becomes of the call, they will end, or are stuck.
    private var killed: Set<KillTarget> = []
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
    /// Once the task is cancelled no further signal is sent and the wait after TERM ends. The end of what got KILL is waited
    /// for all the same: nobody may take a process that is about to end for one that is stuck.
    /// - Throws: what `announce` throws, or nothing else; being cancelled is no error.
    package mutating func run<Failure: Error>(_ announce: Announce<Failure>) async throws(Failure) {
        try await send(order.signal, announce)
        let isKill = order.signal == .kill
        if !isKill { try await announce("wait_for_end", nil) }
        if isKill { await waitForKilled() } else { await wait(seconds: order.graceSeconds, end: .ended) }
        guard !isKill, order.thenKill, !open.isEmpty, !Task.isCancelled else { return close() }
        try await send(.kill, announce)
        await waitForKilled()
        close()
    }

    private var open: [(target: KillTarget, handle: ProcessHandle)] { handles.filter { ends[$0.target] == nil } }

    private mutating func send<Failure: Error>(
        _ signal: KillOrder.Signal, _ announce: Announce<Failure>
    ) async throws(Failure) {
        for (target, handle) in open {
            if handle.hasEnded {
                ends[target] = KillOutcome(target: target, end: signal == order.signal ? .alreadyGone : .ended)
                continue
            }
            guard !Task.isCancelled else {
                if signal == order.signal {
                    ends[target] = KillOutcome(target: target, end: .notSent, refusal: .cancelled(target))
                }
                continue
            }
            try await announce("send_\(signal.rawValue)", target)
            guard let refusal = handle.send(signal) else {
                if signal == .kill { killed.insert(target) }
                continue
            }
            let end: KillOutcome.End = refusal.reason == "gone" ? .alreadyGone : .notSent
            ends[target] = KillOutcome(target: target, end: end, refusal: end == .notSent ? refusal : nil)
        }
    }

    private mutating func wait(seconds: Int, end: KillOutcome.End) async {
        await Self.wait(for: open.map(\.handle), seconds: seconds, on: loop)
        note(end)
    }

    /// In a task of its own, which nobody cancels.
    private mutating func waitForKilled() async {
        let (handles, loop) = (open.filter { killed.contains($0.target) }.map(\.handle), loop)
        let waiting = Task(executorPreference: loop) {
            await Self.wait(for: handles, seconds: KillOrder.secondsAfterKill, on: loop)
        }
        await waiting.value
        note(.killed)
    }

    private mutating func note(_ end: KillOutcome.End) {
        for (target, handle) in open where handle.hasEnded { ends[target] = KillOutcome(target: target, end: end) }
    }

    private static func wait(for waiting: [ProcessHandle], seconds: Int, on loop: EventLoop) async {
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
    }

    private mutating func close() {
        for (target, _) in open {
            ends[target] = KillOutcome(target: target, end: killed.contains(target) ? .stuck : .stillRunning)
        }
    }
}

extension Refusal {
    fileprivate static func cancelled(_ target: KillTarget) -> Refusal {
        Refusal(
            "interrupted", subject: "process \(target.pid)",
            message: "The call was cancelled, or the agent was asked to end.", remedy: "Call again for a new plan.")
    }
}
