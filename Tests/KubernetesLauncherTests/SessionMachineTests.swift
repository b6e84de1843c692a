import Testing

@testable import KubernetesLauncher

@Suite("The life of a session")
struct SessionMachineTests {
    /// The actions that follow one another when the events come in this order.
    private func actions(_ events: [SessionMachine.Event]) -> [SessionMachine.Action] {
        var machine = SessionMachine(jobName: { "job-\($0)" })
        return [machine.start] + events.map { machine.next($0) }
    }

    private let done = SessionMachine.Outcome(exitCode: 0)

    @Test("alone: create, wait, open, leave, remove")
    func alone() {
        #expect(
            actions([.created, .podReady("p"), .sessionEnded(done), .wasLast, .removed]) == [
                .create(generation: 0), .awaitPod(generation: 0), .open(pod: "p"), .takeLeave(pod: "p"),
                .remove, .finish(done),
            ])
    }

    @Test("who joins announces itself first, and removes nothing while others remain")
    func joining() {
        #expect(
            actions([.alreadyThere, .podReady("p"), .announced, .sessionEnded(done), .othersRemain]) == [
                .create(generation: 0), .awaitPod(generation: 0), .announce(pod: "p"), .open(pod: "p"),
                .takeLeave(pod: "p"), .finish(done),
            ])
    }

    @Test("where the holder does not answer, nothing is removed: others may be in the pod")
    func unansweredLeave() {
        let lost = SessionMachine.Outcome(.sessionLost("x"))
        for begin in [[SessionMachine.Event.created, .podReady("p")], [.alreadyThere, .podReady("p"), .announced]] {
            #expect(actions(begin + [.sessionEnded(done), .leaveFailed]).last == .finish(done))
            #expect(actions(begin + [.sessionEnded(lost), .leaveFailed]).last == .finish(lost))
        }
    }

    @Test("who made the Job and was turned away removes it; who joined does not")
    func turnedAway() {
        let right = DeniedRight(verb: "create", resource: "pods/exec", group: "", namespace: "n", user: "u")
        let refused = SessionMachine.Outcome(.forbidden(right))
        #expect(
            actions([.created, .podReady("p"), .sessionEnded(refused), .leaveFailed]).last == .remove)
        #expect(
            actions([.alreadyThere, .podReady("p"), .announced, .sessionEnded(refused), .leaveFailed]).last
                == .finish(refused))
    }

    @Test("a pod that closes before the announcement arrives is not used: the next generation is made")
    func closing() {
        #expect(
            actions([.alreadyThere, .podReady("p"), .holderClosing, .created, .podReady("q")]).suffix(3) == [
                .create(generation: 1), .awaitPod(generation: 1), .open(pod: "q"),
            ])
    }

    @Test("an earlier Job on its way out is passed by, but not without end")
    func generations() {
        let rounds = Array(repeating: [SessionMachine.Event.alreadyThere, .podLeaving], count: 6).flatMap { $0 }
        let last = actions(rounds).last
        #expect(last == .finish(.init(exitCode: 1, failure: .tooBusy("job-0"))))
    }

    @Test("a failed wait removes the Job of whoever made it, and nobody else's")
    func failedWait() {
        let failure = LaunchFailure.noSuchNode("x", nearest: [])
        #expect(actions([.created, .waitFailed(failure)]).last == .remove)
        #expect(
            actions([.created, .waitFailed(failure), .removed]).last == .finish(.init(exitCode: 1, failure: failure)))
        #expect(actions([.alreadyThere, .waitFailed(failure)]).last == .finish(.init(exitCode: 1, failure: failure)))
    }

    @Test("a creation whose answer was lost is taken back; one that was refused needs nothing")
    func lostAnswer() {
        let failure = LaunchFailure.noCluster("timeout")
        #expect(actions([.creationFailed(failure, mayExist: true)]).last == .remove)
        #expect(
            actions([.creationFailed(failure, mayExist: false)]).last == .finish(.init(exitCode: 1, failure: failure)))
    }

    @Test("a signal before the session removes the Job, and the exit code tells of it")
    func interrupted() {
        let events: [SessionMachine.Event] = [.created, .interrupted(.interrupted(15)), .removed]
        #expect(actions(events).last == .finish(.init(exitCode: 143, failure: .interrupted(15))))
    }

    @Test("the agent's exit code is passed on, also when the removal fails")
    func exitCode() {
        let end = SessionMachine.Outcome(exitCode: 7)
        let events: [SessionMachine.Event] = [
            .created, .podReady("p"), .sessionEnded(end), .wasLast, .removalFailed(.noCluster("x")),
        ]
        #expect(actions(events).last == .finish(end))
    }

    @Test(
        "a session's end is told apart",
        arguments: [
            (0, "", false), (7, "command terminated with exit code 7", false), (2, "usage", false),
            (137, "command terminated with exit code 137", true), (1, "error: unexpected EOF", true),
        ])
    func ends(code: Int, text: String, isLost: Bool) {
        let end = KubectlResult(exitCode: Int32(code), output: [], error: text)
        let failure = SessionRun.sessionFailure(end)
        if case .sessionLost = failure { #expect(isLost) } else { #expect(!isLost && failure == nil) }
    }
}
