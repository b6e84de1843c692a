import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: what does not fit")
struct DisagreementTests {
    @Test("a disagreement stands behind faults of its weight and changes no verdict")
    func order() {
        let odd = HealthFinding(
            rule: "process_without_pod", severity: .warning, gpu: 0, title: "Processes outside of any pod use the GPU.",
            evidence: [], action: .checkApp, confirm: "")
        var node = HealthyNode.snapshot
        let calm = HealthReport(node.withAllIdentities, log: HealthyNode.quietLog, attribution: [odd])
        #expect(calm.verdict == .healthy)
        #expect(calm.gpus[0].action == .none)
        #expect(calm.findings == [odd])
        node.gpus[3].telemetry?.pcieWidth = .value(8)
        let report = HealthReport(node.withAllIdentities, log: HealthyNode.quietLog, attribution: [odd])
        #expect(report.findings.map(\.rule) == ["pcie_width", "process_without_pod"])
    }
}
