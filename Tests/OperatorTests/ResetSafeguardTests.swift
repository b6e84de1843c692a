import Operations
import Snapshots
import Testing

@testable import Tools

/// What keeps a reset from being one of many.
@Suite struct ResetSafeguardTests {
    /// With the audit record on standard error only the driver's lines tell of another session's reset.
    @Test func theKernelLogTellsOfResets() {
        func seconds(_ message: String, facility: UInt8 = 0) -> Int? {
            var logged = LoggedReset(of: ResetTarget(busID: BusID(domain: 0, bus: 0x3b, device: 0)))
            logged.take(
                KernelLogRecord(
                    sequence: 1, level: 3, facility: facility, monotonicMicroseconds: 1,
                    wallMicroseconds: 1_000_000_000, message: message))
            return logged.secondsAgo(now: 1_600_000_000)
        }
        let done = "154, GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)"
        #expect(seconds("NVRM: Xid (PCI:0000:3b:00): \(done)") == 600)
        #expect(seconds("NVRM: Xid (PCI:0000:3b:00): \(done)", facility: 1) == nil)
        #expect(seconds("NVRM: Xid (PCI:0000:5d:00): \(done)") == nil)
        let wanted = "154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)"
        #expect(seconds("NVRM: Xid (PCI:0000:3b:00): \(wanted)") == nil)
        let drained = "154, GPU recovery action changed from 0x3 (Drain P2P) to 0x0 (None)"
        #expect(seconds("NVRM: Xid (PCI:0000:3b:00): \(drained)") == nil)
    }

    @Test func aResetIsRememberedUnderEachName() {
        let memory = ResetMemory()
        let busID = BusID(domain: 0, bus: 0x3b, device: 0)
        memory.note(ResetGPUPlan.targets(ResetTarget(uuid: "GPU-1", busID: busID)))
        // Once it has fallen off the bus, nobody tells its UUID any more.
        #expect(memory.last(of: Set(ResetGPUPlan.targets(ResetTarget(busID: busID)))) == 0)
        #expect(memory.last(of: ["gpu:GPU-1"]) == 0)
        #expect(memory.last(of: ["gpu:GPU-2"]) == nil)
    }
}
