import Snapshots
import Testing

@testable import Diagnosis

/// What it means that a fault comes again and again.
@Suite struct FaultRepeatTests {
    private let gpu = "0009:01:00"
    private let hour = 3600.0

    private func corrected(_ seconds: [Double]) -> [KernelLogRecord] {
        seconds.map { xid(121, gpu, at: $0, text: "C2C Link corrected error: link 3, count 12") }
    }

    @Test("corrected errors of the chip-to-chip link are for support once they are frequent")
    func chipToChip() {
        let hourly = report(corrected((0..<5).map { 10 + Double($0) * hour })).xid(121)
        #expect(hourly.map(\.severity) == [.info, .info, .info, .info, .warning])
        #expect(hourly.last?.action == .contactSupport && hourly.last?.why == .cameBack(times: 4))
        let lasting = report(corrected((0..<20).map { 10 + Double($0) * 60 })).xid(121)
        #expect(lasting.map(\.action) == [.contactSupport])
        let rare = report(corrected((0..<5).map { 10 + Double($0) * 7 * hour })).xid(121)
        #expect(rare.allSatisfy { $0.severity == .info && $0.action == .none })
        let once = report(corrected((0..<40).map { 10 + Double($0) / 10 })).xid(121)
        #expect(once.map(\.action) == [.none])
    }

    @Test("a start of the driver trains the link anew")
    func chipToChipAfterAStart() {
        let load = record("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  570.133.20  Mon Jan  8", at: 6 * hour)
        let lines = corrected((0..<5).map { 10 + Double($0) * hour })
        #expect(report(lines + [load]).xid(121).allSatisfy { $0.severity == .info })
    }

    @Test("one program that fails on one GPU again and again: the GPU is not accused, but how to tell is said")
    func onePageFaultAfterTheOther() {
        func fault(_ pid: Int, on place: String, at second: Double) -> KernelLogRecord {
            xid(31, place, at: second, pid: pid, name: "python3")
        }
        let lines = (0..<3).map { fault(100 + $0, on: gpu, at: 10 + Double($0) * hour) }
        let groups = report(lines).xid(31)
        #expect(groups.allSatisfy { $0.cause == .application && $0.action == .restartApp })
        #expect(groups.last?.lookNext.contains("in 3 runs on this GPU and on no other") == true)
        #expect(groups.first?.lookNext.contains("runs") == false)
        let elsewhere = report(lines + [fault(200, on: "0008:01:00", at: 3 * hour)])
        #expect(elsewhere.groups.allSatisfy { !$0.lookNext.contains("runs") })
    }
}
