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

    private func group(_ registers: String, isHopper: Bool = true) throws -> FaultGroup {
        var analysis = KernelFaultAnalysis()
        analysis.add(
            KernelLogRecord(
                sequence: 1, level: 4, facility: 0, monotonicMicroseconds: 1, wallMicroseconds: nil,
                message: "NVRM: Xid (PCI:0000:8b:00): 74, NVLink: fatal error detected on link 6(\(registers))"))
        var context = FaultContext()
        if isHopper { context.hopperGPUs = [BusID(domain: 0, bus: 0x8b, device: 0)] }
        return try #require(analysis.report(XidCatalog(), SXidCatalog(), context).groups.first)
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

    @Test("registers of GPUs that are no Hopper, or that nobody knows, mean something else and are not decoded")
    func otherArchitectures() throws {
        for registers in ["0x1, 0x0, 0x0, 0x0, 0x100000, 0x0, 0x0", "0x10, 0x0, 0x0, 0x0, 0x100000, 0x0, 0x0"] {
            let other = try group(registers, isHopper: false)
            #expect(other.severity == .critical)
            #expect(other.action == .resetGPU)
            #expect(!other.lookNext.contains("Registers"))
        }
    }

    @Test(
        "a Hopper is known by its device id",
        arguments: [(0x2330, true), (0x2342, true), (0x20b0, false), (0x22a3, false), (0x2901, false)]
            as [(UInt16, Bool)])
    func hopper(_ deviceID: UInt16, _ isHopper: Bool) {
        let place = BusID(domain: 0, bus: 0x8b, device: 0)
        #expect(HostPCIDevice(busID: place, kind: .gpu, deviceID: deviceID).isHopper == isHopper)
        #expect(!HostPCIDevice(busID: place, kind: .nvSwitch, deviceID: deviceID).isHopper)
    }
}
