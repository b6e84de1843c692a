import Foundation
import TestSupport
import Testing

@testable import NVML

@Suite(.blocking) struct LoadingTests {
    @Test func aMissingFileIsNamed() {
        #expect(throws: NVMLLoadError.missing(path: "/nonexistent/libnvidia-ml.so.1")) {
            try NVMLLibrary(path: "/nonexistent/libnvidia-ml.so.1")
        }
    }

    @Test(arguments: ["", "this is no library"])
    func whatIsNoLibraryIsRefusedWithTheLoadersWords(content: String) throws {
        try FileManager.default.createDirectory(at: testCache, withIntermediateDirectories: true)
        let path = testCache.appendingPathComponent("no-library-\(UUID().uuidString).so").path
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = #expect(throws: NVMLLoadError.self) { try NVMLLibrary(path: path) }
        guard case .unloadable(path, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty && reason.count <= 300)
    }

    @Test func aLibraryWithoutTheBasicsIsNotNVML() throws {
        let path = try StandIn.compile(["-DNO_HANDLES"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: NVMLLoadError.notNVML(path: path, missingSymbol: "nvmlDeviceGetHandleByIndex_v2")) {
            try NVMLLibrary(path: path)
        }
    }

    @Test func theMPSViewIsSwitchedOff() throws {
        setenv("NVML_MPS_DEVICE_ENUMERATION", "1", 1)
        #expect(try StandIn()[.mpsAtLoading] == 0)
        #expect(getenv("NVML_MPS_DEVICE_ENUMERATION") == nil)
    }

    @Test func theNewestNameIsBound() throws {
        let bound = try StandIn().library.boundSymbols
        #expect(bound.contains("nvmlDeviceGetCount_v2"))
        #expect(bound.contains("nvmlDeviceGetComputeRunningProcesses_v2"))
        #expect(bound.contains("nvmlDeviceGetComputeRunningProcesses"))
        #expect(!bound.contains("nvmlDeviceGetGraphicsRunningProcesses_v3"))
    }

    @Test func anOldLibraryServesByItsOldNames() throws {
        let standIn = try StandIn(["-DOLD"])
        #expect(standIn.library.boundSymbols.contains("nvmlDeviceGetCount"))
        #expect(try standIn.library.deviceCount() == 1)
        #expect(try standIn.device().memory() == NVMLMemory(total: 100, free: 40, used: 60, reserved: nil))
        #expect(try standIn.device().temperature() == -7)
        #expect(try standIn.device().fabricInfo().version == 1)
    }

    @Test func aMissingFunctionIsNotSupportedAndNamed() throws {
        let device = try StandIn().device()
        do {
            _ = try device.powerUsage()
            Issue.record("the stand-in has no nvmlDeviceGetPowerUsage")
        } catch {
            #expect(error.code == .functionNotFound)
            #expect(error.code.meansNotSupported)
            #expect(error.symbol == "nvmlDeviceGetPowerUsage")
            #expect("\(error)" == "nvmlDeviceGetPowerUsage: FUNCTION_NOT_FOUND")
        }
    }

    @Test func aSuccessWithoutAHandleIsNotBelieved() throws {
        let library = try StandIn().library
        #expect(code { () throws(NVMLError) in _ = try library.device(at: 7) } == .unreadableAnswer)
        #expect(code { () throws(NVMLError) in _ = try library.device(at: 1) } == .invalidArgument)
    }

    @Test func everySymbolIsLookedUpOnceAndHasAnIndex() {
        let names = NVMLSymbol.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count > 100)
        #expect(NVMLSymbol.name(at: 0) == nil)
        #expect(NVMLSymbol.name(at: 1) == "nvmlInit_v2")
        #expect(NVMLSymbol.name(at: UInt32(names.count)) == names.last)
        #expect(NVMLSymbol.name(at: UInt32(names.count) + 1) == nil)
    }

    @Test func theSharedWordNamesTheRunningCall() throws {
        let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
        word.initialize(to: 4711)
        let standIn = try StandIn(currentCall: word)
        #expect(word.pointee == 0)
        standIn.watch(word)
        _ = try standIn.device().index()
        #expect(NVMLSymbol.name(at: UInt32(standIn[.seenWord])) == "nvmlDeviceGetIndex")
        #expect(word.pointee == 0)
    }

    @Test func codesHaveNVMLsNames() {
        #expect("\(NVMLReturnCode.gpuIsLost)" == "GPU_IS_LOST")
        #expect("\(NVMLReturnCode.resetTypeNotSupported)" == "RESET_TYPE_NOT_SUPPORTED")
        #expect("\(NVMLReturnCode.unknown)" == "UNKNOWN")
        #expect("\(NVMLReturnCode(rawValue: 31))" == "code 31")
        #expect("\(NVMLReturnCode(rawValue: -5))" == "code -5")
    }
}
