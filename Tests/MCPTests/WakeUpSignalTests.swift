import Synchronization
import Testing

@testable import MCP

@Suite struct WakeUpSignalTests {
    /// Counts how often a task that waits again and again is woken up.
    private final class Sleeper: Sendable {
        let signal = WakeUpSignal()
        /// Is fired after each wake-up has been counted.
        let counted = WakeUpSignal()
        private let wakeUps = Mutex(0)

        var count: Int { wakeUps.withLock { $0 } }

        func sleepAgainAndAgain() async {
            while true {
                await signal.wait()
                guard !Task.isCancelled else { return }
                wakeUps.withLock { $0 += 1 }
                counted.fire()
            }
        }
    }

    @Test func keepsOneFiringForWhoeverComesLater() async {
        let sleeper = Sleeper()
        for _ in 0..<3 { sleeper.signal.fire() }
        let task = Task { await sleeper.sleepAgainAndAgain() }
        await sleeper.counted.wait()
        #expect(sleeper.count == 1)
        // Had the other firings been kept, too, they would be counted before this one.
        sleeper.signal.fire()
        await sleeper.counted.wait()
        #expect(sleeper.count == 2)
        task.cancel()
        await task.value
        #expect(sleeper.count == 2)
    }

    @Test func aCancelledWaitReturnsAndLeavesNothingBehind() async {
        let sleeper = Sleeper()
        let cancelled = Task { await sleeper.sleepAgainAndAgain() }
        cancelled.cancel()
        await cancelled.value
        #expect(sleeper.count == 0)
        let next = Task { await sleeper.sleepAgainAndAgain() }
        // The next one is not woken up by what was left, but by this.
        sleeper.signal.fire()
        await sleeper.counted.wait()
        #expect(sleeper.count == 1)
        next.cancel()
        await next.value
        #expect(sleeper.count == 1)
    }
}
