import Snapshots
import Testing

@testable import Diagnosis

@Suite("Health: what the kernel log cannot tell, and where NVML contradicts it")
struct KernelLogEvidenceTests {
    @Test("lost records leave a gap: nobody can say healthy")
    func lostRecords() {
        var log = HealthyNode.quietLog
        log.missedRecords = 3
        let report = HealthyNode.report(log: log)
        #expect(report.verdict == .unknown)
        #expect(report.gaps.map(\.check) == ["kernel_log"])
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown })
    }

    @Test("on a node that has run for long the oldest records are gone: a remark, no gap")
    func beginning() throws {
        var log = HealthyNode.quietLog
        log.isBeginningGone = true
        log.beginsMicroseconds = HealthyNode.now
        let report = HealthyNode.report(log: log)
        #expect(report.verdict == .healthy && report.gaps.isEmpty)
        let remark = try #require(report.findings.first)
        #expect(remark.rule == "kernel_log_begin" && remark.severity == .info)
        #expect(remark.title.contains("since 2026-"))
    }

    @Test(
        "behind an Xid whose address is masked or cut off is any GPU: none is healthy",
        arguments: [
            "NVRM: Xid (PCI:...): 79, pid=1, name=python3, GPU has fallen off the bus.", "NVRM: Xid (PCI:0000:3",
        ])
    func unplaced(line: String) {
        var entry = record(line, at: 10)
        entry.level = nil
        let report = HealthyNode.report(log: KernelLogEvidence(DiagnosisTests.report([entry])))
        #expect(report.verdict != .healthy)
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown && $0.gaps.map(\.check) == ["kernel_log"] })
        entry.message = "NVRM: Xid (PCI:...): 31, pid=1, name=python3, Ch 00000010"
        let program = HealthyNode.report(log: KernelLogEvidence(DiagnosisTests.report([entry])))
        #expect(program.gpus.allSatisfy { $0.verdict == .healthy })
    }

    @Test("a log that ends before this boot accuses nobody, and shows nobody to be healthy")
    func earlierBoot() {
        var log = KernelLogEvidence(DiagnosisTests.report([xid(79, "0000:13:00", at: 10)]))
        log.absence = .unusable(.earlierBoot)
        log.becomeHistory()
        let report = HealthyNode.report(log: log)
        #expect(report.gpus.allSatisfy { $0.verdict == .unknown && $0.action == .none })
        #expect(report.findings.allSatisfy { $0.time == .history && $0.title.contains("earlier boot") })
        #expect(!report.findings.isEmpty)
    }

    @Test("what is over says so, and why")
    func over() {
        func titles(_ lines: [KernelLogRecord]) -> [String] {
            let log = KernelLogEvidence(DiagnosisTests.report(lines))
            return HealthyNode.report(log: log).findings.filter { $0.rule == "kernel_log" }.map(\.title)
        }
        let crash = xid(119, "0000:13:00", at: 10)
        let load = record("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  570.133.20  Mon Jan  8", at: 90)
        #expect(
            titles([crash, load])
                == ["Xid 119: GSP does not answer; over: the driver was loaded again since, which resets its GPUs."])
        let boot = record("Linux version 6.8.0-45-generic", at: 0)
        #expect(titles([crash, boot]) == ["Xid 119: GSP does not answer; over: it was in an earlier boot."])
        #expect(titles([crash]) == ["Xid 119: GSP does not answer."])
        let wanted =
            "NVRM: nvAssertOkFailedNoLog: Assertion failed: Reset required [NV_ERR_RESET_REQUIRED] (0x00000062)"
        #expect(
            titles([record(wanted)]) == ["Driver wants a GPU reset; over: NVML asks for no reset of any GPU."])
    }

    @Test("a loss that NVML knows nothing of is a disagreement with both sides")
    func disagreement() throws {
        let place = HealthyNode.busID(3)
        let line = xid(79, "0000:13:00", at: 10, text: "GPU has fallen off the bus.")
        let faults = DiagnosisTests.report([line], FaultContext(recoveryLevels: [place: .none]))
        let report = HealthyNode.report(log: KernelLogEvidence(faults))
        let finding = try #require(report.findings.first { $0.rule == "kernel_log_disagreement" })
        #expect(finding.gpu == 3 && finding.severity == .warning)
        #expect(finding.evidence.map(\.source) == [.kernelLog, .nvml])
        #expect(report.gpus[3].verdict == .degraded)
        #expect(report.findings.allSatisfy { $0.rule != "kernel_log" })
    }
}
