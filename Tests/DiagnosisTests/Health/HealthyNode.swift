import Diagnosis
import Snapshots

/// A node of eight healthy GPUs as an HGX H100 shows them, for tests to break.
enum HealthyNode {
    static let now: Int64 = 1_790_000_000_000_000
    static let count: UInt32 = 8

    static func busID(_ index: UInt32) -> BusID { BusID(domain: 0, bus: UInt8(0x10 + index), device: 0) }

    static var snapshot: NodeSnapshot {
        var node = NodeSnapshot()
        node.collectedAtMicroseconds = now
        node.driver.state.outcome = .ready
        node.driver.gpuCount = .value(count)
        node.driver.confidentialComputing = .unavailable(.notSupported)
        var host = HostSnapshot()
        host.kernelModuleVersion = .value("580.95.05")
        host.pciGPUs = .value((0..<count).map(busID))
        host.procGPUs = .value((0..<count).map { HostGPU(busID: busID($0), uuid: "GPU-\($0)") })
        node.host = host
        node.devices = devices
        node.gpus = (0..<count).map(gpu)
        return node
    }

    private static var devices: HostDevices {
        var devices = HostDevices()
        devices.modules = .value([])
        devices.gpuMinors = .value((0..<count).map { $0 })
        devices.bootedMicroseconds = .value(now - 86_400_000_000)
        devices.pci = .value(
            (0..<count).map { index in
                let none = HostPCIErrors(
                    correctable: .value(.init(total: 0, nonzero: [])), nonFatal: .value(.init(total: 0, nonzero: [])),
                    fatal: .value(.init(total: 0, nonzero: [])))
                let port = HostPCIPort(
                    busID: BusID(domain: 0, bus: UInt8(0x10 + index) - 1, device: 1), link: HostPCILink(), errors: none)
                return HostPCIDevice(
                    busID: busID(index), kind: .gpu, deviceID: 0x2330, driver: .value("nvidia"),
                    isConfigurationAllOnes: .value(false), errors: none, upstream: port)
            })
        return devices
    }

