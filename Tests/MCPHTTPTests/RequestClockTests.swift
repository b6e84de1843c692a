import NIOCore
import Testing

@testable import MCPHTTP

@Suite struct RequestClockTests {
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    private func verdict(_ clock: RequestClock, _ seconds: Int64) -> RequestClock.Verdict {
        clock.verdict(at(seconds), readTime: .seconds(10), writeTime: .seconds(5))
    }

    @Test func aClientThatSaysNothingIsIdle() {
        let clock = RequestClock(now: at(0))
        #expect(verdict(clock, 10) == .fine)
        #expect(verdict(clock, 11) == .idle)
        #expect(clock.waitingSince == at(0))
    }

    @Test func bytesThatTrickleDoNotGiveMoreTime() {
        var clock = RequestClock(now: at(0))
        for second in 5..<15 { clock.bytesCame(at(Int64(second))) }
        #expect(verdict(clock, 15) == .fine)
        #expect(verdict(clock, 16) == .slowToSend)
        #expect(clock.canBeRefused)
    }

    @Test func theBodyHasItsOwnTime() {
        var clock = RequestClock(now: at(0))
        clock.bytesCame(at(0))
        clock.headCame(at(9))
        clock.bytesCame(at(18))
        #expect(verdict(clock, 19) == .fine)
        #expect(verdict(clock, 20) == .slowToSend)
    }

    @Test func anAnswerMayTakeAnyTime() {
        var clock = RequestClock(now: at(0))
        clock.headCame(at(1))
        clock.requestEnded()
        #expect(verdict(clock, 1_000) == .fine)
        #expect(clock.waitingSince == nil)
        clock.answerEnded(at(1_000))
        #expect(verdict(clock, 1_010) == .fine)
        #expect(verdict(clock, 1_011) == .idle)
    }

    @Test func whoAlreadyHasAnAnswerIsNotRefusedAfterIt() {
        var clock = RequestClock(now: at(0))
        clock.headCame(at(0))
        clock.answerEnded(at(1))
        #expect(verdict(clock, 11) == .slowToSend)
        clock.headCame(at(20))
        clock.requestEnded()
        clock.headCame(at(20))
        #expect(!clock.canBeRefused)
    }

    @Test func whatIsNotReadForTooLongEndsTheConnection() {
        var clock = RequestClock(now: at(0))
        clock.headCame(at(0))
        clock.requestEnded()
        clock.writability(false, at(1))
        clock.writability(false, at(4))
        #expect(verdict(clock, 6) == .fine)
        #expect(verdict(clock, 7) == .slowToRead)
        clock.writability(true, at(7))
        #expect(verdict(clock, 60) == .fine)
    }
}
