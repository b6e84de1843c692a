import Snapshots
import Testing

@testable import Diagnosis

@Suite struct FaultGroupTests {
    private let gpu = "0000:3b:00"
    private let recover = "GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"

    @Test func linesWithinThreeMinutesAreOneBurst() {
        let close = report([xid(31, gpu, at: 10), xid(31, gpu, at: 189), xid(31, gpu, at: 368)])
        #expect(close.groups.map(\.count) == [3])
        let apart = report([xid(31, gpu, at: 10), xid(31, gpu, at: 191)])
        #expect(apart.groups.map(\.count) == [1, 1])
        let other = report([xid(31, gpu, at: 10), xid(31, "0000:86:00", at: 10), xid(13, gpu, at: 10)])
        #expect(other.groups.count == 3)
    }

    @Test func aGroupTellsWhenHowOftenAndWho() throws {
        var lines = [xid(31, gpu, at: 10, pid: 1, name: "train"), xid(31, gpu, at: 12, pid: 2, name: "train")]
        lines.append(
            record(
                "NVRM: Xid (PCI:0000:3b:00 GPU-I:09 GPU-CI:00): 31, pid=3, name=other, x", at: 14,
                wall: 1_700_000_000_000_000))
        let group = try #require(report(lines).groups.first)
        #expect(group.busID == BusID("0000:3b:00.0") && group.count == 3)
        #expect(group.first.monotonicMicroseconds == 10_000_000 && group.last.monotonicMicroseconds == 14_000_000)
        #expect(group.last.wallMicroseconds == 1_700_000_000_000_000)
        #expect(group.processes.map(\.name) == ["train", "other"] && group.processes.map(\.pids) == [[1, 2], [3]])
        #expect(group.instances == [MIGInstance(gpuInstance: 9, computeInstance: 0)])
        #expect(group.firstLine == "NVRM: Xid (PCI:0000:3b:00): 31, pid=1, name=train, text")
        #expect(group.cause == .application && group.action == .restartApp && group.severity == .warning)
    }

    @Test func theRootComesBeforeItsFollowers() throws {
        let result = report([
            xid(13, gpu, at: 10, pid: 7, name: "a"), xid(43, gpu, at: 10.1, pid: 7, name: "a"),
            xid(45, gpu, at: 10.2, pid: 7, name: "a"),
        ])
        let root = try #require(result.xid(13).first)
        #expect(result.groups.first == root)
        for follower in result.groups.dropFirst() {
            #expect(follower.rootID == root.id && follower.cause == .consequence)
            #expect(follower.severity == .info && follower.action == .none && follower.why == .follows(.xid(13)))
        }
    }

    @Test func theHardwareFaultIsTheRootEvenIfItIsLoggedSecond() throws {
        let result = report([
            xid(94, gpu, at: 10, pid: 7, name: "a", text: "Contained: SM (0x1). RST: No, D-RST: No"),
            xid(48, gpu, at: 10.5), xid(63, gpu, at: 11),
            xid(45, gpu, at: 12, pid: 7, name: "a"), xid(31, gpu, at: 13, pid: 8, name: "b"),
        ])
        let root = try #require(result.xid(48).first)
        #expect(root.rootID == nil && root.action == .resetGPU && root.cause == .hardware && root.severity == .critical)
        #expect(result.groups.filter { $0.rootID == root.id }.count == 4)
    }

    @Test func aRowThatCouldNotBeRetiredIsNoConsequence() throws {
        for cause in [48, 95, 140] {
            let result = report([xid(cause, gpu, at: 10), xid(64, gpu, at: 10.1)])
            let row = try #require(result.xid(64).first)
            #expect(row.rootID == nil && row.severity == .critical && row.action != .none)
        }
    }

    @Test func theXidThatALineNamesIsItsRoot() throws {
        let result = report([
            xid(48, gpu, at: 10), xid(31, "0000:86:00", at: 11, name: "a"),
            xid(45, "0000:86:00", at: 12, text: "channel 0x00000009 caused by previous Xid 31"),
        ])
        #expect(result.xid(45).first?.rootID == result.xid(31).first?.id)
    }

    @Test func aFollowerAloneAccusesNobody() throws {
        let group = try #require(report([xid(45, gpu, at: 10, pid: 7, name: "a")]).groups.first)
        #expect(group.rootID == nil && group.cause == .notice && group.action == .none && group.severity == .info)
    }

