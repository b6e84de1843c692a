import Testing

@testable import MCP

@Suite struct WakeUpSignalTests {
    @Test func keepsOneFiringForWhoeverComesLater() async {
        let signal = WakeUpSignal()
        signal.fire()
        signal.fire()
        await signal.wait()
        let second = Task { await signal.wait() }
        signal.fire()
        await second.value
    }

    @Test func aCancelledWaitReturnsAndLeavesNothingBehind() async {
        let signal = WakeUpSignal()
        let waiter = Task { await signal.wait() }
        waiter.cancel()
        await waiter.value
        let next = Task { await signal.wait() }
        signal.fire()
        await next.value
    }
}
