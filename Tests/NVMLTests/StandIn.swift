import Foundation
import TestSupport
import Testing

@testable import NVML

/// The places of the stand-in library's knobs (see Tests/Python/nvml_standin.c).
enum Knob: Int32 {
    case memoryV2Code, fabricNewest, listLength, listGrowth, listTooSmallCode, listWrongCount, fieldsCode
    case temperatureCode, slotCode, calls, seenWord, mpsAtLoading
}

/// A freshly compiled stand-in for libnvidia-ml, opened through the binding.
struct StandIn {
    let library: NVMLLibrary
    private let set: @convention(c) (Int32, Int) -> Void
    private let get: @convention(c) (Int32) -> Int
    private let watchWord: @convention(c) (UnsafePointer<UInt32>) -> Void

    init(_ flags: [String] = [], currentCall: UnsafeMutablePointer<UInt32>? = nil) throws {
        let path = try Self.compile(flags)
        defer { try? FileManager.default.removeItem(atPath: path) }
        library = try NVMLLibrary(path: path, currentCall: currentCall)
        // The loader gives the same instance for the same file.
        let handle = try #require(dlopen(path, RTLD_NOW))
        set = unsafeBitCast(try #require(dlsym(handle, "standin_set")), to: (@convention(c) (Int32, Int) -> Void).self)
        get = unsafeBitCast(try #require(dlsym(handle, "standin_get")), to: (@convention(c) (Int32) -> Int).self)
        watchWord = unsafeBitCast(
            try #require(dlsym(handle, "standin_watch")), to: (@convention(c) (UnsafePointer<UInt32>) -> Void).self)
        self[.listTooSmallCode] = 7
        try library.start()
    }

    subscript(knob: Knob) -> Int {
        get { get(knob.rawValue) }
        nonmutating set { set(knob.rawValue, newValue) }
    }

    func watch(_ word: UnsafePointer<UInt32>) {
        watchWord(word)
    }

    func device() throws -> NVMLDevice {
        try library.device(at: 0)
    }

    /// A library of its own for each caller, because its knobs are global.
    static func compile(_ flags: [String]) throws -> String {
        try FileManager.default.createDirectory(at: testCache, withIntermediateDirectories: true)
        let path = testCache.appendingPathComponent("standin-\(UUID().uuidString).so").path
        let include = packageRoot.appendingPathComponent("Sources/CNVML/include").path
        let built = try ChildProcess.run(
            ["cc", "-std=c11", "-shared", "-fPIC"] + flags + ["-I\(include)", script("nvml_standin.c"), "-o", path])
        try #require(built.status == 0, "\(built.output)")
        return path
    }
}

/// The code of the error that the body throws; nil when it throws none.
func code(_ body: () throws(NVMLError) -> Void) -> NVMLReturnCode? {
    do {
        try body()
        return nil
    } catch {
        return error.code
    }
}
