import Diagnosis
import Snapshots
import Testing

/// A counter of GPU 3 at two moments, and what is to be made of its growth.
struct Growth: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: String
    let severity: Severity
    let seconds: Double
    let set: @Sendable (inout NodeSnapshot, UInt64) -> Void
    let from: UInt64
    let to: UInt64

    init(
        _ words: String, _ rule: String, _ severity: Severity, _ from: UInt64, _ to: UInt64, in seconds: Double,
        _ set: @escaping @Sendable (inout NodeSnapshot, UInt64) -> Void
    ) {
        testDescription = words
        self.rule = rule
        self.severity = severity
        self.seconds = seconds
        self.set = set
        self.from = from
        self.to = to
    }

    var report: HealthReport { HealthyNode.report(after: seconds, from: { set(&$0, from) }, to: { set(&$0, to) }) }
}

@Suite("Health: counters over a time")
struct RateTests {
    @Sendable static func replays(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.gpus[3].now { $0.pcieReplayCount = .value(UInt32(count)) }
    }

    @Sendable static func linkReplays(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.gpus[3].link(7) { $0.errors.replay = .value(count) }
    }

    @Sendable static func crc(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.gpus[3].link(7) { $0.errors.crcFlit = .value(count) }
    }

    @Sendable static func integrity(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.gpus[3].link(7) { $0.errors.localIntegrityErrors = .value(count) }
    }

    @Sendable static func remote(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.gpus[3].link(7) { $0.errors.receiveRemoteErrors = .value(count) }
    }

    @Sendable static func heat(_ node: inout NodeSnapshot, _ milliseconds: UInt64) {
        node.gpus[3].now { $0.limiters.thermal = .value(milliseconds * 1_000_000) }
    }

    @Sendable static func corrected(_ node: inout NodeSnapshot, _ count: UInt64) {
        node.changePCIDevice(3) { $0.errors.correctable = .value(.init(total: count, nonzero: [])) }
    }

    static let bad: [Growth] = [
        // Generation 5 with 16 lanes: 30.72 a minute, rounded up.
        Growth("replays at 32 a minute", "pcie_replays", .warning, 100, 132, in: 60, replays),
        Growth("replays in a second", "pcie_replays", .warning, 100, 103, in: 1, replays),
        Growth("corrected errors at 101 an hour", "pcie_errors", .warning, 100, 201, in: 3_600, corrected),
        Growth("one NVLink replay", "nvlink_errors", .warning, 4, 5, in: 1, linkReplays),
        Growth("one CRC error", "nvlink_errors", .warning, 0, 1, in: 1, crc),
        Growth("100 CRC errors a second", "nvlink_errors", .critical, 18_000, 18_100, in: 1, crc),
        Growth("one integrity error", "nvlink_packet_errors", .critical, 0, 1, in: 1, integrity),
        Growth("one error told by the other end", "nvlink_packet_errors", .critical, 0, 1, in: 1, remote),
        Growth("heat for a tenth of the time", "thermal_slowdown", .warning, 5_000, 5_200, in: 2, heat),
    ]

    @Test("what comes too fast is named, and no other GPU is accused", arguments: bad)
    func isNamed(_ growth: Growth) throws {
        let report = growth.report
        let finding = try #require(report.findings.first { $0.rule == growth.rule })
        #expect(finding.severity == growth.severity)
        #expect(finding.gpu == 3)
        #expect(report.gpus[3].verdict == (growth.severity == .critical ? .unhealthy : .degraded))
        #expect(report.gpus.allSatisfy { $0.index == 3 || $0.verdict == .healthy })
    }

    static let past: [Growth] = [
        Growth("no more replays", "pcie_replays", .info, 9_000, 9_000, in: 1, replays),
        Growth("replays at the limit", "pcie_replays", .info, 100, 131, in: 60, replays),
        Growth("two replays prove no rate", "pcie_replays", .info, 100, 102, in: 1, replays),
        Growth("corrected errors at 100 an hour", "pcie_errors", .info, 100, 200, in: 3_600, corrected),
        Growth("NVLink replays of the past", "nvlink_errors", .info, 48, 48, in: 1, linkReplays),
        Growth("CRC errors of the past", "nvlink_errors", .info, 18_211, 18_211, in: 1, crc),
        Growth("integrity errors of the past", "nvlink_packet_errors", .info, 7, 7, in: 1, integrity),
    ]

