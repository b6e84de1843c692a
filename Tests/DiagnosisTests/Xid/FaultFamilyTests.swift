import Snapshots
import Testing

@testable import Diagnosis

/// Which faults are told apart although they are near each other in time.
@Suite struct FaultFamilyTests {
    private let gpu = "0000:3b:00"
    private let other = "0000:86:00"
    private let busID = BusID(domain: 0, bus: 0x3b, device: 0)
    private let nvlink = "NVLink: fatal error detected on link 6(0x0, 0x0, 0x10000, 0x0, 0x0, 0x0, 0x0)"

    private func load(at second: Double) -> KernelLogRecord {
        record("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  535.161.08  Mon Jan  8", at: second)
    }

    private func recovery(_ level: String, at second: Double) -> KernelLogRecord {
        xid(154, gpu, at: second, text: "GPU recovery action changed from 0x1 (GPU Reset Required) to \(level)")
    }

    private func evidence(_ lines: [KernelLogRecord], _ context: FaultContext = FaultContext()) -> [KernelLogFault] {
        KernelLogEvidence(report(lines, context)).faults
    }

    @Test("a fault after the end of another one is a fault of its own")
    func afterTheEnd() {
        let reloaded = evidence([xid(48, gpu, at: 10), load(at: 90), xid(95, gpu, at: 150)])
        #expect(reloaded.first?.code == .xid(95))
        #expect(reloaded.first?.severity == .critical)
        let cleared = evidence([xid(48, gpu, at: 10), recovery("0x0 (None)", at: 90), xid(95, gpu, at: 150)])
        #expect(cleared.contains { $0.code == .xid(95) && $0.severity == .critical && !$0.isHistory })
        let same = report([xid(48, gpu, at: 10), xid(95, gpu, at: 12), load(at: 90)])
        #expect(same.xid(95).first?.rootID == same.xid(48).first?.id)
    }

    @Test("memory errors of one GPU break no links of others, and a loss breaks them at once")
    func peers() {
        let memory = evidence([xid(48, gpu, at: 10), xid(74, other, at: 12, text: nvlink)])
        #expect(memory.contains { $0.code == .xid(74) && $0.severity == .critical })
        let lines = (0..<20).map { xid(79, gpu, at: 10 + Double($0) * 3_600) }
        let later = evidence(lines + [xid(74, other, at: 80_000, text: nvlink)])
        #expect(later.contains { $0.code == .xid(74) && $0.severity == .critical })
    }

    @Test("a link error that another GPU's loss explains is told of the GPU, until the driver needs nothing of it")
    func consequence() throws {
        let lines = [xid(79, gpu, at: 10), xid(74, other, at: 12, text: nvlink)]
        let told = try #require(evidence(lines).first { $0.code == .xid(74) })
        #expect(told.severity == .warning && told.action == .none)
        let place = try #require(told.busID)
        #expect(!evidence(lines, FaultContext(recoveryLevels: [place: .none])).contains { $0.code == .xid(74) })
        #expect(evidence([xid(79, gpu, at: 10), xid(45, gpu, at: 11)]).map(\.code) == [.xid(79)])
    }

    @Test("a link error of a GPU whose links are up is another one's loss, also one that is told of a little later")
    func lossOfAPeer() throws {
        let place = try #require(BusID(other))
        var context = FaultContext()
        context.gpusWithLinksUp = [place]
        for second in [5.0, 28, 32] {
            let lines = [xid(79, gpu, at: 30), xid(74, other, at: second, text: nvlink)].sorted {
                ($0.monotonicMicroseconds ?? 0) < ($1.monotonicMicroseconds ?? 0)
            }
            #expect(evidence(lines, context).map(\.code) == [.xid(79)])
            #expect(evidence(lines).contains { $0.code == .xid(74) && !$0.isHistory })
        }
        let alone = evidence([xid(74, other, at: 5, text: nvlink)], context)
        #expect(alone.contains { $0.severity == .critical && !$0.isHistory })
    }

    @Test("the GPU that tells of a link error is the one behind the switch's port")
    func port() {
        let fatal = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 12028, Fatal, Link 32 egress non-posted PRIV error"
        let faults = evidence([record(fatal, at: 10), xid(74, other, at: 12, text: nvlink)])
        #expect(faults.contains { $0.code == .xid(74) && $0.severity == .critical && $0.action == .resetGPU })
        #expect(faults.first { $0.code.sxid != nil }?.followers == [.xid(74)])
    }

