import ProbeProtocol
import Snapshots
import Testing

@testable import Diagnosis
@testable import Tools

/// Which resources are told of when a node's judgement changes.
@Suite struct NodeStateTests {
    private static let all = ["gpu://node", "gpu://log/xid", "gpu://gpus/0", "gpu://gpus/1", "gpu://gpus/1/telemetry"]

    private func gpu(_ index: UInt32?, _ verdict: HealthVerdict = .healthy, _ action: Action = .none) -> GPUVerdict {
        GPUVerdict(
            index: index, busID: BusID("0000:3b:00.0"), uuid: index.map { "GPU-\($0)" }, name: nil, verdict: verdict,
            action: action, nextActions: [], gaps: [])
    }

    private func node(_ gpus: [GPUVerdict], _ findings: [HealthFinding] = []) -> NodeState {
        let worst = gpus.reduce(HealthVerdict.healthy) { $0.worse($1.verdict) }
        return NodeState(HealthReport(verdict: worst, gpus: gpus, findings: findings, gaps: []))
    }

    private func finding(_ rule: String, _ severity: Severity, gpu: UInt32?) -> HealthFinding {
        HealthFinding(
            rule: rule, severity: severity, gpu: gpu, title: "", evidence: [], action: .none, confirm: "")
    }

    /// As where they are read, an escape is what it spells.
    @Test(
        arguments: [
            ("gpu://gpus/0", WatchedResource.gpu(.index(0))),
            ("gpu://gpus/GPU-1/telemetry", .telemetry(.uuid("GPU-1"))),
            ("gpu://gpus/0000%3A3b%3A00.0", BusID("0000:3b:00.0").map { .gpu(.busID($0)) }),
            ("gpu://gpus/%30/telemetry", .telemetry(.index(0))), ("gpu://gpus/nonsense", nil),
            ("gpu://gpus/0/none", nil),
            ("gpu://gpus/%zz", nil), ("gpu://log%2Fxid", nil), ("gpu://docs/reset", nil),
        ] as [(String, WatchedResource?)])
    func urisNameWhatCanChange(uri: String, resource: WatchedResource?) {
        #expect(WatchedResource(uri) == resource)
    }

    private func affected(from before: NodeState, to after: NodeState) -> [String] {
        Self.all.filter { uri in WatchedResource(uri).map { after.differs(from: before, in: $0) } ?? false }
    }

    @Test func nothingNewIsNoNews() {
        #expect(affected(from: node([gpu(0), gpu(1)]), to: node([gpu(0), gpu(1)])).isEmpty)
    }

    @Test func aVerdictIsNewsOfItsGPUAndTheNode() {
        let after = node([gpu(0), gpu(1, .degraded)])
        #expect(affected(from: node([gpu(0), gpu(1)]), to: after) == ["gpu://node", "gpu://gpus/1"])
    }

    @Test func anActionIsNewsWhileTheVerdictStays() {
        let before = node([gpu(0, .unhealthy, .resetGPU), gpu(1)])
        let after = node([gpu(0, .unhealthy, .rebootNode), gpu(1)])
        #expect(affected(from: before, to: after) == ["gpu://node", "gpu://gpus/0"])
    }

    @Test func aGPUThatIsGoneIsNewsOfItsTelemetryToo() {
        let after = node([gpu(0)])
        let uris = affected(from: node([gpu(0), gpu(1)]), to: after)
        #expect(uris == ["gpu://node", "gpu://gpus/1", "gpu://gpus/1/telemetry"])
    }

    @Test func aGPUThatNoLongerAnswersIsNewsOfItsTelemetryToo() {
        let after = node([gpu(0), gpu(1)], [finding("gpu_access", .critical, gpu: 1)])
        let uris = affected(from: node([gpu(0), gpu(1)]), to: after)
        #expect(uris == ["gpu://node", "gpu://gpus/1", "gpu://gpus/1/telemetry"])
    }

    @Test func historyIsNoNews() {
        let after = node([gpu(0), gpu(1)], [finding("ecc_history", .info, gpu: 1)])
        #expect(affected(from: node([gpu(0), gpu(1)]), to: after).isEmpty)
    }

    @Test func whatConcernsNoGPUIsNewsOfTheNode() {
        let after = node([gpu(0), gpu(1)], [finding("fabric_manager", .warning, gpu: nil)])
        #expect(affected(from: node([gpu(0), gpu(1)]), to: after) == ["gpu://node"])
    }

    @Test(arguments: [
        "gpu://xid/79", "gpu://docs/thermal", "gpu://gpus/", "gpu://gpus/0/x", "gpu://gpus/0/telemetry/x", "x",
    ])
    func whatCannotChangeIsNotWatched(uri: String) {
        #expect(WatchedResource(uri) == nil)
    }

    @Test func aGPUIsMeantByAnyOfItsNames() {
        let state = node([gpu(0), gpu(1)])
        #expect(WatchedResource("gpu://gpus/gpu-1") == .gpu(.uuid("gpu-1")))
        #expect(state.gpu(.uuid("gpu-1"))?.index == 1)
        #expect(state.gpu(.index(2)) == nil)
    }
}