    @Test("totals that do not grow fast are history and accuse nobody", arguments: past)
    func isHistory(_ growth: Growth) throws {
        let report = growth.report
        let finding = try #require(report.findings.first { $0.rule == growth.rule })
        #expect(finding.severity == .info)
        #expect(finding.time == .history)
        #expect(report.verdict == .healthy)
    }

    @Test("with one reading only, or after the driver was loaded anew, nobody says healthy", arguments: past)
    func isUnknown(_ growth: Growth) {
        let reports = [
            HealthyNode.report { growth.set(&$0, growth.to) },
            HealthyNode.report(after: 1, from: { growth.set(&$0, growth.to + 1) }, to: { growth.set(&$0, growth.to) }),
        ]
        for report in reports {
            #expect(report.gpus[3].verdict == .unknown)
            #expect(report.gpus[3].gaps.contains { $0.check == growth.rule && $0.reading.hasSuffix("_rate") })
            #expect(report.findings.allSatisfy { $0.severity == .info })
            #expect(report.gpus.allSatisfy { $0.index == 3 || $0.verdict == .healthy })
        }
    }

    @Test("a few CRC errors since the driver's start are not even history")
    func fewErrors() {
        let report = HealthyNode.report(after: 1, from: { Self.crc(&$0, 99) }, to: { Self.crc(&$0, 99) })
        #expect(report.findings.isEmpty)
        #expect(report.verdict == .healthy)
    }

    @Test("heat at one moment of two is told, and no fault")
    func oneMoment() throws {
        let report = HealthyNode.report(
            after: 1, from: { _ in },
            to: { node in
                node.gpus[3].now { $0.clocksEventReasons = .value(0x40) }
            })
        let finding = try #require(report.findings.first { $0.rule == "thermal_slowdown" })
        #expect(finding.severity == .info)
        #expect(report.verdict == .healthy)
    }

    @Test("what holds now is compared with the last reading, not with the oldest")
    func lastReading() {
        var (calm, now) = (HealthyNode.snapshot, HealthyNode.snapshot)
        now.gpus[3].now { $0.clocksEventReasons = .value(0x80) }
        calm.gpus[3].now { $0.clocksEventReasons = .value(1) }
        let oldest = CounterSample(calm, microseconds: 5)
        for last in [CounterSample(now, microseconds: 60_000_005), nil] {
            let window = CounterWindow(from: oldest, last: last, to: 62_000_005)
            let report = HealthReport(now, log: HealthyNode.quietLog, window: window)
            #expect(report.gpus[3].verdict == .degraded)
            #expect(report.gpus[3].action == .checkPower)
        }
        #expect(!oldest.confirmsSlowdowns(of: [now.gpus[3]]))
        #expect(CounterSample(now, microseconds: 5).confirmsSlowdowns(of: [now.gpus[3]]))
        #expect(oldest.confirmsSlowdowns(of: [calm.gpus[3]]))
    }

    @Test("without its counters at the earlier moment nothing is said of a GPU's rates")
    func forgotten() {
        var now = HealthyNode.snapshot
        Self.integrity(&now, 7)
        var sample = CounterSample(now, microseconds: 5)
        sample.forget(HealthyNode.busID(3))
        let window = CounterWindow(from: sample, last: sample, to: 1_000_005)
        #expect(HealthReport(now, log: HealthyNode.quietLog, window: window).gpus[3].verdict == .unknown)
    }

    @Test("only GPUs whose counters could be too fast are read twice", arguments: past)
    func isReadTwice(_ growth: Growth) {
        var node = HealthyNode.snapshot
        #expect(node.gpusToReadTwice().isEmpty)
        growth.set(&node, growth.to)
        #expect(node.gpusToReadTwice().map(\.index) == [3])
    }

    @Test("the limit of replays follows the link's width and generation, or a person's number")
    func replayLimit() throws {
        var node = HealthyNode.snapshot
        node.gpus[3].inventory?.pcieMaxGeneration = .value(4)
        Self.replays(&node, 16)
        #expect(node.gpusToReadTwice().map(\.index) == [3])
        Self.replays(&node, 15)
        #expect(node.gpusToReadTwice().isEmpty)
        let own = try HealthThresholds.standard.replaced(by: "pcie_replays_per_minute = 15")
        #expect(node.gpusToReadTwice(own).map(\.index) == [3])
    }
}
