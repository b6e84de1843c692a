import Testing

@testable import PodHolder

@Suite("When a held pod closes")
struct HolderStateTests {
    @Test("the only session's leave closes the pod")
    func onlyOne() {
        var state = HolderState(grace: .seconds(15), openedAt: .seconds(100))
        let isClosed = state.left()
        #expect(isClosed)
    }

    @Test("a leave while another session is announced keeps it open")
    func twoSessions() {
        var state = HolderState(grace: .seconds(15), openedAt: .zero)
        state.entered(at: .seconds(1))
        let isLast = state.left()
        #expect(!isLast)
        let isClosed = state.left()
        #expect(isClosed)
    }

    @Test("a session that was killed never leaves, so only its absence closes the pod")
    func killedSession() {
        var state = HolderState(grace: .seconds(15), openedAt: .zero)
        state.entered(at: .seconds(1))
        state.observed(sessions: 2, at: .seconds(2))
        let isLast = state.left()
        #expect(!isLast)
        state.observed(sessions: 0, at: .seconds(3))
        #expect(!state.isAbandoned(at: .seconds(16.9)))
        #expect(state.isAbandoned(at: .seconds(17)))
    }

    @Test("a pod that nobody ever used is abandoned after the grace, not before")
    func neverUsed() {
        let state = HolderState(grace: .seconds(8), openedAt: .seconds(5))
        #expect(!state.isAbandoned(at: .seconds(12.999)))
        #expect(state.isAbandoned(at: .seconds(13)))
    }

    @Test("what must not be broken off keeps it open after the last leave, and closes it at its end")
    func busy() {
        var state = HolderState(grace: .seconds(15), openedAt: .zero)
        state.began()
        let isLast = state.left()
        #expect(!isLast)
        #expect(state.busy == 1)
        let isClosed = state.ended()
        #expect(isClosed)
    }

    @Test("the end of it closes nothing while a session is there")
    func busyAmongOthers() {
        var state = HolderState(grace: .seconds(15), openedAt: .zero)
        state.began()
        let isClosed = state.ended()
        #expect(!isClosed)
        // One that was never begun is not counted.
        _ = state.ended()
        #expect(state.busy == 0)
        let isLast = state.left()
        #expect(isLast)
    }

    @Test("an announcement gives the session the whole grace to begin")
    func announced() {
        var state = HolderState(grace: .seconds(8), openedAt: .zero)
        state.entered(at: .seconds(7))
        #expect(!state.isAbandoned(at: .seconds(14)))
    }

    @Test("the interval stays within its bounds", arguments: [(1, 125), (8, 1_000), (600, 2_000)])
    func interval(grace: Int, milliseconds: Int) {
        #expect(HolderState(grace: .seconds(grace), openedAt: .zero).interval == .milliseconds(milliseconds))
    }
}
