import TestSupport
import Testing

@testable import NVML

@Suite(.blocking) struct ListTests {
    @Test(arguments: [0, 1, 31, 32, 33, 200, 5000])
    func theWholeListIsRead(length: Int) throws {
        let standIn = try StandIn()
        standIn[.listLength] = length
        let processes = try standIn.device().processes(.compute)
        #expect(processes.map(\.pid) == (0..<length).map { UInt32(1000 + $0) })
    }

    @Test func absentNumbersStayAbsent() throws {
        let standIn = try StandIn()
        standIn[.listLength] = 3
        let processes = try standIn.device().processes(.compute)
        #expect(processes.map(\.usedMemory) == [nil, 1, 2])
        #expect(processes.map(\.gpuInstanceId) == [nil, 3, nil])
        #expect(processes.map(\.computeInstanceId) == [nil, 0, nil])
    }

    @Test func theOldRecordsAreShorter() throws {
        let standIn = try StandIn(["-DOLD"])
        standIn[.listLength] = 40
        let processes = try standIn.device().processes(.compute)
        #expect(processes.map(\.pid) == (0..<40).map { UInt32(1000 + $0) })
        #expect(processes.map(\.usedMemory) == [nil] + (1..<40).map { UInt64($0) })
        #expect(processes.allSatisfy { $0.gpuInstanceId == nil })
    }

    @Test(arguments: [1, 31, 32, 33, 200])
    func theRecordsOfEarly535LibrariesAreWider(length: Int) throws {
        let standIn = try StandIn(["-DWIDE"])
        standIn[.listLength] = length
        let processes = try standIn.device().processes(.compute)
        #expect(processes.map(\.pid) == (0..<length).map { UInt32(1000 + $0) })
        #expect(processes.map(\.usedMemory) == (0..<length).map { UInt64($0) })
        #expect(processes.allSatisfy { $0.gpuInstanceId == nil && $0.computeInstanceId == nil })
    }

    @Test func theRecordsOfLaterLibrariesAreNot() throws {
        let standIn = try StandIn(["-DDETAILED"])
        standIn[.listLength] = 3
        #expect(try standIn.device().processes(.compute).map(\.pid) == [1000, 1001, 1002])
    }

    @Test func aListMayGrowBetweenCalls() throws {
        let standIn = try StandIn()
        standIn[.listLength] = 40
        standIn[.listGrowth] = 30
        let processes = try standIn.device().processes(.compute)
        #expect(processes.count == 40 + 30 * (standIn[.calls] - 1))
        #expect(standIn[.calls] > 1)
    }

    @Test func aListThatNeverFitsIsGivenUp() throws {
        let standIn = try StandIn()
        let device = try standIn.device()
        standIn[.listLength] = 1 << 20
        standIn[.listGrowth] = 1 << 20
        #expect(code { () throws(NVMLError) in _ = try device.processes(.compute) } == .unreadableAnswer)
        #expect(standIn[.calls] <= 8)
    }

    @Test func successWithTooLargeACountIsNotBelieved() throws {
        let standIn = try StandIn()
        standIn[.listLength] = 50
        standIn[.listTooSmallCode] = 0
        #expect(try standIn.device().processes(.compute).count == 50)
    }

    @Test func aTooSmallBufferWithoutACountIsDoubled() throws {
        let standIn = try StandIn()
        standIn[.listLength] = 100
        standIn[.listWrongCount] = 1
        // The library says "too small, 1 is enough" until 100 fit, and then "here is 1".
        #expect(try standIn.device().processes(.compute).count == 1)
        #expect(standIn[.calls] == 3)
    }

    @Test func otherErrorsEndTheList() throws {
        let standIn = try StandIn()
        let device = try standIn.device()
        standIn[.listLength] = 100
        standIn[.listTooSmallCode] = 4
        #expect(code { () throws(NVMLError) in _ = try device.processes(.compute) } == .noPermission)
    }

    @Test func twoArraysStayTogether() throws {
        let standIn = try StandIn()
        standIn[.listLength] = 40
        let pages = try standIn.device().retiredPages(.doubleBitError)
        #expect(pages.count == 40)
        #expect(pages.last == NVMLRetiredPage(address: 0x1000 * 40, retiredAt: 89))
    }
}
