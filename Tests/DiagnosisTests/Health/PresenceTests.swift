import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: GPUs that are gone without a word")
struct PresenceTests {
    /// GPU 3 is nowhere any more.
    private func removeThird(_ node: inout NodeSnapshot) {
        let place = HealthyNode.busID(3)
        node.gpus.remove(at: 3)
        node.driver.gpuCount = .value(7)
        let (onBus, inProc) = (node.host?.pciGPUs.value ?? [], node.host?.procGPUs.value ?? [])
        let devices = node.devices?.pci.value ?? []
        node.host?.pciGPUs = .value(onBus.filter { $0 != place })
        node.host?.procGPUs = .value(inProc.filter { $0.busID != place })
        node.devices?.pci = .value(devices.filter { $0.busID != place })
        node.devices?.gpuMinors = .value([0, 1, 2, 4, 5, 6, 7])
    }

    @Test("where neither the bus nor the kernel module can be looked at, NVML's list is no proof")
    func nobodyLooked() {
        var node = HealthyNode.snapshot
        node.host?.pciGPUs = .unavailable(.notSupported)
        node.host?.procGPUs = .unavailable(.notSupported)
        node.host?.kernelModuleVersion = .unavailable(.notSupported)
        #expect(node.hostGPUsUnseen?.remedy.contains("/sys") ?? false)
        let report = HealthReport(node, log: HealthyNode.quietLog)
        #expect(report.verdict == .unknown)
        #expect(report.gaps.map(\.check) == ["gpu_presence"])
        let byModule = HealthyNode.report { $0.host?.pciGPUs = .unavailable(.notSupported) }
        #expect(byModule.verdict == .healthy)
    }

    @Test("a GPU that this boot's log names and the node does not have is told with its UUID")
    func namedByTheLog() throws {
        let lines = [
            record("NVRM: GPU at PCI:0000:13:00: GPU-00000000-0000-0000-0000-000000000003", at: 10),
            xid(31, "0000:13:00", at: 11, pid: 7, name: "python3"),
        ]
        let log = KernelLogEvidence(DiagnosisTests.report(lines))
        let report = HealthyNode.report(log: log, removeThird)
        #expect(report.verdict == .degraded)
        let finding = try #require(report.findings.first { $0.rule == "gpu_gone" })
        #expect(finding.busID == HealthyNode.busID(3) && finding.action == .rebootNode)
        #expect(finding.evidence.first?.value.contains("GPU-00000000") ?? false)
        #expect(!HealthyNode.report(log: log).findings.contains { $0.rule == "gpu_gone" })
        let boot = record("Linux version 6.8.0-45-generic", at: 0)
        let earlier = KernelLogEvidence(DiagnosisTests.report(lines + [boot]))
        #expect(!HealthyNode.report(log: earlier, removeThird).findings.contains { $0.rule == "gpu_gone" })
    }

    @Test(
        "a label that counts more GPUs than there are makes the node unknown, unless it counts MIG devices",
        arguments: [
            (["nvidia.com/gpu.count=8"], HealthVerdict.unknown), (["nvidia.com/gpu.count=7"], .healthy),
            (["nvidia.com/gpu.count=56", "nvidia.com/gpu.product=NVIDIA-H100-MIG-1g.10gb"], .healthy),
        ])
    func labels(labels: [String], verdict: HealthVerdict) {
        let report = HealthyNode.report { node in
            removeThird(&node)
            node.facts = NodeFacts()
            node.facts?.labels = labels
        }
        #expect(report.verdict == verdict)
        #expect(report.gaps.map(\.reading) == (verdict == .unknown ? ["gpus_of_label"] : []))
    }
}
