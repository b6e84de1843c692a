import Synchronization
import Testing

@testable import MCP

@Suite struct EventHubTests {
    /// Counts what it hears.
    final class Listener: EventObserver {
        private let heard = Mutex<[ServerEvent]>([])
        let signal = WakeUpSignal()

        func receive(_ event: ServerEvent) {
            heard.withLock { $0.append(event) }
            signal.fire()
        }

        var all: [ServerEvent] { heard.withLock { $0 } }
    }

    @Test func manyUpdatesBecomeTwo() async {
        let hub = EventHub()
        let listener = Listener()
        hub.add(listener)
        hub.changeWatch(["a"], by: 1)
        for _ in 0..<100 { hub.publish(.resourceUpdated(uri: "a")) }
        #expect(listener.all == [.resourceUpdated(uri: "a")])
        await listener.signal.wait()
        while listener.all.count < 2 { await listener.signal.wait() }
        #expect(listener.all.count == 2)
    }

    @Test func nobodyHearsOfWhatNobodyWatches() {
        let hub = EventHub()
        let listener = Listener()
        hub.add(listener)
        hub.publish(.resourceUpdated(uri: "a"))
        hub.publish(.toolsChanged)
        hub.remove(listener)
        hub.publish(.promptsChanged)
        #expect(listener.all == [.toolsChanged])
    }

    @Test func tellsWhenWatchingBeginsAndEnds() {
        let hub = EventHub()
        let told = Mutex<[Set<String>]>([])
        let log = Log(told)
        hub.setWatchHandler { log.add($0) }
        for change in [1, 1, -1, -1, -1, 1] { hub.changeWatch(["a"], by: change) }
        #expect(log.all == [["a"], [], ["a"]])
    }

    /// Whoever is told looks at all that is watched: told of each, a subscription to many would take the time of their square.
    @Test func tellsOnceOfManyTogether() {
        let hub = EventHub()
        let told = Mutex<[Set<String>]>([])
        let log = Log(told)
        hub.setWatchHandler { log.add($0) }
        let many = Set((0..<1_000).map { "a\($0)" })
        hub.changeWatch(["a7"], by: 1)
        hub.changeWatch(many, by: 1)
        hub.changeWatch(many, by: -1)
        hub.changeWatch(["a7"], by: -1)
        #expect(log.all == [["a7"], many, ["a7"], []])
    }

    private final class Log: Sendable {
        private let entries: Mutex<[Set<String>]>

        init(_ entries: consuming Mutex<[Set<String>]>) { self.entries = entries }

        func add(_ entry: Set<String>) { entries.withLock { $0.append(entry) } }

        var all: [Set<String>] { entries.withLock { $0 } }
    }
}
