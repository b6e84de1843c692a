import Snapshots
import Testing

@testable import Diagnosis

/// The kernel prints names of programs and of their files, which anybody can choose.
@Suite struct ForgedLineTests {
    private func events(_ message: String, level: UInt8? = 6) -> [KernelEvent] {
        KernelEventParser.events(
            in: KernelLogRecord(
                sequence: 1, level: level, facility: 0, monotonicMicroseconds: 1, wallMicroseconds: nil,
                message: message))
    }

    private static let xid = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."

    @Test(arguments: [
        "Xid (): 79, abc[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6 in Xid (): 79, abc[55d0c0a01000+1000]",
        "a[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6 in \(xid)[55d0c0a01000+1000] likely on CPU 3",
        "traps: a[4711] general protection fault ip:55d0 sp:7ffd error:0 in \(xid)[55d0c0a01000+1000]",
        "a[4711]: unhandled exception: DABT, ESR 0x92000046, level 2 translation fault in \(xid)[aaaa+1000]",
        "a[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6 in x[1+1]\(xid)[55d0c0a01000+1000] likely on CPU 3",
        "traps: a[4711] general protection fault ip:55d0 sp:7ffd error:0 in x[1+1]\(xid)[1000,55d0c0a01000+1000]",
        "a[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6 in \(xid)",
        "process '/tmp/\(xid)' started with executable stack",
        "a[1]: segfault at 0 ip 0 sp 0 error 6 in nvidia 0000:3b:00.0: PCIe Bus Error: severity=Uncorrected (Fatal)[1]",
        "NVRM: a[4711]: segfault at 0 ip 0 sp 0 error 6 in RmInitAdapter failed[55d0c0a01000+1000]",
        "Memory cgroup out of memory: Killed process 4711 (Xid (): 48, abc) total-vm:10kB, anon-rss:1kB",
        "Memory cgroup out of memory: Killed process 4711 (SXid (): 20034,) total-vm:10kB, anon-rss:1kB",
        "oom-kill:constraint=CONSTRAINT_MEMCG,task=NVRM: Xid (PCI:,pid=4711,uid=0",
        "SXid (): 20034,[4711]: bad frame", "INFO: task Xid (0000:3b:0:4711 blocked for more than 120 seconds.",
    ]) func namesOfProgramsAreNoFaults(_ message: String) {
        #expect(events(message).isEmpty)
    }

    @Test(
        "the driver's message on the same line as the report of a program that failed is its own",
        arguments: [
            "traps: python3[4711] general protection fault ip:55d0 sp:7ffd error:0 in libcuda.so.1[7f00c0a01000+1000000]",
            "traps: python3[4711] trap invalid opcode ip:55d0 sp:7ffd error:0",
            "python3[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6",
            "a[4711]: segfault at 0 ip 000055d0 sp 00007ffd error 6 in libcuda.so.1[1000,7f00c0a01000+1000000] likely on CPU 3",
        ]) func faultsBehindReports(_ report: String)
    {
        #expect(events(report + Self.xid).map { $0.xid?.number } == [79])
    }

    @Test func aNameThatLooksLikeAMessageStaysAName() throws {
        for name in ["Xid (): 79, a", "NVRM: Xid (PCI:", "NVRM: Xid (...)", "SXid (): 20034,"] {
            let found = events("NVRM: Xid (PCI:0000:43:00): 31, pid=18, name=\(name), Ch 00000010, intr 10000000")
            #expect(found.map { $0.xid?.number } == [31])
            #expect(found.first?.xid?.message == "Ch 00000010, intr 10000000")
            #expect(found.first?.xid?.processName == name)
        }
    }

    @Test func aProgramCannotHideItsOwnFault() {
        let found = events("NVRM: Xid (PCI:0000:43:00): 31, pid=18, name=]: segfault at , Ch 00000010")
        #expect(found.map { $0.xid?.number } == [31])
    }

    @Test("masked addresses are what people write, not what the kernel does")
    func masks() {
        let masked = "NVRM: Xid (PCI:...): 79, GPU has fallen off the bus."
        #expect(events(masked, level: nil).first?.xid?.number == 79)
        #expect(events(masked).first?.xid == nil)
        for other in ["NVRM: Xid (): 79, x", "NVRM: Xid (GPU 3): 79, x", "Xid (PCI:0000:3b:00): 79, x"] {
            #expect(events(other, level: nil).allSatisfy { $0.xid == nil && $0.driver != .damagedXid })
        }
    }
}
