import Operations
import Snapshots
import Testing

/// Whether a GPU is back as it was.
@Suite struct ResetVerificationTests {
    static let target = ResetTarget(index: 0, uuid: ResetRulesTests.uuid, busID: FakeKernel.gpu, minor: 0)

    static let neighbour = BusID(domain: 0, bus: 0x5d, device: 0)

    static let well: ResetState = {
        var state = ResetState()
        state.isListed = true
        state.uuid = .value(ResetRulesTests.uuid)
        state.busID = .value(FakeKernel.gpu)
        state.memoryTotalBytes = .value(80 << 30)
        state.recoveryAction = .value(0)
        state.activeLinkCount = .value(18)
        state.linkCount = .value(18)
        state.isAmongSwitches = true
        state.eccMode = .value(ModePair(current: true, pending: true))
        state.migMode = .value(ModePair())
        state.others = [OtherGPUState(busID: neighbour, activeLinkCount: .value(18))]
        state.fabricState = .value(3)
        state.fabricStatus = .value(0)
        state.isRepairPending = .value(false)
        state.hasRemapFailed = .value(false)
        state.volatileUncorrected = .value(0)
        state.pcieWidth = .value(16)
        state.pcieMaximumWidth = .value(16)
        state.hasPersistence = .value(true)
        return state
    }()

    static func verify(
        _ change: (inout ResetState) -> Void = { _ in }, before: ResetState = well, faults: [String]? = []
    ) -> ResetVerification {
        var after = well
        change(&after)
        return ResetVerification(before: before, after: after, target: target, newFaults: faults, persistence: true)
    }

    @Test func aGPUThatIsBack() {
        let verification = Self.verify()
        #expect(verification.isWell && verification.unknowns.isEmpty && verification.advice.isEmpty)
    }

    /// What was to be cured and is not.
    @Test func whatWasBadBeforeMustNotBeSoAfterwards() {
        var before = Self.well
        (before.activeLinkCount, before.pcieWidth) = (.value(17), .value(8))
        let verification = Self.verify(
            { ($0.activeLinkCount, $0.pcieWidth) = (.value(17), .value(8)) }, before: before)
        #expect(verification.failures.map(\.name) == ["pcie_width", "nvlink"])
    }

    @Test func linksBetweenGPUsMayLeadNowhere() {
        func links(_ now: Int, of count: Int? = 12, before earlier: Int) -> ResetCheck.Verdict? {
            var before = Self.well
            before.activeLinkCount = .value(earlier)
            let count = count.map(Reading.value) ?? .unavailable(.notRead)
            let verification = Self.verify(
                { ($0.activeLinkCount, $0.linkCount, $0.isAmongSwitches) = (.value(now), count, false) },
                before: before)
            return verification.checks.first { $0.name == "nvlink" }?.verdict
        }
        #expect(links(12, before: 12) == .passed)
        #expect(links(0, before: 0) == .passed)
        #expect(links(8, before: 8) == .unknown)
        #expect(links(12, of: nil, before: 12) == .unknown, "nobody knows how many there are")
        #expect(links(8, before: 12) == .failed)
    }

    @Test func migTakesLinksDown() {
        let verification = Self.verify {
            $0.migMode = .value(ModePair(current: true, pending: true))
            $0.activeLinkCount = .value(0)
        }
        #expect(verification.isWell)
    }

    @Test func othersThatWereLostBeforeAreNoMatter() {
        var before = Self.well
        before.others[0].isAnswering = false
        #expect(Self.verify({ $0.others = [] }, before: before).isWell)
        let lost = Self.verify {
            $0.isListed = false
            $0.others = []
        }
        #expect(lost.failures.map(\.name) == ["listed", "other_gpus"])
    }

    typealias Change = @Sendable (inout ResetState) -> Void
    static let differences: [(String, Change)] = [
        ("listed", { $0.isListed = false }), ("uuid", { $0.uuid = .value("GPU-other") }),
        ("bus_id", { $0.busID = .value(FakeKernel.bridge) }),
        ("memory_size", { $0.memoryTotalBytes = .value(79 << 30) }),
        ("recovery_action", { $0.recoveryAction = .value(1) }), ("nvlink", { $0.activeLinkCount = .value(17) }),
        ("fabric", { $0.fabricState = .value(2) }), ("fabric", { $0.fabricStatus = .value(999) }),
        ("repair", { $0.isRepairPending = .value(true) }), ("remapping", { $0.hasRemapFailed = .value(true) }),
        ("ecc", { $0.volatileUncorrected = .value(1) }), ("pcie_width", { $0.pcieWidth = .value(8) }),
        ("persistence_mode", { $0.hasPersistence = .value(false) }),
        ("fabric", { $0.fabricFaults = ["degraded_bandwidth"] }),
        ("ecc_mode", { $0.eccMode = .value(ModePair(current: true, pending: false)) }),
        ("mig_mode", { $0.migMode = .value(ModePair(current: false, pending: true)) }),
        ("other_gpus", { $0.others = [] }), ("other_gpus", { $0.others[0].isAnswering = false }),
        ("other_gpus", { $0.others[0].activeLinkCount = .value(17) }),
    ]

    @Test(arguments: differences)
    func whatIsDifferentIsFound(_ name: String, _ change: Change) {
        let verification = Self.verify(change)
        #expect(verification.failures.map(\.name) == [name])
        #expect(!verification.isWell)
        #expect(verification.advice.contains { $0.contains("reboot") })
    }

    static let gaps: [(String, Change)] = [
        ("uuid", { $0.uuid = .unavailable(.timedOut) }),
        ("memory_size", { $0.memoryTotalBytes = .unavailable(.gpuLost) }),
        ("recovery_action", { $0.recoveryAction = .unavailable(.timedOut) }),
        ("nvlink", { $0.activeLinkCount = .unavailable(.timedOut) }),
        ("fabric", { $0.fabricStatus = .unavailable(.timedOut) }),
        ("ecc", { $0.volatileUncorrected = .unavailable(.timedOut) }),
    ]

    @Test(arguments: gaps)
    func whatCannotBeReadIsUnknown(_ name: String, _ change: Change) {
        let verification = Self.verify(change)
        #expect(verification.unknowns.map(\.name) == [name])
        // Without its UUID nobody knows which GPU this is; the rest is told as not known.
        #expect(verification.isWell == (name != "uuid"))
    }

    @Test func whatTheBoardDoesNotHaveIsNoCheck() {
        let verification = Self.verify { $0.fabricState = .unavailable(.notSupported) }
        #expect(verification.isWell && !verification.checks.contains { $0.name == "fabric" })
    }

    @Test func aNewXidIsAFault() {
        let verification = Self.verify(faults: ["NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."])
        #expect(verification.failures.map(\.name) == ["kernel_log"])
        #expect(verification.failures.first?.found.contains("79") == true)
    }

    @Test func aLogThatCannotBeReadIsUnknown() {
        #expect(Self.verify(faults: nil).unknowns.map(\.name) == ["kernel_log"])
    }

    @Test func ofAGPUThatDidNotAnswerBeforeTheSizeIsUnknown() {
        let verification = Self.verify(before: ResetState())
        #expect(verification.isWell && verification.unknowns.map(\.name) == ["memory_size"])
    }

    @Test func aSmallerMemoryIsNoCaseForAReboot() {
        let advice = Self.verify { $0.memoryTotalBytes = .value(1) }.advice
        #expect(advice.first?.contains("RMA") == true)
    }
}
