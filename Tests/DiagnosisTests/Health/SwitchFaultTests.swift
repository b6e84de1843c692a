import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: faults of NVSwitches")
struct SwitchFaultTests {
    private func report(_ number: UInt32, isHistory: Bool = false, _ change: (inout NodeSnapshot) -> Void = { _ in })
        -> HealthReport
    {
        var log = HealthyNode.quietLog
        log.faults = [
            KernelLogFault(
                .sxid(number), busID: BusID(domain: 0, bus: 7, device: 0), severity: .critical,
                title: "NVSwitch", action: .resetFabric, isHistory: isHistory)
        ]
        return HealthyNode.report(log: log, change)
    }

    @Test("a switch that stopped is the fault of every GPU behind it")
    func stoppedSwitch() {
        let report = report(10_003)
        #expect(report.gpus.allSatisfy { $0.verdict == .unhealthy && $0.action == .resetFabric })
        #expect(report.findings.count == 1)
        let past = self.report(10_003, isHistory: true)
        #expect(past.verdict == .healthy)
        let besides = self.report(10_003) { node in
            node.gpus[3].name = .value("NVIDIA L40S")
            node.gpus[3].links?.count = .unavailable(.notSupported)
            node.gpus[3].links?.links = []
            node.gpus[3].fabric?.state = .value(0)
        }
        #expect(besides.gpus[3].verdict == .healthy)
        // Where links tell the addresses of their switches, only those that end at this one are concerned.
        let atOther = self.report(10_003) { node in
            for gpu in node.gpus.indices {
                node.gpus[gpu].link(0) { $0.remoteBusID = .value(BusID(domain: 0, bus: gpu == 3 ? 8 : 7, device: 0)) }
            }
        }
        #expect(atOther.gpus[3].verdict == .healthy)
        #expect(atOther.gpus[4].verdict == .unhealthy)
    }

    @Test("behind a port that failed is one GPU, and while nothing tells which, none is healthy")
    func failedPort() {
        let unknown = report(20_034)
        #expect(unknown.gpus.allSatisfy { $0.verdict == .unknown && $0.gaps.map(\.check) == ["kernel_log"] })
        #expect(unknown.verdict == .unhealthy)
        let known = report(20_034) { $0.gpus[3].link(0) { $0.isActive = .value(false) } }
        #expect(known.gpus[3].verdict == .unhealthy)
        #expect(known.gpus[4].verdict == .healthy)
    }

    @Test("a link error of a GPU that NVML finds in order does not make the others healthy; one that counts does")
    func portNamedByAGPU() {
        let lines = [
            record("nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 20034, Fatal, Link 30 LTSSM Fault Up", at: 10),
            xid(74, "0000:10:00", at: 11),
        ]
        let place = HealthyNode.busID(0)
        let recovered = DiagnosisTests.report(lines, FaultContext(recoveryLevels: [place: .none]))
        let calm = HealthyNode.report(log: KernelLogEvidence(recovered))
        #expect(calm.verdict == .unhealthy)
        #expect(calm.gpus.allSatisfy { $0.verdict != .healthy })
        let open = HealthyNode.report(log: KernelLogEvidence(DiagnosisTests.report(lines)))
        #expect(open.gpus[0].verdict != .healthy)
        #expect(open.gpus[4].verdict == .healthy)
    }
}
