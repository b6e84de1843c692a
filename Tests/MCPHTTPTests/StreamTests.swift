import NIOCore
import Testing

@testable import MCPHTTP

@Suite struct StreamTests {
    private func event(_ text: String, _ number: Int? = nil) -> OutgoingEvent {
        OutgoingEvent(id: number.map { EventID(stream: 3, number: $0) }, data: Array(text.utf8))
    }

    @Test func oneMessageThatEndsTheStreamNeedsNoStream() {
        let stream = ReplyStream(limit: 1_000)
        stream.push([event("a")], ends: true)
        #expect(stream.single == event("a"))
    }

    @Test func anythingElseDoes() async {
        let stream = ReplyStream(limit: 1_000)
        stream.push([event("a")])
        #expect(stream.single == nil)
        stream.push([event("b")], ends: true)
        #expect(stream.single == nil)
        #expect(await stream.next() == .send([event("a"), event("b")]))
        #expect(await stream.next() == .end)
        stream.push([event("late")])
        #expect(await stream.next() == .end)
    }

    /// A first sign of progress is not the answer, where the connection, the session or the call ends right after it.
    @Test func whatIsCutOffIsNoAnswer() {
        let (cutOff, cancelled) = (ReplyStream(limit: 1_000), ReplyStream(limit: 1_000))
        for stream in [cutOff, cancelled] { stream.push([event("a")]) }
        cutOff.end()
        cancelled.push([], ends: true)
        #expect(cutOff.single == nil)
        #expect(cancelled.single == nil)
    }

    @Test func silenceIsBroken() async {
        let stream = ReplyStream(limit: 1_000)
        let first = Task { await stream.next() }
        stream.keepAlive()
        stream.push([event("a")])
        #expect(await first.value == .send([event("a")]))
        let second = Task { await stream.next() }
        stream.keepAlive()
        stream.keepAlive()
        #expect(await second.value == .keepAlive)
        let third = Task { await stream.next() }
        stream.push([event("b")])
        #expect(await third.value == .send([event("b")]))
    }

    @Test func anAnswerThatComesSoonNeedsNoSignOfLife() async {
        let stream = ReplyStream(limit: 1_000)
        stream.keepAlive()
        stream.push([event("a")], ends: true)
        #expect(stream.single == event("a"))
    }

    @Test func whoReadsNothingLosesTheStream() async {
        let stream = ReplyStream(limit: 1_000)
        for _ in 0..<100 { stream.push([event("0123456789")]) }
        #expect(await stream.next() == .end)
    }

    @Test func oneLargeAnswerIsNoFloodOfThem() async {
        let stream = ReplyStream(limit: 10)
        stream.push([event("0123456789")], ends: true)
        #expect(stream.single == event("0123456789"))
    }

    @Test func aReleasedConnectionTellsWhenToComeBack() async {
        let stream = ReplyStream(limit: 1_000)
        stream.push([event("a")])
        stream.release(milliseconds: 5)
        #expect(stream.single == nil)
        #expect(await stream.next() == .send([event("a")]))
        #expect(await stream.next() == .release(milliseconds: 5))
        #expect(await stream.next() == .end)
    }

    @Test func eventsHaveTheirForm() {
        var buffer = ByteBuffer()
        event("{}", 2).write(to: &buffer)
        event("").write(to: &buffer)
        #expect(String(buffer: buffer) == "event: message\nid: 3-2\ndata: {}\n\nevent: message\ndata: \n\n")
    }

    @Test func aStreamOutlivesItsConnection() async {
        let first = ReplyStream(limit: 1_000)
        var stream = LegacyStream(number: 3, connection: first)
        stream.add([Array("a".utf8)], ends: false, keeping: 1_000)
        #expect(await first.next() == .send([event("a", 1)]))
        stream.loseConnection()
        stream.add([Array("b".utf8)], ends: false, keeping: 1_000)
        let second = ReplyStream(limit: 1_000)
        stream.resume(over: second, after: 0)
        #expect(await second.next() == .send([event("a", 1), event("b", 2)]))
        stream.add([Array("c".utf8)], ends: true, keeping: 1_000)
        #expect(await second.next() == .send([event("c", 3)]))
        #expect(await second.next() == .end)
        let third = ReplyStream(limit: 1_000)
        stream.resume(over: third, after: 2)
        #expect(third.single == event("c", 3))
    }

    /// A stream whose client saw its first event and was gone before the second.
    private static func brokenOff() -> LegacyStream {
        var stream = LegacyStream(number: 3, connection: ReplyStream(limit: 1_000))
        stream.add([Array("a".utf8)], ends: false, keeping: 1_000)
        stream.loseConnection()
        stream.add([Array("b".utf8)], ends: false, keeping: 1_000)
        return stream
    }

    @Test func withoutWordFromTheClientOnlyWhatNobodySawIsSent() async {
        var stream = Self.brokenOff()
        let second = ReplyStream(limit: 1_000)
        stream.resume(over: second, after: nil)
        #expect(await second.next() == .send([event("b", 2)]))
    }

    @Test func onlyEventsThatWereSentCanBeComeBackFor() async {
        var stream = Self.brokenOff()
        #expect(stream.hasGivenOut(0))
        #expect(stream.hasGivenOut(1))
        #expect(!stream.hasGivenOut(2))
        #expect(!stream.hasGivenOut(.max))
        let second = ReplyStream(limit: 1_000)
        stream.resume(over: second, after: Int.max)
        second.end()
        #expect(await second.next() == .end)
    }

    @Test func keepsNoMoreThanItMay() {
        var stream = LegacyStream(number: 3)
        for _ in 0..<100 { stream.add([Array("0123456789".utf8)], ends: false, keeping: 500) }
        #expect(stream.historySize <= 500)
        #expect(stream.history.last?.id?.number == 100)
    }

    @Test func thereAreSoManyStreamsAndNoMore() {
        let open = OpenStreams(limit: 1)
        let (first, second) = (ReplyStream(limit: 1), ReplyStream(limit: 1))
        #expect(open.add(first))
        #expect(!open.add(second))
        open.remove(first)
        #expect(open.add(second))
    }
}
