import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: what does not fit")
struct DisagreementTests {
    @Test("a disagreement stands behind faults of its weight and, where it is not critical, changes no verdict")
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

    @Test("a pod that was given a GPU which nobody has any more condemns the node, but none of the GPUs that are left")
    func podWithLostGPU() {
        let lost = HealthFinding(
            rule: "allocated_device_missing", severity: .critical, title: "A pod was given a lost GPU.", evidence: [],
            action: .rebootNode, confirm: "")
        let report = HealthReport(
            HealthyNode.snapshot.withAllIdentities, log: HealthyNode.quietLog, attribution: [lost])
        #expect(report.verdict == .unhealthy)
        #expect(report.gpus.allSatisfy { $0.verdict == .healthy })
    }
}
