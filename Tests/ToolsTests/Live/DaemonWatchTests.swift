import EventLoop
import ProbeProtocol
import Snapshots
import Synchronization
import Testing

@testable import Tools

/// What is looked at while somebody waits for news of the node's daemons.
@Suite struct DaemonWatchTests {
    private static let names = ["nvidia-imex"]

    /// The processes of a node, and which of them were asked for; none for all.
    private final class Node: Sendable {
        private let running: Mutex<[HostProcess]>
        private let asked = Mutex<[[Int32]]>([])
        private let sharesProcessIDs: Bool

        init(_ running: [HostProcess], sharesProcessIDs: Bool = true) {
            self.running = Mutex(running)
            self.sharesProcessIDs = sharesProcessIDs
        }

        func run(_ processes: [HostProcess]) { running.withLock { $0 = processes } }

        var requests: [[Int32]] { asked.withLock { $0 } }

        func read(_ request: ProbeRequest) -> ProcessesSnapshot {
            asked.withLock { $0.append(request.pids) }
            var snapshot = ProcessesSnapshot()
            snapshot.sharesProcessIDs = sharesProcessIDs
            let all = running.withLock { $0 }
            if request.pids.isEmpty { snapshot.processCount = .value(UInt32(all.count)) }
            let chosen = all.filter { request.pids.isEmpty || request.pids.contains($0.pid) }
            snapshot.processes = chosen.map { NodeProcess($0) }
            return snapshot
        }
    }

    private static func daemon(
        _ pid: Int32, _ state: HostProcess.State = .sleeping, startTicks: UInt64 = 100
    ) -> HostProcess {
        HostProcess(pid: pid, name: "nvidia-imex", state: state, startTicks: startTicks)
    }

    private static let other = HostProcess(pid: 7, name: "python3", state: .running)

    /// The pids of the daemons at these moments, seconds after `start`.
    private func look(
        _ watch: inout DaemonWatch, at node: Node, since start: MonotonicTime, _ seconds: Int64...
    ) async -> [[Int32]] {
        var seen: [[Int32]] = []
        for second in seconds {
            let found = await watch.look(for: Self.names, now: start + .seconds(second)) { node.read($0) }
            seen.append(found?.processes.map(\.process.pid) ?? [-1])
        }
        return seen
    }

    @Test func oneThatRunsIsTheOnlyProcessThatIsLookedAt() async {
        let (node, start) = (Node([Self.other, Self.daemon(900)]), MonotonicTime.now)
        var watch = DaemonWatch()
        let seen = await look(&watch, at: node, since: start, 0, 1, 100)
        #expect(seen == [[900], [900], [900]])
        #expect(node.requests == [[], [900], [900]])
    }

    @Test func oneThatEndedIsMissedAtOnceAndLookedForNowAndThen() async {
        let (node, start) = (Node([Self.other, Self.daemon(900)]), MonotonicTime.now)
        var watch = DaemonWatch()
        _ = await look(&watch, at: node, since: start, 0)
        node.run([Self.other])
        let seen = await look(&watch, at: node, since: start, 1, 2, 5)
        #expect(seen == [[], [], []])
        #expect(node.requests == [[], [900], []])
        node.run([Self.other, Self.daemon(901)])
        let later = await look(&watch, at: node, since: start, 6)
        #expect(later == [[901]])
        #expect(node.requests == [[], [900], [], []])
    }

    @Test func whatTakesItsPlaceIsFoundAtOnce() async {
        let (node, start) = (Node([Self.daemon(900)]), MonotonicTime.now)
        var watch = DaemonWatch()
        _ = await look(&watch, at: node, since: start, 0)
        node.run([Self.daemon(901)])
        let seen = await look(&watch, at: node, since: start, 1)
        #expect(seen == [[901]])
    }

    @Test func aNumberThatAnotherProcessHasIsNotTheDaemon() async {
        let (node, start) = (Node([Self.daemon(900)]), MonotonicTime.now)
        var watch = DaemonWatch()
        _ = await look(&watch, at: node, since: start, 0)
        node.run([HostProcess(pid: 900, name: "python3", state: .running, startTicks: 200)])
        let seen = await look(&watch, at: node, since: start, 1)
        #expect(seen == [[]])
        node.run([Self.daemon(900, .zombie)])
        let later = await look(&watch, at: node, since: start, 10)
        #expect(later == [[]], "it has ended")
    }

    @Test func aMomentInTheKernelIsNoNews() async {
        let (node, start) = (Node([Self.daemon(900, .uninterruptible)]), MonotonicTime.now)
        var watch = DaemonWatch()
        let first = await watch.look(for: Self.names, now: start) { node.read($0) }
        #expect(first?.processes.first?.process.state == .sleeping)
        let seen = await look(&watch, at: node, since: start, 1)
        #expect(seen == [[900]])
        #expect(node.requests == [[], [900]])
    }

    @Test func aSearchThatFailsIsNotRepeatedAtOnce() async {
        let asked = Mutex(0)
        let start = MonotonicTime.now
        var watch = DaemonWatch()
        for second in 0..<4 {
            let seen = await watch.look(for: Self.names, now: start + .seconds(second)) { _ in
                asked.withLock { $0 += 1 }
                return nil
            }
            #expect(seen == nil)
        }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func aDaemonThatIsNeededFromNowOnIsLookedForAtOnce() async {
        let manager = HostProcess(pid: 800, name: "nv-fabricmanage", state: .sleeping, startTicks: 50)
        let (node, start) = (Node([manager, Self.daemon(900)]), MonotonicTime.now)
        var watch = DaemonWatch()
        _ = await watch.look(for: ["nv-fabricmanage"], now: start) { node.read($0) }
        let both = await watch.look(for: ["nvidia-imex", "nv-fabricmanage"], now: start + .seconds(1)) { node.read($0) }
        #expect(both?.processes.map(\.process.pid).sorted() == [800, 900])
    }

    @Test func whereNoneIsNeededNothingIsLookedAt() async {
        let node = Node([Self.daemon(900)])
        var watch = DaemonWatch()
        let seen = await watch.look(for: []) { node.read($0) }
        #expect(seen == nil)
        #expect(node.requests.isEmpty)
    }

    @Test func whatCannotBeSeenIsNotLookedForAgain() async {
        let (node, start) = (Node([Self.other], sharesProcessIDs: false), MonotonicTime.now)
        var watch = DaemonWatch()
        let seen = await look(&watch, at: node, since: start, 0, 10, 20)
        #expect(seen == [[], [], []])
        #expect(node.requests == [[]])
    }
}
