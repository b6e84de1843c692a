import Diagnosis
import Snapshots
import Testing

@Suite("Health: evidence and the node")
struct NodeJudgementTests {
    @Test("a healthy node is healthy, without a word")
    func healthy() {
        let report = HealthyNode.report()
        #expect(report.verdict == .healthy)
        #expect(report.gpus.count == 8)
        #expect(report.gpus.allSatisfy { $0.verdict == .healthy && $0.gaps.isEmpty && $0.action == .none })
        #expect(report.findings.isEmpty)
    }

    @Test(
        "a missing reading is never healthy",
        arguments: [Unavailable.noPermission, .timedOut, .notRead, .error(code: 999)])
    func missingReading(reason: Unavailable) throws {
        let report = HealthyNode.report { $0.gpus[2].memoryHealth?.volatile.uncorrected = .unavailable(reason) }
        #expect(report.gpus[2].verdict == .unknown)
        #expect(report.verdict == .unknown)
        let gap = try #require(report.gpus[2].gaps.first)
        #expect(gap.check == "uncorrected_memory_errors")
        #expect(gap.reading == "ecc_volatile_uncorrected")
        #expect(gap.reason == reason)
        #expect(report.gpus[1].verdict == .healthy)
    }

    @Test("a section that was not read is a gap on every GPU, not a pass")
    func missingSection() {
        let sections: [(String, @Sendable (inout GPUSnapshot) -> Void)] = [
            ("memory", { $0.memoryHealth = nil }), ("links", { $0.links = nil }), ("fabric", { $0.fabric = nil }),
            ("telemetry", { $0.telemetry = nil }), ("inventory", { $0.inventory = nil }),
            ("processes", { $0.processes = nil }),
        ]
        for (name, remove) in sections {
            let report = HealthyNode.report { for index in $0.gpus.indices { remove(&$0.gpus[index]) } }
            #expect(report.verdict == .unknown, "\(name)")
            #expect(report.gpus.allSatisfy { $0.verdict == .unknown }, "\(name)")
        }
    }

