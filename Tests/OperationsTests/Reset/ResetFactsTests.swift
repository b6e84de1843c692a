import HostNode
import Operations
import Snapshots
import Testing

/// Who has a GPU open, and what lies around it, read out of what there is.
@Suite struct ResetFactsTests {
    static func process(_ pid: Int32, _ name: String, opened: [String] = [], mapped: [String] = []) -> NodeProcess {
        var process = HostProcess(pid: pid, name: name, state: .sleeping, startTicks: UInt64(pid) * 10)
        process.deviceNodes = .value(opened)
        process.mappedNodes = .value(mapped)
        return NodeProcess(process)
    }

    static func snapshot(_ processes: [NodeProcess]) -> NodeSnapshot {
        var snapshot = NodeSnapshot()
        var found = ProcessesSnapshot()
        found.processes = processes
        found.processCount = .value(100)
        snapshot.nodeProcesses = found
        return snapshot
    }

    static func gpu(
        compute: Reading<[GPUProcess]> = .value([]), graphics: Reading<[GPUProcess]> = .unavailable(.notSupported),
        mps: Reading<[GPUProcess]> = .value([])
    ) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        gpu.processes = GPUProcesses()
        gpu.processes?.compute = compute
        gpu.processes?.graphics = graphics
        gpu.processes?.mps = mps
        return gpu
    }

    @Test func theThreeListsAreOne() {
        let look = ClientLook(
            Self.snapshot([
                Self.process(1, "opener", opened: ["nvidia3", "nvidiactl"]),
                Self.process(2, "mapper", opened: ["nvidia-uvm"], mapped: ["nvidia3"]),
                Self.process(3, "dcgm-exporter", opened: ["nvidiactl"]),
                Self.process(4, "elsewhere", opened: ["nvidia4"]),
                Self.process(5, "thirty", opened: ["nvidia30"]),
            ]),
            gpu: Self.gpu(
                compute: .value([
                    GPUProcess(pid: 1, usedMemoryBytes: nil), GPUProcess(pid: 9, usedMemoryBytes: 1, life: .gone),
                ])),
            minor: 3)
        #expect(look.clients.map(\.pid) == [1, 2, 9])
        #expect(look.clients[0].evidence == [.deviceNode, .compute])
        #expect(look.clients[1].evidence == [.mapping])
        #expect(look.clients[2].name == "(ended)" && look.clients[2].startTicks == nil)
        #expect(look.otherHolders.map(\.name) == ["dcgm-exporter"])
        #expect(look.otherHolders.first?.monitoring?.title == "DCGM exporter")
        #expect(look.driverGap == nil && look.hostGap == nil)
    }

    @Test func whatIsMissingIsSaid() {
        var snapshot = Self.snapshot([])
        #expect(ClientLook(snapshot, gpu: nil, minor: 3).driverGap?.contains("does not answer") == true)
        #expect(ClientLook(snapshot, gpu: Self.gpu(), minor: nil).hostGap?.contains("device node") == true)
        let hidden = Self.gpu(compute: .unavailable(.noPermission))
        #expect(ClientLook(snapshot, gpu: hidden, minor: 3).driverGap?.contains("compute") == true)
        let noMPS = Self.gpu(mps: .unavailable(.timedOut))
        #expect(ClientLook(snapshot, gpu: noMPS, minor: 3).driverGap?.contains("MPS") == true)
        snapshot.nodeProcesses?.unreadableCount = 2
        #expect(ClientLook(snapshot, gpu: Self.gpu(), minor: 3).hostGap?.contains("2 processes") == true)
        snapshot.nodeProcesses?.sharesProcessIDs = false
        #expect(ClientLook(snapshot, gpu: Self.gpu(), minor: 3).hostGap?.contains("namespace") == true)
        snapshot.nodeProcesses = nil
        #expect(ClientLook(snapshot, gpu: Self.gpu(), minor: 3).hostGap != nil)
    }

    /// Anybody can call a job like a monitor.
    @Test func aMonitorByNameAloneIsAJob() {
        func client(_ owner: HostProcessOwner, uid: UInt32, namespace: String? = nil) -> GPUClient? {
            var process = Self.process(1, "dcgm-exporter", opened: ["nvidia4"]).process
            process.owner = .value(owner)
            process.uid = .value(uid)
            let node = NodeProcess(process, pod: namespace.map { PodIdentity(uid: "u", namespace: $0, name: "p") })
            return ClientLook.holders(Self.snapshot([node]), ofGPUsExcept: 3).first
        }
        let pod = HostProcessOwner.pod(HostContainerReference(podUID: "u"))
        for job in [
            client(pod, uid: 0, namespace: "tenant"), client(pod, uid: 0), client(.unknown, uid: 1_000),
            client(.userSession(uid: 0), uid: 0), client(.slurmJob(id: "1", step: nil), uid: 0),
        ] {
            #expect(job?.monitoring != nil)
            #expect(job?.isJob == true)
        }
        for monitor in [
            client(pod, uid: 0, namespace: "gpu-operator"), client(.service("nvidia-dcgm.service"), uid: 113),
            client(.unknown, uid: 0),
        ] {
            #expect(monitor?.isJob == false)
        }
    }

    @Test func othersOnOtherGPUs() {
        let snapshot = Self.snapshot([
            Self.process(1, "a", opened: ["nvidia3"]), Self.process(2, "b", opened: ["nvidia3", "nvidia4"]),
            Self.process(3, "c", mapped: ["nvidia5"]), Self.process(4, "d", opened: ["nvidiactl"]),
        ])
        #expect(ClientLook.holders(snapshot, ofGPUsExcept: 3).map(\.name) == ["b", "c"])
    }

    @Test(arguments: [
        ("nv-hostengine", "DCGM host engine"), ("dcgm-exporter", "DCGM exporter"), ("nvidia-device-p", "device plugin"),
        ("nvidia-persiste", "persistence daemon"), ("nv-fabricmanage", "fabric manager"),
        ("gpu-feature-dis", "GPU feature discovery"),
        ("nvidia-cuda-mps", "MPS control daemon"), ("Xorg", "X server"), ("gpud", "gpud"),
    ])
    func monitorsAreKnownByTheKernelsName(_ name: String, _ title: String) {
        #expect(MonitoringClient.of(name: name, commandLine: nil)?.title == title)
    }

    @Test func monitorsAreKnownByTheirProgram() {
        #expect(MonitoringClient.of(name: "main", commandLine: "/usr/bin/dcgm-exporter -f x")?.title == "DCGM exporter")
        #expect(MonitoringClient.of(name: "python3", commandLine: "python3 train.py") == nil)
    }

    @Test func theSlotOfABoardAlone() {
        let slot = PCISlot(FakeKernel.gpu, in: InMemoryHostFiles(FakeKernel.node(hasAudio: true)))
        #expect(slot.driver == .value("nvidia") && slot.bridge == FakeKernel.bridge && slot.isAloneBelowBridge)
        #expect(slot.siblings == [PCIFunction(address: FakeKernel.audio, driver: "snd_hda_intel", kind: "audio")])
        #expect(slot.neighbours == .value([]) && slot.isAllOnes == .value(false))
        #expect(slot.hasUnbindLock && slot.hasReset && slot.hasBusReset)
        #expect(slot.resetMethods == .value(["flr", "bus"]))
        #expect(slot.virtualFunctions == .unavailable(.notSupported))
    }

    @Test func aNetworkCardBelowTheSameSwitch() {
        var entries = FakeKernel.node()
        entries["/sys/bus/pci/devices/0000:3c:00.0"] = .symlink(
            "../../../devices/pci0000:3a/0000:3a:00.0/0000:3b:01.0/0000:3c:00.0")
        entries["\(FakeKernel.port)/0000:3b:01.0/0000:3c:00.0/class"] = .text("0x020700\n")
        entries["/sys/bus/pci/devices/0000:99:00.0"] = .symlink("../../../devices/pci0000:98/0000:98:00.0/0000:99:00.0")
        let slot = PCISlot(FakeKernel.gpu, in: InMemoryHostFiles(entries))
        #expect(slot.neighbours.value?.map(\.kind) == ["InfiniBand"])
        #expect(!slot.isAloneBelowBridge)
    }

    @Test func aGPUOffTheBusWithVirtualFunctions() {
        var entries = FakeKernel.node(hasReset: false, hasBusReset: false)
        entries["\(FakeKernel.device)/config"] = FakeKernel.dead
        entries["\(FakeKernel.device)/driver"] = nil
        entries["\(FakeKernel.device)/sriov_numvfs"] = .text("4\n")
        let slot = PCISlot(FakeKernel.gpu, in: InMemoryHostFiles(entries))
        #expect(slot.isAllOnes == .value(true) && slot.driver == .value("") && slot.virtualFunctions == .value(4))
        #expect(!slot.hasReset && !slot.hasBusReset && slot.resetMethods == .unavailable(.notSupported))
    }

    @Test(arguments: [("D3cold\n", nil), ("D0\n", false), ("D3hot\n", false)] as [(String, Bool?)])
    func aSleepingGPUIsNotWoken(_ state: String, _ isAllOnes: Bool?) {
        var entries = FakeKernel.node()
        entries["\(FakeKernel.device)/power_state"] = .text(state)
        let slot = PCISlot(FakeKernel.gpu, in: InMemoryHostFiles(entries))
        #expect(slot.isAllOnes.value == isAllOnes)
    }

    @Test(arguments: [("active\n", true), ("suspended\n", nil)] as [(String, Bool?)])
    func aGPUOffTheBusIsNoSleepingOne(_ status: String, _ isAllOnes: Bool?) {
        var entries = FakeKernel.node()
        entries["\(FakeKernel.device)/power_state"] = .text("D3cold\n")
        entries["\(FakeKernel.device)/power/runtime_status"] = .text(status)
        entries["\(FakeKernel.device)/config"] = FakeKernel.dead
        let slot = PCISlot(FakeKernel.gpu, in: InMemoryHostFiles(entries))
        #expect(slot.isAllOnes.value == isAllOnes)
    }

    @Test func aDeviceThatIsNotThereIsUnknown() {
        let slot = PCISlot(BusID(domain: 0, bus: 1, device: 0), in: InMemoryHostFiles(FakeKernel.node()))
        #expect(slot.driver.value == nil && slot.isAllOnes.value == nil && !slot.isAloneBelowBridge)
    }
}
