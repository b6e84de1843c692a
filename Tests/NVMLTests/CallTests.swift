import TestSupport
import Testing

@testable import NVML

@Suite(.blocking) struct CallTests {
    @Test func textsEndWhereTheyMust() throws {
        let device = try StandIn().device()
        #expect(try device.name() == String(repeating: "A", count: 128))
        #expect(try device.serial() == "\u{fffd}1")
        #expect(try device.vbiosVersion() == "96.00")
        #expect(try device.pciInfo().bus == 0x3b)
    }

    @Test(arguments: [(0, 5 as UInt64?), (25, nil), (13, nil)])
    func memoryFallsBackToTheOlderStructure(code: Int, reserved: UInt64?) throws {
        let standIn = try StandIn()
        standIn[.memoryV2Code] = code
        #expect(try standIn.device().memory().reserved == reserved)
        #expect(try standIn.device().memory().total == 100)
    }

    @Test func otherErrorsAreNoReasonToFallBack() throws {
        let standIn = try StandIn()
        let device = try standIn.device()
        standIn[.memoryV2Code] = 15
        #expect(code { () throws(NVMLError) in _ = try device.memory() } == .gpuIsLost)
        standIn[.temperatureCode] = 3
        #expect(code { () throws(NVMLError) in _ = try device.temperature() } == .notSupported)
    }

    @Test func temperaturesMayBeNegative() throws {
        let standIn = try StandIn()
        #expect(try standIn.device().temperature() == -5)
        standIn[.temperatureCode] = 25
        #expect(try standIn.device().temperature() == -7)
    }

    @Test(arguments: [
        (3, 3 as UInt32, 0x1aa as UInt32?, 1 as UInt32?), (2, 2, 0x1aa, nil), (0, 1, nil, nil),
    ])
    func fabricIsReadInTheNewestVersionThatIsKnown(
        newest: Int, version: UInt32, mask: UInt32?, summary: UInt32?
    ) throws {
        let standIn = try StandIn()
        standIn[.fabricNewest] = newest
        let info = try standIn.device().fabricInfo()
        #expect(info.version == version)
        #expect(info.healthMask == mask)
        #expect(info.healthSummary == summary)
        #expect(info.cliqueId == (version == 1 ? 4 : 9))
        #expect(info.state == (version == 1 ? 1 : 3))
    }

    @Test func emptyMIGSlotsAreLeftOutWhereverTheyLieAndErrorsKept() throws {
        let standIn = try StandIn()
        #expect(try standIn.device().migDevices().map(\.index) == [0, 2])
        standIn[.slotCode] = 15
        let devices = try standIn.device().migDevices()
        #expect(devices.map(\.index) == [0, 1, 2])
        #expect(devices.map { (try? $0.device.get()) != nil } == [true, false, true])
        #expect(code { () throws(NVMLError) in _ = try devices[1].device.get() } == .gpuIsLost)
    }
}