    static func gpu(_ index: UInt32) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        gpu.index = index
        gpu.uuid = .value("GPU-\(index)")
        gpu.busID = .value(busID(index))
        gpu.name = .value("NVIDIA H100 80GB HBM3")
        gpu.isSelected = true
        gpu.inventory = inventory
        gpu.inventory?.minorNumber = .value(index)
        gpu.telemetry = telemetry
        gpu.memoryHealth = memory
        gpu.links = links
        gpu.fabric = fabric
        var processes = GPUProcesses()
        processes.compute = .value([])
        processes.graphics = .value([])
        processes.mps = .value([])
        gpu.processes = processes
        return gpu
    }

    private static var inventory: GPUInventory {
        var inventory = GPUInventory()
        inventory.computeCapability = .value(90)
        inventory.memoryTotalBytes = .value(80 << 30)
        inventory.pcieMaxGeneration = .value(5)
        inventory.pcieMaxWidth = .value(16)
        inventory.migMode = .value(ModePair(current: false, pending: false))
        inventory.isPersistenceModeEnabled = .value(true)
        inventory.computeMode = .value(0)
        inventory.powerLimitEnforcedMilliwatts = .value(700_000)
        inventory.powerLimitDefaultMilliwatts = .value(700_000)
        return inventory
    }

    private static var telemetry: GPUTelemetry {
        var telemetry = GPUTelemetry()
        telemetry.temperatureC = .value(30)
        telemetry.temperatureMarginC = .value(55)
        telemetry.slowdownTemperatureC = .value(89)
        telemetry.memoryTemperatureC = .value(40)
        telemetry.memoryMaxTemperatureC = .value(95)
        telemetry.limiters.thermal = .value(0)
        telemetry.powerMilliwatts = .value(70_000)
        telemetry.utilizationGPUPercent = .value(0)
        telemetry.memory = .value(MemoryUse(total: 80 << 30, used: 4 << 20, free: 79 << 30, reserved: 600 << 20))
        telemetry.clockSMMHz = .value(345)
        telemetry.clockSMMaxMHz = .value(1_980)
        telemetry.performanceState = .value(0)
        telemetry.clocksEventReasons = .value(1)
        telemetry.supportedClocksEventReasons = .value(0xff)
        telemetry.pcieGeneration = .value(5)
        telemetry.pcieWidth = .value(16)
        telemetry.pcieReplayCount = .value(0)
        return telemetry
    }

    private static var memory: GPUMemoryHealth {
        var memory = GPUMemoryHealth()
        memory.eccMode = .value(ModePair(current: true, pending: true))
        memory.volatile.corrected = .value(0)
        memory.volatile.uncorrected = .value(0)
        memory.volatile.locations = [ECCLocationCount(.sram, corrected: .value(0), uncorrected: .value(0))]
        memory.aggregate = memory.volatile
        memory.sram = .value(SRAMErrors())
        memory.retiredPages.singleBit = .unavailable(.notSupported)
        memory.retiredPages.doubleBit = .unavailable(.notSupported)
        memory.retiredPages.isPending = .unavailable(.notSupported)
        memory.remappedRows = .value(RemappedRows())
        memory.remapHistogram = .value(RemapHistogram(max: 2_560, high: 0, partial: 0, low: 0, none: 0))
        memory.repair = .value(RepairPending())
        memory.bankRemapper = .unavailable(.notSupported)
        memory.hasUnrepairableMemory = .value(false)
        memory.numaNode = .unavailable(.notSupported)
        memory.recoveryAction = .value(0)
        memory.isInforomValid = .value(true)
        return memory
    }

    private static var links: GPULinks {
        var links = GPULinks()
        links.count = .value(18)
        links.c2cCount = .unavailable(.notSupported)
        links.links = (0..<UInt32(18)).map { number in
            var link = GPULink()
            link.number = number
            link.isActive = .value(true)
            link.version = .value(6)
            link.speedMBps = .value(26_562)
            link.remoteType = .value(2)
            for path in GPULinkErrors.all { link.errors[keyPath: path] = .unavailable(.notSupported) }
            link.errors.replay = .value(0)
            link.errors.recovery = .value(0)
            link.errors.crcFlit = .value(0)
            link.errors.crcData = .value(0)
            return link
        }
        return links
    }

    private static var fabric: GPUFabric {
        var fabric = GPUFabric()
        fabric.state = .value(3)
        fabric.status = .value(0)
        fabric.healthMask = .value(0x1aa)
        fabric.healthSummary = .value(1)
        return fabric
    }

    /// A kernel log that was read and says nothing.
    static var quietLog: KernelLogEvidence {
        KernelLogEvidence(KernelFaultAnalysis().report(XidCatalog(), SXidCatalog()))
    }

    static func report(
        _ thresholds: HealthThresholds = .standard, log: KernelLogEvidence = quietLog,
        _ change: (inout NodeSnapshot) -> Void = { _ in }
    ) -> HealthReport {
        var snapshot = snapshot
        change(&snapshot)
        return HealthReport(snapshot.withAllIdentities, log: log, thresholds: thresholds)
    }

    /// Judges with an earlier reading of the counters.
    static func report(
        after seconds: Double, from before: (inout NodeSnapshot) -> Void, to change: (inout NodeSnapshot) -> Void
    ) -> HealthReport {
        var (earlier, now) = (snapshot, snapshot)
        before(&earlier)
        change(&now)
        let sample = CounterSample(earlier, microseconds: 5)
        return HealthReport(
            now.withAllIdentities, log: quietLog,
            window: CounterWindow(from: sample, last: sample, to: 5 + Int64(seconds * 1e6)))
    }
}

extension NodeSnapshot {
    /// Changes what the PCI bus shows of one GPU.
    mutating func changePCIDevice(_ index: UInt32, _ change: (inout HostPCIDevice) -> Void) {
        var list = devices?.pci.value ?? []
        for place in list.indices where list[place].busID == HealthyNode.busID(index) { change(&list[place]) }
        devices?.pci = .value(list)
    }
}