    @Test("an unreadable kernel log makes what depends on it unknown")
    func unreadableLog() {
        let report = HealthyNode.report(log: KernelLogEvidence(absence: .noPermission))
        #expect(report.verdict == .unknown)
        #expect(report.gaps.map(\.check) == ["kernel_log"])
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown && $0.gaps.map(\.check) == ["kernel_log"] })
    }

    @Test("a GPU that NVML does not list is unhealthy and listed")
    func missingGPU() throws {
        let report = HealthyNode.report { $0.gpus.remove(at: 3) }
        let missing = try #require(report.gpus.first { $0.index == nil })
        #expect(missing.busID == HealthyNode.busID(3))
        #expect(missing.uuid == "GPU-3")
        #expect(missing.verdict == .unhealthy)
        #expect(missing.action == .rebootNode)
        #expect(report.gpus.filter { $0.index != nil }.allSatisfy { $0.verdict == .healthy })
        #expect(report.verdict == .unhealthy)
    }

    @Test("a GPU passed to a virtual machine or excluded is not accused, and never called healthy")
    func keptAway() throws {
        let report = HealthyNode.report { node in
            node.gpus.remove(at: 3)
            var host = node.host ?? HostSnapshot()
            host.procGPUs = host.procGPUs.map { $0.filter { $0.busID != HealthyNode.busID(3) } }
            node.host = host
            node.changePCIDevice(3) { $0.driver = .value("vfio-pci") }
        }
        #expect(report.findings.map(\.severity) == [.info])
        #expect(report.gpus.first { $0.index == nil }?.verdict == .unknown)
    }

    @Test("a GPU that is gone from the PCI bus, or answers there in ones only, is unhealthy")
    func offTheBus() throws {
        let gone = HealthyNode.report { node in
            node.host?.pciGPUs = .value((0..<8).filter { $0 != 5 }.map { HealthyNode.busID(UInt32($0)) })
        }
        #expect(gone.gpus[5].verdict == .unhealthy)
        #expect(gone.findings.map(\.rule) == ["pci_presence"])
        let ones = HealthyNode.report { $0.changePCIDevice(5) { $0.isConfigurationAllOnes = .value(true) } }
        #expect(ones.gpus[5].verdict == .unhealthy)
        #expect(ones.gpus[5].action == .rebootNode)
        #expect(ones.gpus.filter { $0.index != 5 }.allSatisfy { $0.verdict == .healthy })
        let takenForAsleep = HealthyNode.report { node in
            node.changePCIDevice(5) { device in
                device.isConfigurationAllOnes = .value(true)
                device.powerState = .value("D3cold")
            }
        }
        #expect(takenForAsleep.gpus[5].verdict == .unhealthy)
    }

    @Test("where GPUs are on no PCI bus (WSL, Tegra), none is gone from it")
    func driverOfAnotherKind() {
        let report = HealthyNode.report { node in
            node.host?.kernelModuleVersion = .unavailable(.notSupported)
            node.host?.procGPUs = .unavailable(.notSupported)
            node.host?.pciGPUs = .value([])
            node.devices?.pci = .value([])
            // A desktop that nobody sees may have it.
            node.gpus[2].processes?.compute = .value([])
            node.gpus[2].telemetry?.memory = .value(
                MemoryUse(total: 80 << 30, used: 9 << 30, free: 70 << 30, reserved: 1 << 30))
        }
        #expect(report.findings.isEmpty)
        #expect(report.gpus.allSatisfy { $0.verdict == .healthy })
        let withModule = HealthyNode.report { $0.host?.pciGPUs = .value([]) }
        #expect(withModule.gpus.allSatisfy { $0.verdict == .unhealthy })
    }

    @Test("a process of which nobody knows whether it lives is no dead one, and no proof of health")
    func processOfAnotherNamespace() {
        let report = HealthyNode.report {
            $0.gpus[2].processes?.compute = .value([GPUProcess(pid: 7, usedMemoryBytes: 1 << 30)])
        }
        #expect(report.findings.isEmpty)
        #expect(report.gpus[2].verdict == .unknown)
        #expect(report.gpus[2].gaps.map(\.reading) == ["process_state"])
    }

    @Test("a driver that does not count its GPUs has lost none", arguments: [Unavailable.error(code: 999), .timedOut])
    func failedCount(reason: Unavailable) throws {
        var node = HealthyNode.snapshot
        node.driver.gpuCount = .unavailable(reason)
        node.gpus = []
        #expect(node.missingGPUs.isEmpty)
        let problem = try #require(node.accessProblems.first)
        #expect(problem.kind == "gpu_count_failed" && problem.blocksDriver)
        #expect(problem.message.contains(reason.word))
        let report = HealthReport(node, log: HealthyNode.quietLog)
        #expect(report.findings.map(\.rule) == ["gpu_count_failed"])
        #expect(report.verdict != .healthy)
        #expect(report.gpus.count == 8)
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown && $0.action == .none })
    }

    @Test("a GPU whose PCI configuration cannot be read is not healthy because of it, unless it sleeps")
    func unreadableConfiguration() throws {
        let unread = HealthyNode.report {
            $0.changePCIDevice(5) { $0.isConfigurationAllOnes = .unavailable(.noPermission) }
        }
        #expect(unread.gpus[5].verdict == .unknown)
        #expect(unread.gpus[5].gaps.map(\.reading) == ["pci_configuration"])
        let asleep = HealthyNode.report { node in
            node.changePCIDevice(5) { device in
                device.isConfigurationAllOnes = .unavailable(.notRead)
                device.powerState = .value("D3cold")
            }
        }
        #expect(asleep.gpus[5].verdict == .healthy)
    }

    @Test("a driver that does not answer condemns the GPU it hangs on and leaves the others unknown")
    func hang() {
        let report = HealthyNode.report { node in
            node.gpus.removeLast(5)
            node.interruption = ProbeInterruption(
                cause: .timedOut, call: "nvmlDeviceGetPowerUsage", gpuIndex: 3, deadline: .seconds(3))
        }
        #expect(report.gpus.map(\.index) == (0..<8).map { $0 })
        #expect(report.gpus[3].verdict == .unhealthy)
        #expect(report.gpus[3].action == .rebootNode)
        #expect(report.gpus[..<3].allSatisfy { $0.verdict == .healthy })
        #expect(report.gpus[4...].allSatisfy { $0.verdict == .unknown })
    }

    @Test(
        "without NVML every GPU of the host is listed and unknown",
        arguments: [
            (NVMLState.Outcome.driverNotLoaded, HealthVerdict.unhealthy), (.versionMismatch, .degraded),
            (.noPermission, .unknown), (.libraryNotFound, .unknown), (.initializationFailed, .unhealthy),
        ])
    func noNVML(outcome: NVMLState.Outcome, verdict: HealthVerdict) {
        let report = HealthyNode.report { node in
            node.gpus = []
            node.driver = DriverSnapshot()
            node.driver.state.outcome = outcome
        }
        #expect(report.verdict == verdict)
        #expect(report.gpus.count == 8)
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown && $0.busID != nil })
    }

    @Test("a node without GPUs and without driver is not broken, and not healthy")
    func noGPU() {
        let report = HealthyNode.report { node in
            node.gpus = []
            node.driver = DriverSnapshot()
            node.driver.state.outcome = .driverNotLoaded
            node.host?.pciGPUs = .value([])
            node.host?.procGPUs = .value([])
        }
        #expect(report.verdict == .unknown)
        #expect(report.findings.isEmpty)
    }
}

