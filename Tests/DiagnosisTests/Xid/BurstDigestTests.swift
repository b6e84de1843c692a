import Snapshots
import Testing

@testable import Diagnosis

/// However many lines of a burst differ, and in whatever order they come, the worst one decides.
@Suite struct BurstDigestTests {
    private let gpu = "0009:01:00"

    /// The group that these texts make, the same from the last to the first.
    private func group(_ number: Int, _ texts: [String]) throws -> FaultGroup {
        func judged(_ texts: [String]) -> FaultGroup? {
            let lines = texts.enumerated().map { xid(number, gpu, at: 100 + Double($0), text: $1) }
            var context = FaultContext()
            context.hopperGPUs = Set([BusID(gpu)].compactMap(\.self))
            return report(lines, context).groups.first
        }
        let group = try #require(judged(texts))
        let reversed = try #require(judged(texts.reversed()))
        #expect(reversed.severity == group.severity && reversed.action == group.action && reversed.why == group.why)
        return group
    }

    @Test func aFatalLinkAfterManyOthers() throws {
        let mild = (0..<16).map { "SAW_MVB Nonfatal XC0 i0 Link \($0) (0x00000001 0x00000001 0x0 0x0)" }
        let group = try group(144, mild + ["SAW_MVB Fatal XC0 i0 Link 17 (0x00000001 0x00000002 0x0 0x0)"])
        #expect(group.severity == .critical && group.action == .resetGPU && group.why == .nvlink5Table)
        #expect(group.details.count == FaultBurst.listLimit && group.nvlink5.count == 2)
    }

    @Test func aFatalLinkAmongErrorsThatNoTableHas() throws {
        let strange = (0..<100).map { "UNIT_\($0) Nonfatal XC0 i0 Link 1 (0x00000001 0x00000001)" }
        let group = try group(144, strange + ["SAW_MVB Fatal XC0 i0 Link 17 (0x00000001 0x00000002 0x0 0x0)"])
        #expect(group.severity == .critical && group.action == .resetGPU)
    }

    @Test func aResetThatTheNinthLineAsksFor() throws {
        let contained = (0..<9).map { "Contained: FB (0x4, 0x1). physAddr: 0x\($0)f3a RST: No, D-RST: No" }
        let group = try group(94, contained + ["Contained: FB (0x4, 0x1). physAddr: 0xaf3a RST: Yes, D-RST: No"])
        #expect(group.severity == .critical && group.action == .resetGPU && group.why == .line)
        #expect(!group.lookNext.contains("running work end"))
    }

    @Test func registersOfTheNinthLink() throws {
        let harmless = (0..<9).map { "NVLink: fatal error detected on link \($0)(0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)" }
        let mechanical = "NVLink: fatal error detected on link 9(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)"
        let group = try group(74, harmless + [mechanical])
        #expect(group.severity == .critical && group.lookNext.contains("connections"))
    }

    @Test func foldedBurstsKeepTheWorst() throws {
        let fatal = "SAW_MVB Fatal XC0 i0 Link 17 (0x00000001 0x00000002 0x0 0x0)"
        let mild = "SAW_MVB Nonfatal XC0 i0 Link 17 (0x00000001 0x00000001 0x0 0x0)"
        let lines = (0..<20).map { xid(144, gpu, at: Double($0) * 600, text: $0 == 3 ? fatal : mild) }
        #expect(report(lines).groups.first { $0.bursts > 1 }?.severity == .critical)
    }

    @Test("the table looks at no more of the first word than is kept")
    func mask() {
        for row in NVLink5Decoder().rows.compactMap(\.self) {
            #expect((row.v1.mask | row.v2.mask) & ~NVLink5Decoder.intrinfoMask == 0)
        }
    }
}