    @Test("more evidence makes no GPU healthier than less", arguments: [62, 95, 140, 143, 158, 167, 169, 173, 175])
    func disputes(_ number: Int) {
        let nvml = FaultContext(recoveryLevels: [busID: .none])
        #expect(evidence([xid(number, gpu, at: 10)], nvml).first?.isDisputed == true)
        let both = evidence([xid(48, gpu, at: 8), xid(number, gpu, at: 10)], nvml)
        #expect(both.contains { $0.isDisputed })
    }

    @Test("that the node has to be rebooted is taken back by no reset")
    func reboot() {
        let nvml = FaultContext(recoveryLevels: [busID: .none])
        let asked = recovery("0x2 (Node Reboot Required)", at: 11)
        #expect(evidence([xid(119, gpu, at: 10), asked], nvml).contains { $0.isDisputed })
        #expect(evidence([asked], nvml).contains { $0.isDisputed })
    }

    @Test("no program and no switch's state outlives a start of the driver")
    func starts() {
        let fatal = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 12028, Fatal, Link 32 egress non-posted PRIV error"
        for line in [xid(32, gpu, at: 10), xid(94, gpu, at: 10), record(fatal, at: 10)] {
            #expect(evidence([line]).first?.isHistory == false)
            #expect(evidence([line, load(at: 90)]).first?.isHistory == true)
        }
    }

    @Test("what another device's fault did to a GPU ends with the driver, too")
    func startsOfOthers() {
        let fatal = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 12028, Fatal, Link 32 egress non-posted PRIV error"
        for cause in [record(fatal, at: 10), xid(119, gpu, at: 10)] {
            let lines = [cause, xid(74, other, at: 12, text: nvlink)]
            #expect(evidence(lines).contains { $0.code == .xid(74) && !$0.isHistory })
            #expect(evidence(lines + [load(at: 90)]).allSatisfy { $0.isHistory })
        }
    }

    @Test("no start of the driver repairs what failed under one program after the other")
    func brokenUnit() {
        func trap(_ pid: Int, at second: Double) -> KernelLogRecord {
            xid(
                13, gpu, at: second, pid: pid, name: "a",
                text: "Graphics SM Warp Exception on (GPC 2, TPC 4, SM 1): Out Of Range Address")
        }
        let faults = evidence([trap(7, at: 10), trap(8, at: 3_600), load(at: 4_000)])
        #expect(faults.contains { $0.action == .fieldDiagnostics && !$0.isHistory })
    }

    @Test("a line without an address that a GPU's fault explains is none of another device")
    func withoutAddress() {
        let assertion =
            "NVRM: nvAssertOkFailedNoLog: Assertion failed: Reset required [NV_ERR_RESET_REQUIRED] (0x00000099)"
        let faults = evidence([xid(119, gpu, at: 10), record(assertion, at: 11)])
        #expect(faults.map(\.code) == [.xid(119)])
    }

    @Test("lines of an older boot are not held against the newest one's moments")
    func boots() {
        func kmsg(_ sequence: UInt64, _ number: Int, at second: Double) -> KernelLogRecord {
            var line = xid(number, gpu, at: second)
            line.sequence = sequence
            return line
        }
        let ends = FaultEnds(boot: 1, loaded: LogMoment(kmsg(5, 1, at: 1)), recoveries: [:])
        let bursts = [kmsg(4, 48, at: 10), kmsg(6, 95, at: 12)].map { line in
            FaultBurst(KernelEventParser.events(in: line)[0], code: .xid(48), busID: busID, boot: 0)
        }
        #expect(!ends.lie(between: bursts[0], bursts[1]))
    }

    @Test("errors of a switch that the guide says to ignore are notices")
    func harmless() {
        let line = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 22013, Non-fatal, Link 28 Minion Link DLREQ interrupt"
        #expect(evidence([record(line)]).map(\.severity) == [.info])
    }

    @Test("the driver's line about a GPU that is gone is kept, another card's is not")
    func goneDevice() {
        let context = FaultContext(pcieDevices: [])
        let fatal = "0000:df:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Receiver ID)"
        #expect(evidence([record("nvidia \(fatal)")], context).map(\.code) == [.pcie(.fatal)])
        let announced = "pcieport 0000:d7:00.0: AER: Uncorrected (Fatal) error received: 0000:df:00.0"
        #expect(evidence([record(announced), record("nvidia \(fatal)")], context).map(\.code) == [.pcie(.fatal)])
        #expect(evidence([record("mlx5_core \(fatal)")], context).isEmpty)
    }
}
