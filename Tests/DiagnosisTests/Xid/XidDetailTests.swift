import Snapshots
import Testing

@testable import Diagnosis

@Suite struct XidDetailTests {
    private func detail(_ text: String) -> XidDetail? {
        KernelEventParser.events(in: record("NVRM: Xid (PCI:0000:3b:00): \(text)")).first?.xid?.detail
    }

    @Test func theFieldsOfEachTextAreRead() {
        #expect(
            detail(
                "13, pid=21045, name=python3, Graphics SM Warp Exception on (GPC 2, TPC 4, SM 1): Out Of Range Address")
                == .multiprocessor(gpc: 2, tpc: 4, sm: 1))
        #expect(
            detail(
                "31, pid=1, name=a, Ch 00000010, intr 10000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ 0x7f12_3456a000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"
            )
                == .memoryFault(
                    engine: "GRAPHICS GPCCLIENT_T1_0", address: 0x7f12_3456_a000,
                    kind: "FAULT_PDE ACCESS_TYPE_VIRT_READ"))
        #expect(detail("45, pid=1, name=train.py, channel 0x00000009 caused by previous Xid 31") == .causedBy(xid: 31))
        #expect(detail("45, pid=1, name=train.py, Ch 00000008") == nil)
        #expect(
            detail(
                "48, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 4, subpartition 1."
            )
                == .framebuffer(partition: 4, subpartition: 1))
        #expect(
            detail("74, NVLink: fatal error detected on link 6(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)")
                == .link(6, registers: [0x10000, 0, 0, 0, 0, 0, 0], remote: nil))
        #expect(
            detail("74, NVLink: failed to train link 2 to remote PCI:0000:07:00")
                == .link(2, registers: [], remote: BusID(domain: 0, bus: 7, device: 0)))
        #expect(
            detail(
                "140, An uncorrectable ECC error detected (possible firmware handling failure) DRAM:0, LTC:1, MMU:0, PCIE:0"
            )
                == .escapedECC(dram: 0, l2: 1, mmu: 0, pcie: 0))
    }

    @Test func containmentTellsTheTwoResetsApart() {
        #expect(
            detail("95, pid=7062, Uncontained: LTC TAG (0x2, 0x1). RST: Yes, D-RST: No")
                == .containment(unit: "LTC TAG", reset: true, drainAndReset: false, address: nil))
        #expect(
            detail("94, Contained: FB ECC DED (0x4, 0x1). physAddr: 0x0000001f3a2c0000 RST: No, D-RST: Yes")
                == .containment(unit: "FB ECC DED", reset: false, drainAndReset: true, address: 0x1f_3a2c_0000))
    }

    @Test func theGSPTimeOutNamesItsCall() {
        #expect(
            detail(
                "119, pid=1, name=kworker/u256:3, Timeout after 45s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL) sequence 3120 (0x20800a4c 0x1c)."
            )
                == .gspTimeout(seconds: 45, function: 76, functionName: "GSP_RM_CONTROL"))
        #expect(detail("119, Timeout after 6s of wai") == .gspTimeout(seconds: 6, function: nil, functionName: ""))
    }

    @Test func nvlink5WordsAndLinks() {
        #expect(
            detail("149, NETIR_LINK_EVT Fatal XC0 i0 Link 08 (0x004505c6 0x00000000 0x00000000 0x00000000)")
                == .nvlink5(NVLink5Line(unit: "NETIR_LINK_EVT", isFatal: true, link: 8, words: [0x0045_05c6, 0, 0, 0])))
        #expect(
            detail("145, RLW_SRC_TRACK Nonfatal XC0 i0 Link -1 (0x00000007 0x00000004 0x0 0x0 0x0 0x0)")
                == .nvlink5(NVLink5Line(unit: "RLW_SRC_TRACK", isFatal: false, link: nil, words: [7, 4, 0, 0, 0, 0])))
        #expect(detail("149, NETIR_LINK_EVT Fatal XC0 i0 Li") == nil)
        #expect(
            detail("149, NETIR_LINK_EVT  Fatal   XC0 i0 Link  01 (0x021425c6 0x00000000 0x0 0x0 0x0 0x0)")
                == .nvlink5(
                    NVLink5Line(unit: "NETIR_LINK_EVT", isFatal: true, link: 1, words: [0x0214_25c6, 0, 0, 0, 0, 0])))
    }

    @Test func theRecoveryActionIsTheSecondValue() {
        #expect(
            detail("154, GPU recovery action changed from 0x4 (Drain and Reset) to 0x0 (None)")
                == .recovery(from: .drainAndReset, to: .none))
        #expect(
            detail("154, GPU recovery action changed from 0x0 (None) to 0x9 (Unknown)")
                == .recovery(from: .none, to: .unknown(9)))
        #expect(detail("154, GPU recovery action changed from 0x0 (None)") == nil)
    }

    @Test func theVersionsOfAMismatch() throws {
        let breaks = ["\\x0a", "\n", " ", "#012"]
        for lineBreak in breaks {
            let text =
                "NVRM: API mismatch: the client 'nvidia-smi' (pid 4242)\(lineBreak)NVRM: has the version 570.86.15, but this kernel module has\(lineBreak)NVRM: the version 570.133.20.  Please make sure that this"
            let event = try #require(KernelEventParser.events(in: record(text)).first)
            #expect(
                event.driver
                    == .versionMismatch(
                        client: "nvidia-smi", pid: 4242, clientVersion: "570.86.15", kernelVersion: "570.133.20"))
        }
    }

    @Test func theModuleTellsItsVersion() {
        let open =
            "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U16)"
        let closed = "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023"
        #expect(KernelEventParser.events(in: record(open)).first?.driver == .moduleLoaded(version: "570.86.15"))
        #expect(KernelEventParser.events(in: record(closed)).first?.driver == .moduleLoaded(version: "535.104.05"))
    }
}
