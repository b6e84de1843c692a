import Snapshots
import Testing

@testable import Diagnosis

/// Logs whose lines do not stand in the order in which they were written.
@Suite struct LogOrderTests {
    private static let crash = "NVRM: Xid (PCI:0000:3b:00): 119, Timeout after 6s of"
    private static let lost = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."
    private static let load = "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  535.161.08  Mon Jan  8"
    private static let cleared =
        "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)"
    private static let reboot =
        "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"
    private static let linux = "Linux version 6.8.0-45-generic (buildd@lcy02) #45-Ubuntu SMP"

    /// A line with a date in days, and perhaps seconds since boot.
    private func line(_ message: String, _ day: Double?, uptime: Double? = nil) -> KernelLogRecord {
        KernelLogRecord(
            sequence: 0, level: nil, facility: 0, monotonicMicroseconds: uptime.map { UInt64($0 * 1_000_000) },
            wallMicroseconds: day.map { Int64($0 * 86_400_000_000) }, message: message)
    }

    private func disorder(_ records: [KernelLogRecord], isOneBoot: Bool = false) -> UnusableFile? {
        var analysis = KernelFaultAnalysis(isOneBoot: isOneBoot)
        for record in records { analysis.add(record) }
        return analysis.disorder
    }

    @Test("what an older file behind a newer one tells ends no fault", arguments: [load, cleared, linux, "NVRM: x"])
    func olderFile(_ end: String) throws {
        let newer = [line(Self.crash, 16)]
        let older = [line("NVRM: x", 11), line("NVRM: x", 11.5), line(end, 12), line("NVRM: x", 13)]
        #expect(disorder(newer + older) == .outOfOrder)
        let fault = try #require(report(newer + older).xid(119).first)
        #expect(fault.severity == .critical && !fault.isRecovered && !fault.isEarlierBoot)
        #expect(disorder(older + newer) == nil)
    }

    @Test("faults of the older file end by what came later")
    func ends() throws {
        let older = [line("NVRM: x", 11), line(Self.crash, 12)]
        let loaded = report([line(Self.load, 15), line("NVRM: x", 16)] + older)
        #expect(loaded.xid(119).first?.isRecovered == true)
        let rebooted = report([line(Self.linux, 15), line("NVRM: x", 16)] + older + [line(Self.reboot, 12)])
        #expect(rebooted.xid(119).first?.isEarlierBoot == true)
        #expect(rebooted.recoveryLevels.isEmpty)
        let kept = report([line("NVRM: x", 16)] + older + [line(Self.load, 11.9)])
        #expect(kept.xid(119).first?.isRecovered == false)
    }

    @Test("the newest line of a burst stays the newest")
    func bursts() {
        let newer = [line(Self.lost, 16)]
        let older = [line("NVRM: x", 11), line(Self.lost, 11.5), line(Self.cleared, 12)]
        #expect(report(newer + older).xid(79).contains { !$0.isRecovered && $0.action == .rebootNode })
    }

    @Test("a file that begins with a boot is out of order where the log ends before its newest line")
    func atABoot() {
        let older = [line(Self.linux, 12, uptime: 0), line(Self.load, 12.1, uptime: 9_000)]
        #expect(disorder([line(Self.crash, 16)] + older) == .outOfOrder)
        #expect(disorder([line(Self.crash, 16), line("-- Boot 01 --", nil)] + older) == .outOfOrder)
        #expect(disorder(older + [line(Self.crash, 16)]) == nil)
    }

    @Test("clocks that are set are no disorder")
    func clocks() {
        let dead = [
            line(Self.crash, 100, uptime: 9_000), line(Self.linux, 0.1, uptime: 0), line(Self.load, 0.1, uptime: 12),
            line("NVRM: x", 100.1, uptime: 60),
        ]
        #expect(disorder(dead) == nil)
        #expect(report(dead).xid(119).first?.isEarlierBoot == true)
        let local = [line(Self.load, 10.5, uptime: 12), line(Self.crash, 10.2, uptime: 300)]
        #expect(disorder(local) == nil)
        #expect(report(local).xid(119).first?.isRecovered == false)
        let autumn = [10.04, 10.05, 10, 10.01].map { line("NVRM: x", $0) }
        #expect(disorder(autumn) == nil, "daylight saving time")
    }

    @Test("uptimes alone, and dates that were made of them, tell of boots and not of files")
    func uptimes() {
        let bare = [
            line(Self.crash, nil, uptime: 90_000), line(Self.linux, nil, uptime: 0), line(Self.load, nil, uptime: 9),
        ]
        #expect(disorder(bare) == nil)
        #expect(report(bare).xid(119).first?.isEarlierBoot == true)
        #expect(disorder([line("NVRM: x", 2, uptime: 172_800), line(Self.linux, 0, uptime: 0)]) == nil)
        #expect(disorder([line("NVRM: x", 16), line("NVRM: x", 12), line("NVRM: x", 13)], isOneBoot: true) == nil)
    }
}