@Suite("Health: whose word counts")
struct AuthorityTests {
    @Test("the driver's recovery action goes first, then the vendor's flags, then the log, then counters")
    func order() {
        let fault = KernelLogFault(
            .xid(119), busID: HealthyNode.busID(3), severity: .critical, title: "GSP", action: .rebootNode)
        var log = HealthyNode.quietLog
        log.faults = [fault]
        let report = HealthyNode.report(log: log) { node in
            node.gpus[3].telemetry?.pcieWidth = .value(8)
            node.gpus[3].memoryHealth?.recoveryAction = .value(1)
            node.gpus[3].memoryHealth?.remappedRows = .value(
                RemappedRows(corrected: 0, uncorrected: 8, isPending: false, hasFailed: true))
        }
        #expect(report.gpus[3].action == .resetGPU)
        #expect(report.gpus[3].nextActions == [.fieldDiagnostics, .rebootNode, .checkPCIe])
    }

    @Test("without NVML's recovery action the newest Xid 154 has the word")
    func logLevel() {
        var log = HealthyNode.quietLog
        log.recoveryLevels = [HealthyNode.busID(3): .nodeReboot]
        let report = HealthyNode.report(log: log) {
            $0.gpus[3].memoryHealth?.recoveryAction = .unavailable(.notSupported)
        }
        #expect(report.gpus[3].action == .rebootNode)
        let newer = HealthyNode.report(log: log)
        #expect(newer.verdict == .healthy)
        #expect(newer.findings.map(\.rule) == ["recovery_action_disagreement"])
    }

    @Test("an application's fault and a recovered one accuse no GPU")
    func harmlessFaults() {
        var log = HealthyNode.quietLog
        log.faults = [
            KernelLogFault(
                .xid(31), busID: HealthyNode.busID(3), severity: .warning, title: "MMU fault",
                action: .restartApp, isApplication: true, count: 400),
            KernelLogFault(
                .xid(48), busID: HealthyNode.busID(4), severity: .critical, title: "DBE", action: .resetGPU,
                isHistory: true),
        ]
        let report = HealthyNode.report(log: log)
        #expect(report.verdict == .healthy)
        #expect(report.findings.map(\.severity) == [.info, .info])
    }

    @Test("a fault of the port above a GPU is that GPU's, one of a switch is the node's")
    func places() throws {
        var log = HealthyNode.quietLog
        let port = BusID(domain: 0, bus: 0x12, device: 1)
        let nvswitch = BusID(domain: 0, bus: 0x07, device: 0)
        log.faults = [
            KernelLogFault(.pcie(.fatal), busID: port, severity: .critical, title: "PCIe", action: .checkPCIe),
            KernelLogFault(
                .sxid(20034), busID: nvswitch, severity: .warning, title: "LTSSM", action: .resetFabric),
        ]
        let report = HealthyNode.report(log: log)
        #expect(report.gpus[3].verdict == .unhealthy)
        #expect(report.gpus.filter { $0.index != 3 }.allSatisfy { $0.verdict == .healthy })
        let ofSwitch = try #require(report.findings.first { $0.busID == nvswitch })
        #expect(ofSwitch.gpu == nil)
    }
}
