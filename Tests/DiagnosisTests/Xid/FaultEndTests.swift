import Snapshots
import Testing

@testable import Diagnosis

/// What makes a fault history although no Xid 154 says so.
@Suite struct FaultEndTests {
    private let gpu = "0000:3b:00"
    private let busID = BusID(domain: 0, bus: 0x3b, device: 0)
    private let failed = "NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x62:0x40:2142)"

    private func load(at second: Double) -> KernelLogRecord {
        record(
            "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  570.133.20  Release Build  (dvs-builder@U16)",
            at: second)
    }

    private var mismatch: KernelLogRecord {
        record(
            "NVRM: API mismatch: the client 'nvidia-smi' (pid 42) NVRM: has the version 570.133.20, but this kernel module has NVRM: the version 570.86.15.",
            at: 100)
    }

    private var answering: FaultContext {
        var context = FaultContext()
        (context.answeringGPUs, context.isDriverReady, context.areAllGPUsListed) = ([busID], true, true)
        return context
    }

    @Test func aStartOfTheDriverEndsWhatItResets() {
        let faults = [mismatch, xid(119, gpu, at: 1_000), xid(48, gpu, at: 1_000), record(failed, at: 1_001)]
        let ended = report([load(at: 5)] + faults + [load(at: 9_500)])
        #expect(ended.groups.count == 4)
        #expect(
            ended.groups.filter { $0.rootID == nil }.allSatisfy {
                $0.isRecovered && $0.severity == .info && $0.action == .none && $0.why == .loadedAgain
            })
        #expect(report([load(at: 5)] + faults).groups.contains { $0.severity == .critical })
        #expect(report(faults + [load(at: 9_500), xid(119, gpu, at: 9_600)]).xid(119).last?.severity == .critical)
    }

    @Test("memory that stays bad, and a GPU off the bus, are no better for it", arguments: [64, 79, 167])
    func whatStays(_ number: Int) {
        let group = report([xid(number, gpu, at: 1_000), load(at: 9_500)]).xid(UInt32(number)).first
        #expect(group?.isRecovered == false && group?.severity == .critical)
    }

    @Test func whatNeedsARebootStays() {
        func asked(_ level: String) -> FaultGroup? {
            let text = "GPU recovery action changed from 0x0 (None) to \(level)"
            return report([xid(119, gpu, at: 1_000), xid(154, gpu, at: 1_001, text: text), load(at: 9_500)])
                .xid(119).first
        }
        #expect(asked("0x1 (GPU Reset Required)")?.isRecovered == true)
        #expect(asked("0x2 (Node Reboot Required)")?.isRecovered == false)
        let nvml = FaultContext(recoveryLevels: [busID: .gpuReset])
        #expect(report([xid(119, gpu, at: 1_000), load(at: 9_500)], nvml).xid(119).first?.action == .resetGPU)
    }

    @Test func whatNVMLReadsHasComeUp() throws {
        let notProbed = record("NVRM: The NVIDIA probe routine failed for 1 device(s).", at: 30)
        for line in [record(failed, at: 20), mismatch, notProbed] {
            let group = try #require(report([line], answering).groups.first)
            #expect(group.isRecovered && group.severity == .info && group.why == .answering)
            #expect(report([line]).groups.first?.severity == .critical)
        }
        var other = answering
        (other.answeringGPUs, other.areAllGPUsListed) = ([BusID(domain: 0, bus: 0x86, device: 0)], false)
        #expect(report([record(failed, at: 20)], other).groups.first?.severity == .critical)
        #expect(report([notProbed], other).groups.first?.severity == .critical)
    }

    @Test func gpusOfAnotherDriverAreNotMissed() {
        let bound = record("NVRM: GPU 0000:65:00.0 is already bound to vfio-pci.", at: 100)
        func probe(_ count: Int) -> KernelLogRecord {
            record("NVRM: The NVIDIA probe routine was not called for \(count) device(s).", at: 100)
        }
        func severity(_ lines: [KernelLogRecord]) -> Severity? {
            report(lines).groups.first { $0.code == .driver(.probeFailed) }?.severity
        }
        #expect(severity([bound, probe(1)]) == .info)
        #expect(severity([bound, probe(2)]) == .critical)
        #expect(severity([bound, record("NVRM: The NVIDIA probe routine failed for 1 device(s).")]) == .critical)
    }

    @Test("a loss that only NVML takes back is disputed", arguments: [64, 79, 95, 119, 120])
    func disputed(_ number: Int) {
        let calm = FaultContext(recoveryLevels: [busID: .none])
        let group = report([xid(number, gpu, at: 10)], calm).xid(UInt32(number)).first
        #expect(group?.isRecovered == true && group?.isDisputed == true)
        let cleared = xid(154, gpu, at: 20, text: "GPU recovery action changed from 0x1 (x) to 0x0 (None)")
        #expect(report([xid(number, gpu, at: 10), cleared], calm).xid(UInt32(number)).first?.isDisputed == false)
        #expect(report([xid(48, gpu, at: 10)], calm).xid(48).first?.isDisputed == false)
    }

    @Test(
        "a contained error is disputed where its line asked for a reset",
        arguments: ["RST: No, D-RST: Yes", "RST: Yes, D-RST: No"])
    func disputedContainment(_ flags: String) {
        func group(_ flags: String) -> FaultGroup? {
            report(
                [xid(94, gpu, at: 10, text: "Contained: FB (0x4). \(flags)")],
                FaultContext(recoveryLevels: [busID: .none])
            ).groups.first
        }
        #expect(group(flags)?.isDisputed == true)
        #expect(group("RST: No, D-RST: No")?.isDisputed == false)
    }

    @Test(
        "a link that came back, before a GPU that NVML reads, asks for no reboot",
        arguments: ["pciehp: Slot(3): Link Up", "pciehp: Slot(3): Card present", "AER: device recovery successful"])
    func linkIsBack(_ words: String) {
        var context = answering
        context.pciePorts = [busID: BusID(domain: 0, bus: 0x16, device: 1)]
        let back = record("pcieport 0000:16:01.0: \(words)", at: 130)
        for fault in [
            "pcieport 0000:16:01.0: pciehp: Slot(3): Link Down",
            "nvidia 0000:3b:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Receiver ID)",
        ] {
            let over = report([record(fault, at: 100), back], context).groups
            #expect(over.count == 1 && over.allSatisfy { $0.isRecovered && $0.action == .none && $0.severity == .info })
            var silent = context
            silent.answeringGPUs = []
            for kept in [
                report([record(fault, at: 100), back], silent), report([record(fault, at: 100)], context),
                report([back, record(fault, at: 400)], context),
            ] { #expect(kept.groups.map(\.action) == [.rebootNode]) }
        }
    }

    @Test("an error that the port announces and the device tells is one")
    func announcements() {
        func count(_ lines: [String]) -> UInt64? {
            report(lines.map { record($0) }).groups.first?.count
        }
        let port = "pcieport 0000:16:01.0: AER: Corrected error message received from 0000:18:00.0"
        let own = "nvidia 0000:18:00.0: PCIe Bus Error: severity=Corrected, type=Data Link Layer, (Transmitter ID)"
        #expect(count([port, own, port, own]) == 2)
        #expect(count([port, port, own]) == 2)
        #expect(count([own]) == 1)
        let itself = "pcieport 0000:16:01.0: AER: Corrected error message received from 0000:16:01.0"
        #expect(count([itself, itself]) == 2)
    }
}
