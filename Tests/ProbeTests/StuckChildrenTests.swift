import Snapshots
import TestSupport
import Testing

@testable import Probe

/// Children that no signal ends. The tests' own are only called so.
@Suite struct StuckChildrenTests {
    @Test func eachOfThemKeepsOthersOutOfTheDriver() throws {
        let children = try (0..<2).map { _ in try ChildProcess(["sh", "-c", "echo $$; exec cat"]) }
        let stuck = try children.map { child in
            StuckProcess(pid: try #require(Int32(try child.line())), state: "D", waitChannel: nil, stack: [])
        }
        var state = ProbeState()
        state.stuck = stuck
        children[1].closeInput()
        _ = try children[1].rest()
        let one = wait(&state, untilLeft: 1)
        #expect(one == .stuckInKernel(stuck[0]))
        children[0].closeInput()
        _ = try children[0].rest()
        let none = wait(&state, untilLeft: 0)
        #expect(none == nil)
    }

    /// A process whose output has ended may take a moment more to end.
    private func wait(_ state: inout ProbeState, untilLeft count: Int) -> ProbeInterruption.Cause? {
        var reason = state.reasonToKeepAway()
        while state.stuck.count > count { reason = state.reasonToKeepAway() }
        return reason
    }
}
