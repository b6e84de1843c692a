import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: the daemons beside the GPUs")
struct NodeDaemonTests {
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
        #expect(imex(rack(processes))?.severity == .info)
        #expect(imex(rack(processes, asks: true))?.severity == .warning)
        processes.processes = []
        processes.sharesProcessIDs = false
        #expect(imex(rack(processes, asks: true))?.evidence.first?.value == "unknown")
        #expect(imex(rack(nil)) == nil)
        #expect(imex(HealthyNode.report { $0.nodeProcesses = ProcessesSnapshot() }) == nil)
    }

    private static func nvSwitch(_ driver: String) -> HostPCIDevice {
        HostPCIDevice(
            busID: BusID(domain: 0, bus: 5, device: 0), kind: .nvSwitch, deviceID: 0x22a3, driver: .value(driver))
    }

    /// A node with an NVSwitch of its own, and what runs on it.
    private func switched(
        _ processes: ProcessesSnapshot?, driver: String = "nvidia-nvswitch", isMIGOn: Bool = false,
        capability: UInt32 = 90
    ) -> HealthReport {
        HealthyNode.report { node in
            let others = node.devices?.pci.value ?? []
            node.devices?.pci = .value(others + [Self.nvSwitch(driver)])
            for index in node.gpus.indices {
                node.gpus[index].inventory?.computeCapability = .value(capability)
                guard isMIGOn || index == 2 else { continue }
                node.gpus[index].inventory?.migMode = .value(ModePair(current: true, pending: true))
            }
            node.nodeProcesses = processes
        }
    }

    private func manager(_ report: HealthReport) -> HealthFinding? {
        report.findings.first { $0.rule == "fabric_manager" }
    }

    /// All of a live node's processes, of which none is a daemon.
    private var noDaemons: ProcessesSnapshot {
        var processes = ProcessesSnapshot()
        processes.sharesProcessIDs = true
        processes.processCount = .value(300)
        return processes
    }

    @Test("NVSwitches without the fabric manager are a fault where its process could be seen")
    func fabricManager() {
        let report = switched(noDaemons)
        #expect(manager(report)?.severity == .warning)
        #expect(manager(report)?.action == .checkFabricManager)
        #expect(report.verdict == .degraded)
        #expect(report.gpus.allSatisfy { $0.verdict == .healthy })
        #expect(manager(switched(noDaemons, driver: "vfio-pci")) == nil)
        #expect(manager(switched(noDaemons, isMIGOn: true)) == nil)
        #expect(manager(HealthyNode.report { $0.nodeProcesses = noDaemons }) == nil)
        var other = noDaemons
        other.processes = [process("nv-fabricmanage")]
        #expect(manager(switched(other)) == nil)
        other.processes = [process("nv-fabricmanage", .uninterruptible)]
        #expect(manager(switched(other))?.severity == .info, "for how long nobody knows")
        #expect(switched(other).verdict == .unknown, "so it is not healthy either")
        other.processes = [process("nv-fabricmanage", .zombie)]
        #expect(manager(switched(other))?.severity == .warning, "it has ended")
    }

    @Test("daemons that were looked for without the other processes are judged in the same way")
    func daemonsByThemselves() {
        func report(_ daemons: ProcessesSnapshot) -> HealthReport {
            HealthyNode.report { node in
                let others = node.devices?.pci.value ?? []
                node.devices?.pci = .value(others + [Self.nvSwitch("nvidia-nvswitch")])
                node.nodeProcesses = nil
                node.daemons = daemons
            }
        }
        var running = noDaemons
        running.processes = [process("nv-fabricmanage")]
        #expect(manager(report(running)) == nil)
        #expect(manager(report(noDaemons))?.severity == .warning)
    }

    @Test("which daemons are needed")
    func neededDaemons() {
        var node = HealthyNode.snapshot
        #expect(node.neededDaemons == [])
        node.devices?.pci = .value([Self.nvSwitch("nvidia-nvswitch")])
        #expect(node.neededDaemons == ["nv-fabricmanage"])
        node.devices?.pci = .value([Self.nvSwitch("vfio-pci")])
        node.gpus[0].fabric?.clusterUUID = .value("5f3a1d04-9c57-4d1e-8e0b-2b1f0c1d7a90")
        #expect(node.neededDaemons == [], "a rack can do without the IMEX daemon")
        node.gpus[1].memoryHealth?.recoveryAction = .value(5)
        #expect(node.neededDaemons == ["nvidia-imex"])
    }

    @Test("GPUs without NVLinks need no fabric manager")
    func noLinks() {
        for count in [Reading<UInt32>.value(0), .unavailable(.notSupported)] {
            let report = HealthyNode.report { node in
                node.devices?.pci = .value([Self.nvSwitch("nvidia-nvswitch")])
                for index in node.gpus.indices {
                    node.gpus[index].links?.count = count
                    node.gpus[index].links?.links = []
                }
                node.nodeProcesses = noDaemons
            }
            #expect(manager(report) == nil)
        }
    }

    @Test("up to Ampere no CUDA program starts without the fabric manager", arguments: [70, 80] as [UInt32])
    func fabricManagerOfAmpere(_ capability: UInt32) {
        let report = switched(noDaemons, capability: capability)
        #expect(manager(report)?.severity == .critical)
        #expect(report.verdict == .unhealthy)
        for (index, gpu) in report.gpus.enumerated() {
            #expect(gpu.verdict == (index == 2 ? .healthy : .unhealthy), "only GPU 2 is in MIG mode")
            #expect(gpu.action == (index == 2 ? .none : .checkFabricManager))
        }
    }

    @Test("GPUs in several cliques are told and not accused")
    func cliques() {
        func report(_ change: (inout NodeSnapshot) -> Void) -> HealthReport {
            HealthyNode.report { node in
                for index in node.gpus.indices { node.gpus[index].fabric?.cliqueID = .value(0) }
                change(&node)
            }
        }
        #expect(report { _ in }.findings.isEmpty)
        let divided = report { $0.gpus[5].fabric?.cliqueID = .value(7) }
        #expect(divided.verdict == .healthy)
        #expect(divided.findings.map(\.rule) == ["fabric_cliques"])
        #expect(divided.findings.first?.evidence.first?.value == "0: GPU 0-4,6-7; 7: GPU 5")
        let unknown = report { $0.gpus[5].fabric?.cliqueID = .unavailable(.notSupported) }
        #expect(unknown.findings.isEmpty)
    }

    @Test(
        "what registers GPUs with the fabric is looked for where it runs",
        arguments: [
            (90, false, "restart it"), (100, false, "(nvlsm)"), (103, false, "(nvlsm)"), (100, true, "switch trays"),
        ]
            as [(UInt32, Bool, String)])
    func registrar(_ capability: UInt32, _ isOfRack: Bool, _ words: String) {
        let report = HealthyNode.report { node in
            for index in node.gpus.indices {
                node.gpus[index].fabric?.state = .value(1)
                node.gpus[index].inventory?.computeCapability = .value(capability)
                if isOfRack { node.gpus[index].links?.c2cCount = .value(10) }
            }
        }
        let findings = report.findings.filter { $0.rule == "fabric_state" }
        #expect(findings.count == 8)
        #expect(findings.allSatisfy { $0.confirm.contains(words) })
    }

    @Test("a fabric manager that cannot be seen is not called missing")
    func fabricManagerUnseen() {
        var unreadable = noDaemons
        unreadable.unreadableCount = 1
        var refused = noDaemons
        refused.processCount = .unavailable(.noPermission)
        var elsewhere = noDaemons
        elsewhere.sharesProcessIDs = false
        for processes in [unreadable, refused, elsewhere] {
            let finding = manager(switched(processes, capability: 80))
            #expect(finding?.severity == .info)
            #expect(finding?.evidence.first?.value == "unknown")
        }
        var recorded = noDaemons
        recorded.sharesProcessIDs = nil
        #expect(manager(switched(recorded)) == nil)
    }
}
