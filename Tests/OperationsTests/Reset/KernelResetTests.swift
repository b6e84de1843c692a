import EventLoop
import Glibc
import HostNode
import Operations
import Snapshots
import TestSupport
import Testing

/// The reset without the driver, on a kernel that behaves and on kernels that do not.
@Suite struct KernelResetTests {
    typealias Faults = FakeKernel.Faults

    static func order(alone: Bool = true, driver: String = "nvidia", siblings: [PCIFunction] = []) -> ResetOrder {
        ResetOrder(
            path: .kernel, uuid: "", gpu: FakeKernel.gpu, siblings: siblings, driver: driver, bridge: FakeKernel.bridge,
            isAloneBelowBridge: alone)
    }

    static func run(_ node: some NodeControls, _ order: ResetOrder, _ notes: Notes = Notes()) async -> ResetRun {
        await ResetProcedure(
            order, controls: node, tool: nil, journal: notes.journal, closeDriver: { true }, clientsLeft: { [] }
        ).run()
    }

    static func names(_ run: ResetRun) -> [String] { run.steps.map(\.step.name) }

    @Test func aFunctionResetThatWorks() async {
        let node = FakeNode()
        let notes = Notes()
        let run = await Self.run(node, Self.order(), notes)
        #expect(run.failure == nil)
        #expect(
            Self.names(run) == [
                "close_driver", "power_control", "take_unbind_lock", "unbind", "function_reset", "bind",
                "power_control",
            ])
        #expect((try? node.files.read("\(FakeKernel.device)/power/control")) == Array("auto\n".utf8))
        #expect(run.steps.allSatisfy { $0.result == "done" })
        // Each step is in the record before it is taken.
        #expect(notes.all == Self.names(run).flatMap { ["will \($0)", "did \($0)"] })
        #expect((try? node.files.link("/sys/bus/pci/devices/0000:3b:00.0/driver"))?.hasSuffix("/nvidia") == true)
    }

    @Test func theUnbindLockThatIsSilentlyRefused() async {
        let node = FakeNode(Faults(lockRefused: true))
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "lock_refused" && run.failure?.state == .untouched)
        #expect(run.failure?.remedy.contains("list_gpu_processes") == true)
        // The write "succeeded"; nothing was unbound, nothing reset.
        #expect(Self.names(run) == ["close_driver", "power_control", "take_unbind_lock", "power_control"])
    }

    @Test func powerManagementThatWasOffStaysOff() async {
        var entries = FakeKernel.node()
        entries["\(FakeKernel.device)/power/control"] = .text("on\n")
        let node = FakeNode(Faults(), entries)
        let run = await Self.run(node, Self.order())
        #expect(run.failure == nil)
        #expect(!node.writes.contains(.power(FakeKernel.gpu, .auto)))
    }

    @Test func anUnbindThatHangsEndsEverything() async {
        let node = FakeNode(Faults(unbindHangs: true))
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "hung" && run.failure?.state == .needsReboot)
        #expect(run.failure?.reason.contains("os_delay") == true)
        #expect(run.failure?.remedy.contains("reboot") == true)
        // Not even the lock is given back: the device's lock is held by the sleeper.
        #expect(node.writes.last == .unbind(FakeKernel.gpu, driver: "nvidia"))
    }

    @Test(arguments: [Faults(unbindFails: EBUSY), Faults(unbindIgnored: true)])
    func anUnbindThatFailsGivesTheLockBack(_ faults: Faults) async {
        let node = FakeNode(faults)
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "unbind_failed" && run.failure?.state == .untouched)
        #expect(
            node.writes.suffix(2) == [.unbindLock(FakeKernel.gpu, held: false), .power(FakeKernel.gpu, .auto)])
        #expect(!node.writes.contains(.reset(FakeKernel.gpu)))
    }

    @Test(arguments: [ENOTTY, EIO, ENXIO]) func aResetThatFailsGoesOnToTheBus(_ code: Int32) async {
        let node = FakeNode(Faults(resetFails: code))
        let run = await Self.run(node, Self.order())
        #expect(run.failure == nil)
        #expect(Self.names(run).suffix(4) == ["function_reset", "bus_reset", "bind", "power_control"])
    }

    @Test func theBusIsNotResetWhenOthersAreBelowTheBridge() async {
        let node = FakeNode(Faults(resetFails: ENOTTY))
        let run = await Self.run(node, Self.order(alone: false))
        #expect(run.failure?.kind == "no_reset" && run.failure?.state == .uncertain)
        #expect(run.failure?.reason.contains("other devices") == true)
        #expect(!node.writes.contains(.resetSubordinate(FakeKernel.bridge)))
        // The GPU is back with its driver all the same.
        #expect(node.writes.suffix(2) == [.probeDrivers(FakeKernel.gpu), .power(FakeKernel.gpu, .auto)])
    }

    @Test func withoutAnyResetNothingIsPretended() async {
        let node = FakeNode(Faults(), FakeKernel.node(hasReset: false, hasBusReset: false))
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "no_reset")
        #expect(run.failure?.reason.contains("6.13") == true)
    }

    @Test func onlyTheBusCanBeReset() async {
        let node = FakeNode(Faults(), FakeKernel.node(hasReset: false))
        let run = await Self.run(node, Self.order())
        #expect(run.failure == nil)
        #expect(Self.names(run).contains("bus_reset") && !Self.names(run).contains("function_reset"))
    }

    @Test func aGPUThatReadsAsAllOnesIsFoundAgain() async {
        let node = FakeNode(Faults(dies: [.afterFunctionReset, .afterBusReset]))
        let run = await Self.run(node, Self.order())
        #expect(run.failure == nil)
        #expect(
            Self.names(run).suffix(6) == [
                "function_reset", "bus_reset", "remove", "rescan", "bind", "power_control",
            ])
    }

    @Test func aRescanThatLosesTheGPU() async {
        let node = FakeNode(Faults(dies: [.afterFunctionReset, .afterBusReset], rescanLoses: true))
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "lost" && run.failure?.state == .needsReboot)
        #expect(run.failure?.remedy.contains("power") == true)
    }

    @Test func aDriverThatTakesTheGPUOnlyAfterARescan() async {
        let node = FakeNode(Faults(bindFailures: 1))
        let run = await Self.run(node, Self.order())
        #expect(run.failure == nil)
        #expect(Self.names(run).suffix(5) == ["bind", "remove", "rescan", "bind", "power_control"])
    }

    /// To remove a function is to take its driver off, and a client may have the GPU open again.
    @Test func aFunctionThatIsBoundIsNotRemoved() async {
        let node = FakeNode(Faults(losesAudio: true), FakeKernel.node(hasAudio: true))
        let audio = PCIFunction(address: FakeKernel.audio, driver: "snd_hda_intel", kind: "audio")
        let run = await Self.run(node, Self.order(siblings: [audio]))
        #expect(run.failure?.kind == "not_bound")
        #expect(node.writes.contains(.remove(FakeKernel.audio)))
        #expect(!node.writes.contains(.remove(FakeKernel.gpu)))
    }

    @Test func aDriverThatNeverTakesTheGPUAgain() async {
        let node = FakeNode(Faults(bindFailures: 9))
        let run = await Self.run(node, Self.order())
        #expect(run.failure?.kind == "not_bound" && run.failure?.state == .needsReboot)
        #expect(run.failure?.remedy.contains("RmInitAdapter") == true)
    }

    @Test func theOtherFunctionsOfTheBoardAreTakenAlong() async {
        let node = FakeNode(Faults(), FakeKernel.node(hasAudio: true))
        let audio = PCIFunction(address: FakeKernel.audio, driver: "snd_hda_intel", kind: "audio")
        let run = await Self.run(node, Self.order(siblings: [audio]))
        #expect(run.failure == nil)
        let unbound = node.writes.compactMap { if case .unbind(let address, _) = $0 { address } else { nil } }
        #expect(unbound == [FakeKernel.audio, FakeKernel.gpu])
        #expect((try? node.files.link("\(FakeKernel.audioDevice)/driver")) != nil)
    }

    @Test func aGPUWithoutADriverNeedsNoLock() async {
        var entries = FakeKernel.node()
        entries["\(FakeKernel.device)/driver"] = nil
        entries[FakeKernel.lock] = nil
        let node = FakeNode(Faults(), entries)
        let run = await Self.run(node, Self.order(driver: ""))
        #expect(run.failure == nil)
        #expect(Self.names(run) == ["close_driver", "power_control", "function_reset", "bind", "power_control"])
    }

    @Test(arguments: ["close_driver", "power_control", "take_unbind_lock", "unbind", "function_reset"])
    func whatCannotBeRecordedIsNotDone(_ name: String) async {
        let node = FakeNode()
        let run = await Self.run(node, Self.order(), Notes(unrecorded: [name]))
        #expect(run.failure?.kind == "not_recorded")
        #expect(!Self.names(run).contains(name))
        #expect(!node.writes.contains(.reset(FakeKernel.gpu)))
        // Whatever was taken before is given back, recorded or not.
        #expect((try? node.files.link("\(FakeKernel.device)/driver")) != nil)
        #expect((try? node.files.read(FakeKernel.lock)) == Array("0\n".utf8))
    }

    @Test func theAgentsOwnChildGoesFirst() async {
        let node = FakeNode()
        let run = await ResetProcedure(
            Self.order(), controls: node, tool: nil, journal: Notes().journal, closeDriver: { false },
            clientsLeft: { [] }
        ).run()
        #expect(run.failure?.kind == "agent_holds_gpu" && node.writes.isEmpty)
    }
}

