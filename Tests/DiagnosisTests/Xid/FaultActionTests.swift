import Snapshots
import Testing

@testable import Diagnosis

@Suite struct FaultActionTests {
    private let gpu = "0000:3b:00"
    private let hour = 3600.0

    private func recovery(_ from: String, _ to: String, _ bus: String = "0000:3b:00", at second: Double)
        -> KernelLogRecord
    {
        xid(154, bus, at: second, text: "GPU recovery action changed from \(from) to \(to)")
    }

    private func nvml(_ level: RecoveryLevel) -> FaultContext {
        FaultContext(recoveryLevels: [BusID(domain: 0, bus: 0x3b, device: 0): level])
    }

    @Test func theRecoveryActionOutranksTheCatalogue() throws {
        let lines = [
            xid(119, gpu, at: 10, text: "Timeout after 6s of"),
            recovery("0x0 (None)", "0x2 (Node Reboot Required)", at: 11),
        ]
        let logged = report(lines)
        let root = try #require(logged.xid(119).first)
        #expect(root.action == .rebootNode && root.why == .recoveryAction(.nodeReboot, .xid154))
        #expect(logged.xid(154).first?.rootID == root.id && logged.xid(154).first?.action == .rebootNode)
        #expect(logged.recoveryLevels == [BusID(domain: 0, bus: 0x3b, device: 0): .nodeReboot])
        let newer = try #require(report(lines, nvml(.drainAndReset)).xid(119).first)
        #expect(newer.action == .resetGPU && newer.why == .recoveryAction(.drainAndReset, .nvml))
    }

    @Test func theRecoveryActionOfOneGPUIsNotAnothers() throws {
        let result = report([
            xid(48, gpu, at: 10), xid(48, "0000:86:00", at: 500), recovery("0x0", "0x2 (x)", "0000:86:00", at: 501),
        ])
        #expect(result.xid(48, "0000:3b:00.0").first?.action == .resetGPU)
        #expect(result.xid(48, "0000:86:00.0").first?.action == .rebootNode)
    }

