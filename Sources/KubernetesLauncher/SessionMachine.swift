/// Decides what comes next in the life of one session, from the Job's creation to its removal. It does nothing itself.
///
/// Several sessions of one person may share a Job. Who makes it is settled by the API server (the second creation of a
/// name is refused); who removes it is settled by the holder in the pod, which counts announcements and leaves, and says so
/// itself: where it does not answer, nothing is removed. So no session removes a Job under another one: a session that
/// joins announces itself before it opens, and if the pod has closed by then it makes a Job of the next generation.
package struct SessionMachine: Sendable {
    /// What to do next.
    package enum Action: Sendable, Equatable {
        /// Create the Job of this generation.
        case create(generation: Int)
        /// Wait until its pod is ready.
        case awaitPod(generation: Int)
        /// Tell the holder that a session is about to begin.
        case announce(pod: String)
        /// Run the session.
        case open(pod: String)
        /// Tell the holder that it has ended.
        case takeLeave(pod: String)
        /// Remove the Job.
        case remove
        /// Nothing is left to do.
        case finish(Outcome)
    }

    /// What came of the action.
    package enum Event: Sendable, Equatable {
        case created
        case alreadyThere
        /// It failed; `mayExist` when the answer was lost, so that the Job may be there after all.
        case creationFailed(LaunchFailure, mayExist: Bool)
        case podReady(String)
        case podLeaving
        case waitFailed(LaunchFailure)
        case announced
        case holderClosing
        case sessionEnded(Outcome)
        case wasLast
        case othersRemain
        /// The holder did not answer: who else is in the pod is not known.
        case leaveFailed
        case removed
        case removalFailed(LaunchFailure)
        /// The action was given up because of a signal, or because the client is gone.
        case interrupted(LaunchFailure)
    }

    /// How a session ended: the exit code to pass on, and what to tell the person.
    package struct Outcome: Sendable, Equatable {
        /// What the launcher exits with.
        package let exitCode: Int32
        /// What to tell the person; nil if there is nothing to tell.
        package let failure: LaunchFailure?

        /// The agent's own end, or the launcher's failure.
        package init(exitCode: Int32, failure: LaunchFailure? = nil) {
            self.exitCode = exitCode
            self.failure = failure
        }

        init(_ failure: LaunchFailure) { self.init(exitCode: failure.exitCode, failure: failure) }
    }

    /// Names that are tried while earlier Jobs are on their way out; more at once means that something is wrong.
    static let generations = 6

    private var generation = 0
    private var isCreator = false
    private var pod: String?
    private var outcome = Outcome(exitCode: 0)
    private let jobName: @Sendable (Int) -> String

    /// A session that has not begun; `jobName` gives the name of each generation.
    package init(jobName: @escaping @Sendable (Int) -> String) { self.jobName = jobName }

    /// The first action.
    package var start: Action { .create(generation: 0) }

    /// The action that follows `event`.
    package mutating func next(_ event: Event) -> Action {
        switch event {
        case .created:
            isCreator = true
            return .awaitPod(generation: generation)
        case .alreadyThere:
            isCreator = false
            return .awaitPod(generation: generation)
        case .creationFailed(let failure, let mayExist): return creationFailed(failure, mayExist: mayExist)
        case .podReady(let pod):
            self.pod = pod
            return isCreator ? .open(pod: pod) : .announce(pod: pod)
        case .announced: return pod.map { .open(pod: $0) } ?? finish()
        case .podLeaving, .holderClosing: return tryNextGeneration()
        case .waitFailed(let failure): return waitFailed(failure)
        case .sessionEnded(let outcome): return sessionEnded(outcome)
        case .wasLast: return .remove
        case .othersRemain, .removed: return finish()
        case .leaveFailed: return leaveFailed()
        case .removalFailed(let failure): return removalFailed(failure)
        case .interrupted(let failure): return interrupted(failure)
        }
    }

    private func finish() -> Action { .finish(outcome) }

    private mutating func creationFailed(_ failure: LaunchFailure, mayExist: Bool) -> Action {
        outcome = Outcome(failure)
        return mayExist ? .remove : finish()
    }

    private mutating func tryNextGeneration() -> Action {
        if isCreator {
            outcome = Outcome(
                .podFailed("it ended before the session began; somebody removed it, or its node went away"))
            return .remove
        }
        guard generation + 1 < Self.generations else {
            outcome = Outcome(.tooBusy(jobName(0)))
            return finish()
        }
        generation += 1
        pod = nil
        return .create(generation: generation)
    }

    private mutating func waitFailed(_ failure: LaunchFailure) -> Action {
        outcome = Outcome(failure)
        return isCreator ? .remove : finish()
    }

    private mutating func sessionEnded(_ outcome: Outcome) -> Action {
        self.outcome = outcome
        return pod.map { .takeLeave(pod: $0) } ?? finish()
    }

    /// Others may be in the pod, so it is left to the holder, which closes it without sessions. Only who made the Job and
    /// was turned away knows that nobody got in.
    private func leaveFailed() -> Action {
        let nobodyGotIn = isCreator && outcome.failure?.meansRefused ?? false
        return nobodyGotIn ? .remove : finish()
    }

    /// The cluster removes what we could not; the session's own end is what counts.
    private mutating func removalFailed(_ failure: LaunchFailure) -> Action {
        if outcome.failure == nil, outcome.exitCode == 0 { outcome = Outcome(exitCode: 0, failure: failure) }
        return finish()
    }

    private mutating func interrupted(_ failure: LaunchFailure) -> Action {
        outcome = Outcome(failure)
        return isCreator ? .remove : finish()
    }
}
