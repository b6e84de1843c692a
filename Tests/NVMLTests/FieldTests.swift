import CNVML
import TestSupport
import Testing

@testable import NVML

@Suite(.blocking) struct FieldTests {
    private static let energy = NVMLField(id: NVML_FI_DEV_ENERGY)

    @Test func everyValueTypeIsRead() throws {
        let device = try StandIn().device()
        #expect(try device.field(Self.energy) == .floating(1.5))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_NVLINK_LINK_COUNT)) == .unsigned(18))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_RETIRED_DBE)) == .unsigned(8))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_PERF_POLICY_POWER)) == .unsigned(123_456_789_012_345))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_PCIE_COUNT_TX_BYTES)) == .signed(-1))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT)) == .signed(-2))
        #expect(try device.field(NVMLField(id: NVML_FI_DEV_RETIRED_SBE)) == .unsigned(7))
    }

    @Test func whatCannotBeReadIsAnError() throws {
        let device = try StandIn().device()
        func codeOf(_ id: UInt32) -> NVMLReturnCode? {
            code { () throws(NVMLError) in _ = try device.field(NVMLField(id: id)) }
        }
        #expect(codeOf(NVML_FI_DEV_MEMORY_TEMP) == .unreadableAnswer)
        #expect(codeOf(NVML_FI_DEV_PCIE_REPLAY_COUNTER) == .unknown)
        #expect(codeOf(NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION) == .unknown)
        #expect(code { () throws(NVMLError) in _ = try device.unsignedField(Self.energy) } == .unreadableAnswer)
        let negative = NVMLField(id: NVML_FI_DEV_PCIE_COUNT_TX_BYTES)
        #expect(code { () throws(NVMLError) in _ = try device.unsignedField(negative) } == .unreadableAnswer)
        #expect(try device.signedField(negative) == -1)
    }

    /// Drivers before 565 know no recovery action, those before Blackwell none of its NVLink counters.
    @Test func anUnknownFieldIsNotSupported() throws {
        let device = try StandIn().device()
        for id in [NVML_FI_DEV_PERF_POLICY_SYNC_BOOST, NVML_FI_DEV_PERF_POLICY_THERMAL] {
            #expect(code { () throws(NVMLError) in _ = try device.field(NVMLField(id: UInt32(id))) } == .notSupported)
        }
        let standIn = try StandIn()
        standIn[.fieldsCode] = 2
        let failed = try standIn.device()
        #expect(code { () throws(NVMLError) in _ = try failed.field(Self.energy) } == .invalidArgument)
    }

    @Test(arguments: [250 as UInt32, 251, 273, 274])
    func idsWithoutAStableMeaningAreNotBelieved(id: UInt32) throws {
        let device = try StandIn().device()
        let result = device.fields([NVMLField(id: id)])[0]
        let isStable = id <= 250 || id >= 274
        #expect((try? result.get()) == (isStable ? .unsigned(UInt64(id)) : nil))
    }

    @Test func aBatchKeepsItsOrderAndItsErrorsApart() throws {
        let device = try StandIn().device()
        let links = (0..<150).map { NVMLField(id: NVML_FI_DEV_NVLINK_GET_STATE, scope: $0) }
        let lost = NVMLField(id: NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT)
        let results = device.fields([lost] + links + [lost])
        #expect(results.count == 152)
        #expect(results.dropFirst().dropLast().map { try? $0.get() } == (0..<150).map { .unsigned(UInt64($0)) })
        for result in [results[0], results[151]] {
            #expect(throws: NVMLError.self) { try result.get() }
        }
    }

    @Test func aFailedCallIsTheResultOfEachField() throws {
        let standIn = try StandIn()
        standIn[.fieldsCode] = 15
        let results = try standIn.device().fields([Self.energy, Self.energy])
        #expect(results.count == 2)
        for case .failure(let error) in results { #expect(error.code == .gpuIsLost) }
        #expect(results.allSatisfy { (try? $0.get()) == nil })
        #expect(try standIn.device().fields([]).isEmpty)
    }

    @Test func linksAreCountedByTheLibrary() throws {
        #expect(try StandIn().device().nvlinkCount() == 18)
    }

    @Test func theRecoveryActionIsAField() throws {
        #expect(try StandIn().device().recoveryAction() == .drainAndReset)
    }

    @Test func limiterTimesFallBackOneByOne() throws {
        let times = try StandIn().device().limiterTimes()
        // Field; not supported, so the older function; unknown field, so again; lost; field; neither.
        #expect(times.map { try? $0.get() } == [123_456_789_012_345, 7001, 7002, nil, 78, nil])
        guard case .failure(let lost) = times[3], case .failure(let neither) = times[5] else {
            Issue.record("\(times)")
            return
        }
        #expect(lost.code == .gpuIsLost)
        #expect(neither.code == .notSupported)
    }

    @Test func withoutFieldsTheOlderFunctionGivesTheTimes() throws {
        let device = try StandIn(["-DOLD"]).device()
        #expect(device.limiterTimes().map { try? $0.get() } == [7000, 7001, 7002, 7003, 7004, nil])
    }
}
