import Diagnosis
import Snapshots
import Testing

@Suite("Health: what the node's files say")
struct HostEvidenceTests {
    private func lanes(_ now: Int, of most: Int) -> HostPCILink {
        HostPCILink(currentWidth: .value(now), maximumWidth: .value(most))
    }

    @Test("fewer lanes than NVML tells, or while it does not tell, are believed to the PCI bus")
    func width() throws {
        let conflict = HealthyNode.report { $0.changePCIDevice(3) { $0.link = lanes(8, of: 16) } }
        #expect(conflict.gpus[3].action == .checkPCIe)
        let finding = try #require(conflict.findings.first { $0.rule == "pcie_width" })
        #expect(finding.evidence.map(\.value).prefix(2) == ["16", "8"])
        let silent = HealthyNode.report { node in
            node.gpus[3].now { $0.pcieWidth = .unavailable(.notSupported) }
            node.gpus[3].inventory?.pcieMaxWidth = .unavailable(.notSupported)
            node.changePCIDevice(3) { $0.link = lanes(8, of: 16) }
        }
        #expect(silent.gpus[3].verdict == .degraded)
        let full = HealthyNode.report { $0.changePCIDevice(3) { $0.link = lanes(16, of: 16) } }
        #expect(full.verdict == .healthy)
    }

    @Test(
        "a slot of fewer lanes than the GPU has is none that lost some, unless it claims fewer than are in use",
        arguments: [(8, HealthVerdict.healthy), (16, .degraded), (1, .degraded)])
    func lanesOfTheSlot(slot: Int, verdict: HealthVerdict) {
        let report = HealthyNode.report { node in
            node.gpus[3].now { $0.pcieWidth = .value(8) }
            node.changePCIDevice(3) { $0.upstream?.link = lanes(8, of: slot) }
        }
        #expect(report.gpus[3].verdict == verdict)
    }

    @Test("fatal PCIe errors of this boot are as grave as in the log, others warn")
    func fatalErrors() {
        let three = HostPCIErrors.Counters(total: 3, nonzero: [.init(name: "SDES", count: 3)])
        let fatal = HealthyNode.report { $0.changePCIDevice(3) { $0.errors.fatal = .value(three) } }
        #expect(fatal.gpus[3].verdict == .unhealthy)
        #expect(fatal.gpus[3].action == .rebootNode)
        let other = HealthyNode.report { $0.changePCIDevice(3) { $0.upstream?.errors.nonFatal = .value(three) } }
        #expect(other.gpus[3].verdict == .degraded)
        #expect(other.gpus[3].action == .checkPCIe)
    }

    @Test("a device node that is missing among others is found; where there is none, they are elsewhere")
    func deviceNodes() {
        let missing = HealthyNode.report { $0.devices?.gpuMinors = .value([0, 1, 2, 4, 5, 6, 7]) }
        #expect(missing.gpus[3].verdict == .degraded)
        #expect(missing.findings.map(\.rule) == ["device_node"])
        #expect(HealthyNode.report { $0.devices?.gpuMinors = .value([]) }.verdict == .healthy)
    }

    @Test("device nodes of GPUs that are nowhere else are told; where a GPU is missing, that is told instead")
    func leftOverNodes() {
        let left = HealthyNode.report { $0.devices?.gpuMinors = .value((0..<10).map { $0 }) }
        #expect(left.findings.map(\.rule) == ["device_node_left"])
        #expect(left.findings.map(\.severity) == [.info])
        #expect(left.findings.first?.evidence.first?.value == "/dev/nvidia8-9")
        #expect(left.verdict == .healthy)
        let unknown = HealthyNode.report { node in
            node.devices?.gpuMinors = .value((0..<10).map { $0 })
            node.gpus[4].inventory?.minorNumber = .unavailable(.notSupported)
        }
        #expect(unknown.findings.isEmpty, "it may be the one of GPU 4")
        let missing = HealthyNode.report { $0.gpus.remove(at: 7) }
        #expect(missing.findings.map(\.rule) == ["gpu_missing_from_nvml"])
    }
}
