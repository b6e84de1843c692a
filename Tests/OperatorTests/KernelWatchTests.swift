import Operations
import Snapshots
import Testing

@testable import Tools

/// Which lines of the kernel log tell of a reset that did harm.
@Suite struct KernelWatchTests {
    static let target = ResetTarget(index: 0, uuid: "GPU-1", busID: BusID(domain: 0, bus: 0x1b, device: 0))

    static func faults(_ message: String, isDuring: Bool = false, facility: UInt8 = 0) -> Int {
        let record = KernelLogRecord(
            sequence: 7, level: 3, facility: facility, monotonicMicroseconds: 5_000_000, wallMicroseconds: nil,
            message: message)
        return KernelWatch.faults([record], target, isDuring: isDuring).count
    }

    @Test func ofTheGPUItself() {
        let xid = "NVRM: Xid (PCI:0000:1b:00): 13, Graphics Exception"
        #expect(Self.faults(xid) == 1)
        // The reset itself makes some.
        #expect(Self.faults(xid, isDuring: true) == 0)
        #expect(Self.faults(xid, facility: 1) == 0)
        #expect(Self.faults("NVRM: GPU 0000:1b:00.0: RmInitAdapter failed! (0x62:0x40:2142)", isDuring: true) == 1)
    }

    @Test(arguments: [false, true]) func elsewhereOnTheNode(isDuring: Bool) {
        let lost = "NVRM: Xid (PCI:0000:43:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."
        #expect(Self.faults(lost, isDuring: isDuring) == 1)
        // A job on another GPU goes wrong by itself.
        #expect(Self.faults("NVRM: Xid (PCI:0000:43:00): 31, pid=7, name=python", isDuring: isDuring) == 0)
        let fatal = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 20034, Fatal, Link 30 LTSSM Fault Up"
        #expect(Self.faults(fatal, isDuring: isDuring) == 1)
        let noise = "nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 22013, Non-fatal, Link 30 Minion Link DLREQ interrupt"
        #expect(Self.faults(noise, isDuring: isDuring) == 0)
    }
}
