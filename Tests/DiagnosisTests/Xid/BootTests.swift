import Snapshots
import Testing

@testable import Diagnosis

/// Which lines of a log are of the boot that runs, and which are history.
@Suite struct BootTests {
    private static let lost = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."
    private static let linux = "Linux version 6.8.0-45-generic (buildd@lcy02) #45-Ubuntu SMP"
    private let day: Int64 = 86_400_000_000

    private func line(_ message: String, uptime: Double? = nil, wall: Int64? = nil, bootID: String? = nil)
        -> KernelLogRecord
    {
        KernelLogRecord(
            sequence: 0, level: nil, facility: 0,
            monotonicMicroseconds: uptime.map { UInt64($0 * 1_000_000) }, wallMicroseconds: wall, message: message,
            bootID: bootID)
    }

    private func isHistory(_ records: [KernelLogRecord]) -> [Bool] { report(records).xid(79).map(\.isEarlierBoot) }

    @Test(arguments: ["-- Boot 0123456789abcdef0123456789abcdef --", "-- Reboot --", linux])
    func aMarkBeginsABoot(_ mark: String) {
        #expect(isHistory([line(Self.lost, wall: day), line(mark, wall: 2 * day)]) == [true])
        #expect(isHistory([line(mark, wall: day), line(Self.lost, wall: day)]) == [false])
        #expect(isHistory([line(Self.lost, uptime: 250), line(mark), line("NVRM: x", uptime: 300)]) == [true])
    }

    @Test func aProgramsMarkIsNone() {
        var mark = line(Self.linux)
        mark.facility = 1
        #expect(isHistory([line(Self.lost), mark]) == [false])
    }

    @Test("the newest line first: the mark stands behind what it begins")
    func backwards() {
        #expect(
            isHistory([line(Self.lost, uptime: 500, wall: day), line(Self.linux, uptime: 0, wall: day - 500_000_000)])
                == [false])
    }

    @Test func journaldTellsTheBoot() {
        let next = line("NVRM: x", uptime: 300, bootID: "b")
        #expect(isHistory([line(Self.lost, uptime: 250, bootID: "a"), next]) == [true])
        #expect(isHistory([line(Self.lost, uptime: 250, bootID: "b"), next]) == [false])
        #expect(isHistory([line(Self.lost, uptime: 250), next]) == [false])
    }

    @Test("without wall clocks the monotonic one has to fall back far")
    func fall() {
        let peer = "nvidia-peermem nv_get_p2p_free_callback:127 ERROR detected invalid context"
        #expect(isHistory([line(Self.lost, uptime: 1_000), line(peer, uptime: 990)]) == [false])
        #expect(isHistory([line(Self.lost, uptime: 1_000), line(peer, uptime: 20)]) == [true])
    }

    @Test(
        "the wall clock has to gain on the monotonic one",
        arguments: [
            (1_000, 990, -10, false), (9_000, 100, 3_600, true), (1_000, 2_000, 86_400, false),
            // The machine slept, or its clock was set.
            (250, 300, 18_000, false), (1_000, 5_000, 4_100, false),
        ] as [(Double, Double, Int64, Bool)])
    func clocks(_ before: Double, _ after: Double, _ passed: Int64, _ isNew: Bool) {
        let records = [
            line(Self.lost, uptime: before, wall: day), line("NVRM: x", uptime: after, wall: day + passed * 1_000_000),
        ]
        #expect(isHistory(records) == [isNew])
    }

    @Test("a log with its newest line first is known as one, lines out of order are none")
    func direction() {
        func isNewestFirst(_ seconds: [Int64]) -> Bool {
            var analysis = KernelFaultAnalysis()
            for second in seconds { analysis.add(line(Self.lost, wall: day + second * 1_000_000)) }
            return analysis.disorder == .newestFirst
        }
        #expect(isNewestFirst([86_400, 0]))
        #expect(isNewestFirst([300, 200, 210, 100]))
        #expect(!isNewestFirst([0, 300, 290]))
        #expect(!isNewestFirst([10, 0]))
        #expect(!isNewestFirst([100]))
    }

    @Test func daylightSavingTimeIsNoBoot() {
        var records = [
            line(Self.lost, uptime: 1_000, wall: day), line("NVRM: x", uptime: 1_600, wall: day + 4_200_000_000),
        ]
        for index in records.indices { records[index].isZoneUnknown = true }
        #expect(isHistory(records) == [false])
    }

    @Test("the kernel's own buffer has one boot, whatever its lines look like")
    func ringBuffer() {
        var analysis = KernelFaultAnalysis(isOneBoot: true)
        for record in [line(Self.lost, uptime: 9_000), line(Self.linux, uptime: 0), line("NVRM: x", uptime: 1)] {
            analysis.add(record)
        }
        #expect(analysis.report(XidCatalog(), SXidCatalog()).groups.map(\.isEarlierBoot) == [false])
    }
}