    @Test func aClearedRecoveryMeansHistory() throws {
        let lines = [xid(119, gpu, at: 10), recovery("0x0", "0x1 (x)", at: 11), recovery("0x1", "0x0 (None)", at: 20)]
        let cleared = report(lines)
        let root = try #require(cleared.xid(119).first)
        #expect(root.isRecovered && root.action == .none && root.severity == .info && root.why == .recovered(.xid154))
        #expect(cleared.groups.allSatisfy { $0.action == .none && $0.severity == .info })
        let back = try #require(report(lines + [xid(119, gpu, at: 30)]).xid(119).last)
        #expect(!back.isRecovered && back.severity == .critical)
        let quiet = try #require(report([xid(119, gpu, at: 10)], nvml(.none)).xid(119).first)
        #expect(
            quiet.isRecovered && quiet.action == .none && quiet.severity == .warning && quiet.why == .recovered(.nvml))
    }

    @Test func anEarlierRecoveryStaysHistoryWhenANewOneIsNeeded() throws {
        let first = [xid(48, gpu, at: 10), recovery("0x0", "0x1 (x)", at: 11), recovery("0x1", "0x0 (None)", at: 20)]
        let result = report(first + [xid(119, gpu, at: 5000), recovery("0x0", "0x2 (x)", at: 5001)])
        #expect(result.xid(48).first?.isRecovered == true && result.xid(48).first?.action == Action.none)
        #expect(result.xid(119).first?.action == .rebootNode)
    }

    @Test func aRecoveredFaultThatCameBackIsWatched() throws {
        let lines = [xid(62, gpu, at: 10), xid(62, gpu, at: 5 * hour), recovery("0x1", "0x0 (None)", at: 5 * hour + 1)]
        let group = try #require(report(lines).xid(62).last)
        #expect(group.isRecovered && group.severity == .warning && group.action == .rebootNode)
    }

    @Test func aProgramsFaultIsNotRecoveredAway() throws {
        let group = try #require(report([xid(31, gpu, at: 10, pid: 1, name: "a")], nvml(.none)).groups.first)
        #expect(group.action == .restartApp && !group.isRecovered)
    }

    @Test func aLevelWithoutAHardwareFaultGoesToTheNewestGroup() throws {
        let result = report([xid(63, gpu, at: 10), xid(31, gpu, at: 500, pid: 1, name: "a")], nvml(.drainAndReset))
        #expect(result.xid(63).first?.action == .resetGPU && result.xid(63).first?.severity == .critical)
        #expect(result.xid(31).first?.action == .restartApp)
    }

    @Test func unknownLevelsCountAsAReboot() throws {
        let group = try #require(report([xid(48, gpu, at: 10)], nvml(.unknown(9))).groups.first)
        #expect(group.action == .rebootNode && group.why.text.contains("Unknown (9)"))
    }

    @Test func theLineAsksForTheReset() throws {
        let reset = try #require(
            report([xid(95, gpu, at: 1, text: "Uncontained: LTC TAG (0x2, 0x1). RST: Yes, D-RST: No")]).groups.first)
        #expect(reset.action == .resetGPU && reset.why == .line)
        let drain = try #require(
            report([xid(94, gpu, at: 1, text: "Contained: FB (0x4). RST: No, D-RST: Yes")]).groups.first)
        #expect(drain.action == .resetGPU && drain.lookNext.contains("running work end"))
        let app = try #require(
            report([xid(94, gpu, at: 1, text: "Contained: SM (0x1). RST: No, D-RST: No")]).groups.first)
        #expect(app.action == .restartApp && app.severity == .warning && app.cause == .hardware)
    }

    @Test func nvlink5IsDecodedAndTheWorstLineDecides() throws {
        let bad = "SAW_MVB Fatal XC1 i0 Link 00 (0x00000001 0x00000002 0x00000000 0x00000000)"
        let mild = "SAW_MVB Nonfatal XC1 i0 Link 00 (0x00000001 0x00000004 0x00000000 0x00000000)"
        let result = report([xid(144, "0018:01:00", at: 1, text: mild), xid(144, "0018:01:00", at: 2, text: bad)])
        let group = try #require(result.groups.first)
        #expect(
            group.nvlink5.count == 2 && group.action == .resetGPU && group.severity == .critical
                && group.why == .nvlink5Table)
        let quiet = try #require(report([xid(144, "0018:01:00", at: 1, text: mild)]).groups.first)
        #expect(quiet.action == .none && quiet.severity == .warning)
        let strange = try #require(
            report([xid(144, gpu, at: 1, text: "SAW_MVB Fatal XC1 i0 Link 00 (0x00000001 0x00800000)")]).groups.first)
        #expect(
            strange.nvlink5.isEmpty && strange.action == .contactSupport && strange.severity == .critical
                && strange.why == .line)
    }

    @Test func nvlink5CanPointAtTheRecoveryAction() throws {
        let text = "RLW_SRC_TRACK Nonfatal XC0 i0 Link -1 (0x00000007 0x00000004 0x0 0x0 0x0 0x0)"
        let alone = try #require(report([xid(145, gpu, at: 1, text: text)]).groups.first)
        #expect(alone.action == .none)
        let told = try #require(report([xid(145, gpu, at: 1, text: text)], nvml(.gpuReset)).groups.first)
        #expect(told.action == .resetGPU && told.severity == .critical)
    }

    @Test func oneJobOnManyGPUsIsTheJobsFault() throws {
        let buses = ["0000:3b:00", "0000:86:00", "0000:af:00"]
        let result = report(
            buses.enumerated().map { xid(31, $1, at: 10 + Double($0) / 10, pid: 100 + $0, name: "train.py") })
        #expect(result.groups.count == 3)
        #expect(
            result.groups.allSatisfy {
                $0.cause == .application && $0.action == .restartApp && $0.why == .oneJob(gpus: 3)
            })
    }

    @Test func ranksThatFailSecondsApartAreOneJobInEachOfItsRuns() {
        let text = "Graphics SM Warp Exception on (GPC 2, TPC 4, SM 1): Out Of Range Address"
        let lines = [5_000.0, 9_000].flatMap { start in
            (0..<8).map { rank in
                xid(
                    13, "0000:1\(rank):00", at: start + Double(rank) * 1.5, pid: Int(start) + rank, name: "python3",
                    text: text)
            }
        }
        #expect(report(lines).groups.allSatisfy { $0.cause == .application && $0.action == .restartApp })
    }

    @Test func threadsOfOneProcessAreNoDifferentPrograms() {
        let lines = [
            xid(31, gpu, at: 10, pid: 1, name: "pt_main_thread"), xid(31, gpu, at: hour, pid: 1, name: "pt_autograd_0"),
        ]
        #expect(report(lines).groups.allSatisfy { $0.cause == .application && $0.action == .restartApp })
    }

    @Test func differentProgramsOnOneGPUAccuseTheGPU() throws {
        let lines = [xid(31, gpu, at: 10, pid: 1, name: "a"), xid(31, gpu, at: hour, pid: 2, name: "b")]
        let group = try #require(report(lines).xid(31).last)
        #expect(group.cause == .hardware && group.action == .fieldDiagnostics && group.why == .differentPrograms(2))
        let elsewhere = report(lines + [xid(31, "0000:86:00", at: 2 * hour, pid: 3, name: "b")])
        #expect(elsewhere.groups.allSatisfy { $0.cause == .application })
        let old = report([lines[0], xid(31, gpu, at: 25 * hour, pid: 2, name: "b")])
        #expect(old.groups.allSatisfy { $0.cause == .application })
    }

    @Test func aProgramThatKeepsFailingIsStillTheProgram() {
        let storm = (0..<40).map { xid(31, gpu, at: 10 + Double($0) * 600, pid: 100 + $0, name: "train.py") }
        let result = report(storm)
        #expect(
            result.groups.allSatisfy { $0.cause == .application && $0.action == .restartApp && $0.severity == .warning }
        )
        #expect(result.groups.count == KernelFaultAnalysis.burstLimit)
        #expect(result.groups.reduce(0) { $0 + $1.count } == 40)
    }

    @Test func oneTextureClusterAgainAndAgainIsHardware() throws {
        func trap(_ sm: Int, _ pid: Int, tpc: Int = 4, at second: Double) -> KernelLogRecord {
            xid(
                13, gpu, at: second, pid: pid, name: "a",
                text: "Graphics SM Warp Exception on (GPC 2, TPC \(tpc), SM \(sm)): Out Of Range Address")
        }
        let same = try #require(report([trap(1, 7, at: 10), trap(1, 8, at: hour)]).xid(13).last)
        #expect(same.cause == .hardware && same.action == .fieldDiagnostics && same.why == .sameUnit)
        let beside = try #require(report([trap(1, 7, at: 10), trap(0, 8, at: hour)]).xid(13).last)
        #expect(beside.cause == .hardware, "multiprocessors of one texture cluster")
        let other = report([trap(1, 7, at: 10), trap(1, 8, tpc: 5, at: hour)])
        #expect(other.groups.allSatisfy { $0.cause == .application })
    }

    @Test func aFaultThatComesBackClimbsTheLadder() throws {
        let twice = report([xid(62, gpu, at: 10), xid(62, gpu, at: 5 * hour)]).xid(62)
        #expect(twice.map(\.action) == [.resetGPU, .rebootNode])
        #expect(twice.last?.why == .cameBack(times: 1))
        let late = report([xid(62, gpu, at: 10), xid(62, gpu, at: 25 * hour)]).xid(62)
        #expect(late.map(\.action) == [.resetGPU, .resetGPU])
        let five = report((0..<5).map { xid(62, gpu, at: 10 + Double($0) * hour) }).xid(62)
        #expect(five.last?.action == .contactSupport)
    }

    @Test func aLostGPUIsReportedAgainWithoutBeingLostAgain() throws {
        var lines = (0..<6).map {
            record("NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.", at: 10 + Double($0) * 600)
        }
        lines.append(record("NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x62:0x40:2142)", at: 9000))
        let result = report(lines)
        let lost = try #require(result.xid(79).first)
        #expect(result.groups.count == 2 && lost.count == 6 && lost.action == .rebootNode)
        #expect(result.groups.last?.rootID == lost.id && result.groups.last?.severity == .info)
        let alone = try #require(report([lines[6]]).groups.first)
        #expect(alone.severity == .critical && alone.details.isEmpty && alone.action == .rebootNode)
    }

    @Test func anotherBootIsHistoryButCountsForTheLadder() throws {
        func lost(at second: Double, wall: Int64) -> KernelLogRecord {
            record("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", at: second, wall: wall)
        }
        let day: Int64 = 86_400_000_000
        let result = report([lost(at: 9000, wall: day), lost(at: 100, wall: day + 3_600_000_000)]).xid(79)
        #expect(result.map(\.isEarlierBoot) == [true, false])
        #expect(result.map(\.action) == [.rebootNode, .fieldDiagnostics])
        let old = report([lost(at: 9000, wall: day), lost(at: 100, wall: 3 * day)]).xid(79)
        #expect(old.last?.action == .rebootNode)
    }

    @Test func pcieErrorsOfOtherDevicesCanBeLeftOut() throws {
        let lines = [
            record(
                "nvidia 0000:18:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Receiver ID)",
                at: 1),
            record(
                "nvme 0000:01:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Receiver ID)",
                at: 1),
            record("NVRM: Xid (PCI:0000:18:00): 79, GPU has fallen off the bus.", at: 2),
        ]
        #expect(report(lines).groups.count == 3)
        let result = report(lines, FaultContext(pcieDevices: [BusID(domain: 0, bus: 0x18, device: 0)]))
        #expect(result.groups.count == 2)
        #expect(result.xid(79).first?.companionIDs == [1])
    }

    @Test func frequentCorrectionsAreAWarning() {
        func corrected(_ count: Int) -> FaultGroup? {
            report(
                (0..<count).map {
                    record("nvidia 0000:18:00.0: PCIe Bus Error: severity=Corrected, type=x", at: Double($0))
                }
            ).groups.first
        }
        #expect(corrected(100)?.severity == .info && corrected(100)?.action == Action.none)
        #expect(corrected(101)?.severity == .warning && corrected(101)?.action == .checkPCIe)
    }

    @Test func logsWithoutTimeAreGroupedByOrder() {
        func bare(_ message: String, _ line: UInt64) -> KernelLogRecord {
            KernelLogRecord(
                sequence: line, level: nil, facility: nil, monotonicMicroseconds: nil, wallMicroseconds: nil,
                message: message)
        }
        let result = report([
            bare("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", 1),
            bare("NVRM: Xid (PCI:0000:3b:00): 45, pid=1, name=a, Ch 1", 2),
            bare("NVRM: Xid (PCI:0000:3b:00): 45, pid=1, name=a, Ch 2", 3),
        ])
        #expect(result.groups.map(\.count) == [1, 2])
        #expect(result.xid(45).first?.rootID == result.xid(79).first?.id)
    }

    @Test func theSameLogGivesTheSameReport() {
        let lines = (0..<300).map {
            xid(
                [13, 31, 43, 45, 48, 63, 74, 79][$0 % 8], "0000:\(10 + $0 % 7):00", at: Double($0 * 97 % 3000), pid: $0,
                name: "p\($0 % 5)")
        }
        let sorted = lines.sorted { ($0.monotonicMicroseconds ?? 0) < ($1.monotonicMicroseconds ?? 0) }
        let first = report(sorted).groups
        for _ in 0..<5 { #expect(report(sorted).groups == first) }
    }
}