/// The same procedure, writing into real files below a root.
@Suite struct RealFileResetTests {
    static func run(
        _ faults: FakeKernel.Faults, _ body: @escaping @Sendable (ResetRun, Folder) -> Void
    ) async throws {
        let folder = try Folder(FakeKernel.node())
        let files = try HostDirectory(root: folder.path)
        let run = try await onLoop { loop in
            let writer = HostWriter(files: files, root: folder.path, loop: loop)
            return await KernelResetTests.run(
                RealNode(folder: folder, writer: writer, faults), KernelResetTests.order())
        }
        body(run, folder)
    }

    @Test func aResetFromEndToEnd() async throws {
        try await Self.run(.init(resetFails: ENOTTY)) { run, folder in
            #expect(run.failure == nil)
            #expect(folder.text("\(FakeKernel.device)/power/control").hasPrefix("auto"))
            #expect(folder.text("/sys/bus/pci/drivers/nvidia/unbind") == "0000:3b:00.0")
            #expect(folder.text("\(FakeKernel.device)/reset") == "1")
            #expect(folder.text("\(FakeKernel.port)/reset_subordinate") == "1")
            #expect(folder.text("/sys/bus/pci/drivers_probe") == "0000:3b:00.0")
            #expect(folder.text("/sys/bus/pci/rescan") == "")
        }
    }

    @Test func aRefusedLockLeavesAllElseAsItWas() async throws {
        try await Self.run(.init(lockRefused: true)) { run, folder in
            #expect(run.failure?.kind == "lock_refused")
            #expect(folder.text("/sys/bus/pci/drivers/nvidia/unbind") == "")
            #expect(folder.text("\(FakeKernel.device)/reset") == "")
        }
    }
}
