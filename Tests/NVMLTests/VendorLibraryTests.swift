import Foundation
import TestSupport
import Testing

@testable import NVML

/// The binding against the vendor's own library, which needs neither GPU nor driver for this.
@Suite(.blocking) struct VendorLibraryTests {
    private static let fetched = Fetched(["sh", script("nvml_fetch_library.sh"), testCache.path])

    @Test func everySymbolIsThereOrCameLater() throws {
        let path = try Self.fetched.get()
        let branch = try #require(path.split(separator: ".so.").last?.split(separator: ".").first.flatMap { Int($0) })
        let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        for symbol in NVMLSymbol.all {
            let isThere = dlsym(handle, symbol.name) != nil
            #expect(isThere == (symbol.sinceBranch <= branch), "\(symbol.name) since \(symbol.sinceBranch)")
        }
    }

    @Test func withoutADriverItSaysSo() throws {
        let path = try Self.fetched.get()
        if access("/proc/driver/nvidia/version", F_OK) == 0 { try Test.cancel("skipped: this machine has a driver") }
        // As root, the library makes the node that it misses; the test leaves none behind.
        let hadNode = access("/dev/nvidiactl", F_OK) == 0
        defer { if !hadNode { unlink("/dev/nvidiactl") } }
        let library = try NVMLLibrary(path: path)
        #expect(library.boundSymbols.contains("nvmlDeviceGetComputeRunningProcesses_v3"))
        #expect(code { () throws(NVMLError) in try library.start() } == .driverNotLoaded)
        #expect(code { () throws(NVMLError) in _ = try library.deviceCount() } == .uninitialized)
        // Works all the same: what is needed to compare it with the kernel module.
        #expect(try library.nvmlVersion().contains("."))
    }
}