    @Test func peersOfALostGPUAreNotAccused() throws {
        var lines = [xid(79, gpu, at: 10, text: "GPU has fallen off the bus.")]
        lines.append(record("NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.", at: 10.1))
        for bus in ["0000:86:00", "0000:af:00"] {
            lines.append(
                xid(
                    74, bus, at: 11,
                    text: "NVLink: fatal error detected on link 6(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)"))
            lines.append(xid(45, bus, at: 12, pid: 7, name: "a"))
        }
        let result = report(lines)
        let lost = try #require(result.xid(79).first)
        #expect(result.groups.first == lost && lost.count == 2 && lost.action == .rebootNode && lost.cause == .hardware)
        #expect(
            result.groups.dropFirst().allSatisfy {
                $0.rootID == lost.id && $0.severity < .critical && $0.action == .none
            })
        #expect(result.xid(74).first?.companionIDs == [result.xid(74).last?.id ?? 0])
    }

    @Test func aFatalSwitchErrorIsTheRootOfLinkErrors() throws {
        let result = report([
            record("nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 30 LTSSM Fault Up", at: 10),
            record(
                "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Severity 1 Engine instance 30 Sub-engine instance 00",
                at: 10),
            xid(74, gpu, at: 10.5),
        ])
        let root = try #require(result.groups.first { $0.code == .sxid(20034) })
        #expect(root.severity == .critical && root.action == .resetGPU && root.count == 1 && root.links == [30])
        #expect(result.xid(74).first?.rootID == root.id)
    }

    @Test func theWordInTheSwitchLineOutranksTheTable() throws {
        let mild = report([record("nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 10001, Non-fatal, Link 3 x")]).groups
            .first
        #expect(mild?.severity == .warning && mild?.action == Action.none && mild?.why == .line)
        let grave = report([record("nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 11011, Fatal, Link 3 x")]).groups.first
        #expect(grave?.severity == .critical && grave?.action == .resetGPU)
        let unknown = report([record("nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 99999, something")]).groups.first
        #expect(unknown?.severity == .warning && unknown?.action == .contactSupport && unknown?.why == .unknownNumber)
    }

    @Test func injectedLinesAreShownButAreNoEvidence() throws {
        var lines = [record("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", at: 9, facility: 1)]
        lines.append(record("NVRM: Xid (PCI:0000:3b:00): 154, \(recover)", at: 9, facility: 1))
        lines.append(xid(45, gpu, at: 10, pid: 7, name: "a"))
        let result = report(lines)
        #expect(result.injectedCount == 2 && result.recoveryLevels.isEmpty)
        let fake = result.groups.filter(\.isInjected)
        #expect(
            fake.count == 2 && fake.allSatisfy { $0.severity == .info && $0.cause == .injected && $0.action == .none })
        #expect(result.xid(45).first?.rootID == nil)
    }

    @Test func whatProgramsWriteCannotCrowdOutTheKernel() {
        let fakes = (0..<2000).map { number in
            record("NVRM: Xid (PCI:0000:3b:00): \(number), x", at: 9, facility: 1)
        }
        let result = report(fakes + [xid(79, gpu, at: 10)])
        #expect(result.xid(79).contains { !$0.isInjected && $0.severity == .critical })
        #expect(result.droppedEvents > 0 && result.groups.count <= KernelFaultAnalysis.injectedFaultLimit + 1)
    }

    @Test func unknownNumbersAreShown() throws {
        let group = try #require(report([xid(999, gpu, at: 1, text: "something new")]).groups.first)
        #expect(group.xid == 999 && group.why == .unknownNumber && group.action == .contactSupport)
        #expect(group.firstLine.hasSuffix("999, something new"))
    }

    @Test func worstFirstThenNewest() {
        let result = report([
            xid(79, gpu, at: 1), xid(14, gpu, at: 1000), xid(48, "0000:86:00", at: 2000),
            xid(31, "0000:af:00", at: 3000),
        ])
        #expect(result.groups.map(\.xid) == [48, 79, 31, 14])
        #expect(result.groups.map(\.id) == [3, 1, 4, 2])
    }

    @Test func identityOutlivesTheGPU() {
        let result = report([
            record("NVRM: GPU at PCI:0000:9b:00: GPU-509665ad-b600-ac93-3616-d754b23d636d"),
            record("NVRM: GPU Board Serial Number: 1650124014249"),
            record("NVRM: GPU 0000:18:00.0: GPU serial number is 42."),
        ])
        #expect(
            result.identities
                == [
                    BusID("0000:9b:00"): LoggedGPUIdentity(
                        uuid: "GPU-509665ad-b600-ac93-3616-d754b23d636d", serial: "1650124014249"),
                    BusID("0000:18:00"): LoggedGPUIdentity(uuid: nil, serial: "42"),
                ].reduce(into: [:]) { map, pair in if let key = pair.key { map[key] = pair.value } })
        #expect(result.groups.isEmpty)
    }

    @Test func aSplitMessageFindsItsGPU() {
        let result = report([
            record("NVRM: The NVIDIA GPU 0000:18:00.0"),
            record("NVRM: (PCI ID: 10de:2330) installed in this system has"),
            record("NVRM: fallen off the bus and is not responding to commands."),
        ])
        #expect(result.groups.map(\.busID) == [BusID("0000:18:00.0")] && result.groups.first?.xid == 79)
    }

    @Test func lostRecordsAreNamed() {
        #expect(report([], lost: 12).lostRecords == 12)
    }

    @Test func manyLinesStayFewGroups() {
        var analysis = KernelFaultAnalysis()
        let buses = (0..<8).map { "0000:\(String(0x10 + $0, radix: 16)):00" }
        for line in 0..<200_000 {
            let second = Double(line) / 1000
            let message =
                switch line % 10 {
                case 0: "NVRM: Xid (PCI:\(buses[line / 10 % 8])): 31, pid=\(line), name=train, Ch 1"
                case 1:
                    "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 22013, Non-fatal, Link 44 Minion Link DLREQ interrupt"
                default: "systemd[1]: Started session \(line) of user root."
                }
            analysis.add(record(message, at: second, sequence: UInt64(line)))
        }
        let result = analysis.report(XidCatalog(), SXidCatalog())
        #expect(result.recordCount == 200_000)
        #expect(result.groups.count == 9)
        #expect(result.xid(31).map(\.count) == Array(repeating: 2500, count: 8))
        #expect(result.groups.first { $0.code == .sxid(22013) }?.count == 20_000)
        #expect(
            result.xid(31).allSatisfy {
                $0.processes.map(\.pids.count) == [FaultProcess.pidLimit] && $0.processes[0].hasMorePids
            })
    }
}
