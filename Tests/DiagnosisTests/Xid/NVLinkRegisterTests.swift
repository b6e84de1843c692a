import Diagnosis
import Snapshots
import Testing

@Suite struct NVLinkRegisterTests {
    @Test(
        arguments: [
            ([0x10000, 0, 0, 0, 0, 0, 0], [.mechanical]), ([0x10, 0, 0, 0, 0, 0, 0], [.eccOrParity]),
            ([1 << 21, 0, 0, 0, 0, 0, 0], [.signal]), ([1 << 2, 0, 0, 0, 0, 0, 0], [.unexpected]),
            ([1 << 20 | 1 << 5, 0, 0, 0, 0, 0, 0], [.eccOrParity, .secondary]),
            // The second, sixth and seventh registers say nothing.
            ([0, 0xffff, 0, 0, 0, 0xffff, 0xffff], []), ([0, 0, 1 << 16, 0, 0], [.diagnosticsIfRepeated]),
            ([0, 0, 0, 1 << 18, 0], [.secondary]), ([0, 0, 0, 0, 1 << 20], [.eccThreshold]), ([], []),
        ] as [([UInt32], [NVLinkRegisters.Meaning])])
    func bits(_ registers: [UInt32], _ meanings: [NVLinkRegisters.Meaning]) {
        #expect(NVLinkRegisters.meanings(registers) == meanings)
    }

    private func group(_ registers: String) throws -> FaultGroup {
        var analysis = KernelFaultAnalysis()
        analysis.add(
            KernelLogRecord(
                sequence: 1, level: 4, facility: 0, monotonicMicroseconds: 1, wallMicroseconds: nil,
                message: "NVRM: Xid (PCI:0000:8b:00): 74, NVLink: fatal error detected on link 6(\(registers))"))
        return try #require(analysis.report(XidCatalog(), SXidCatalog()).groups.first)
    }

    @Test("corrected errors alone leave work alone; anything else keeps the catalogue's word")
    func judgement() throws {
        let corrected = try group("0x1, 0x0, 0x0, 0x0, 0x100000, 0x0, 0x0")
        #expect(corrected.severity == .warning)
        #expect(corrected.action == .none)
        let bad = try group("0x10, 0x0, 0x0, 0x0, 0x100000, 0x0, 0x0")
        #expect(bad.severity == .critical)
        #expect(bad.action != .none)
        #expect(bad.lookNext.contains("ECC or parity"))
    }
}
