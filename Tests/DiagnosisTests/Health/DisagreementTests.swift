import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: what does not fit, and the daemons beside the GPUs")
struct DisagreementTests {
    private func process(_ name: String, _ state: HostProcess.State = .sleeping) -> NodeProcess {
        NodeProcess(HostProcess(pid: 900, name: name, state: state))
    }

    private func rack(_ processes: ProcessesSnapshot?, asks: Bool = false) -> HealthReport {
        HealthyNode.report { node in
            for index in node.gpus.indices {
                node.gpus[index].fabric?.clusterUUID = .value("5f3a1d04-9c57-4d1e-8e0b-2b1f0c1d7a90")
                if asks { node.gpus[index].memoryHealth?.recoveryAction = .value(5) }
            }
            node.nodeProcesses = processes
        }
    }

    private func imex(_ report: HealthReport) -> HealthFinding? { report.findings.first { $0.rule == "imex_daemon" } }

    @Test("a rack without the IMEX daemon is healthy and told so; where the driver asks for it, it is a fault")
    func imexDaemon() {
        var processes = ProcessesSnapshot()
        #expect(imex(rack(processes, asks: true))?.severity == .info, "nobody has looked")
        processes.processCount = .value(300)
        #expect(imex(rack(processes))?.severity == .info)
        #expect(rack(processes).verdict == .healthy)
        #expect(imex(rack(processes, asks: true))?.severity == .warning)
        processes.unreadableCount = 1
        #expect(imex(rack(processes, asks: true))?.severity == .info)
        processes.unreadableCount = 0
        processes.processes = [process("nvidia-imex")]
        #expect(imex(rack(processes)) == nil)
        processes.processes = [process("nvidia-imex", .uninterruptible)]
        #expect(imex(rack(processes))?.severity == .warning)
        #expect(imex(rack(nil)) == nil)
        #expect(imex(HealthyNode.report { $0.nodeProcesses = ProcessesSnapshot() }) == nil)
    }

    /// A node with an NVSwitch of its own, and what runs on it.
    private func switched(
        _ processes: ProcessesSnapshot?, driver: String = "nvidia-nvswitch", isMIGOn: Bool = false
    ) -> HealthReport {
        HealthyNode.report { node in
            let place = HostPCIDevice(
                busID: BusID(domain: 0, bus: 5, device: 0), kind: .nvSwitch, deviceID: 0x22a3, driver: .value(driver))
            let others = node.devices?.pci.value ?? []
            node.devices?.pci = .value(others + [place])
            for index in node.gpus.indices where isMIGOn {
                node.gpus[index].inventory?.migMode = .value(ModePair(current: true, pending: true))
            }
            node.nodeProcesses = processes
        }
    }

    @Test("NVSwitches without the fabric manager are a fault where its process could be seen")
    func fabricManager() {
        var processes = ProcessesSnapshot()
        processes.sharesProcessIDs = true
        processes.processCount = .value(300)
        func finding(_ report: HealthReport) -> HealthFinding? {
            report.findings.first { $0.rule == "fabric_manager" }
        }
        #expect(finding(switched(processes))?.severity == .warning)
        #expect(finding(switched(processes))?.action == .checkFabricManager)
        #expect(switched(processes).verdict == .degraded)
        #expect(finding(switched(processes, driver: "vfio-pci")) == nil)
        #expect(finding(switched(processes, isMIGOn: true)) == nil)
        #expect(finding(HealthyNode.report { $0.nodeProcesses = processes }) == nil)
        var other = processes
        other.processes = [process("nv-fabricmanage")]
        #expect(finding(switched(other)) == nil)
        other.processes = [process("nv-fabricmanage", .uninterruptible)]
        #expect(finding(switched(other))?.severity == .warning)
        other = processes
        other.unreadableCount = 1
        #expect(finding(switched(other))?.severity == .info)
        #expect(finding(switched(other))?.evidence.first?.value == "unknown")
        other = processes
        other.processCount = .unavailable(.noPermission)
        #expect(finding(switched(other))?.severity == .info)
        for shares in [false, nil] {
            other = processes
            other.sharesProcessIDs = shares
            #expect(finding(switched(other)) == nil)
        }
    }

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
