import Glibc
import Snapshots
import TestSupport
import Testing

@testable import HostNode

/// Presence is never remembered, only what a present name stands for.
@Suite struct GPUPresenceTests {
    private static func information(_ uuid: String) -> InMemoryHostFiles.Entry {
        .text("Model: \t\t NVIDIA H100 80GB HBM3\nGPU UUID: \t \(uuid)\n")
    }
    private static let uuid = "GPU-509665ad-b600-ac93-3616-d754b23d636d"
    private static let gpu = "/proc/driver/nvidia/gpus/0000:9b:00.0"
    private static let other = "/proc/driver/nvidia/gpus/0000:18:00.0"

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func take(_ path: String) {
        unlink(folder.path + path + "/information")
        rmdir(folder.path + path)
    }

    @Test(arguments: [uuid, "GPU-????????-????-????-????-????????????"])
    func aGPUThatIsGoneIsNotThere(uuid: String) throws {
        try folder.write([Self.gpu + "/information": Self.information(uuid)])
        var presence = GPUPresence(try HostDirectory(root: folder.path))
        for _ in 0..<2 { try expect(&presence, ["0000:9b:00.0"]) }
        take(Self.gpu)
        for _ in 0..<2 { try expect(&presence, []) }
        try folder.write([Self.gpu + "/information": Self.information(uuid)])
        try expect(&presence, ["0000:9b:00.0"])
        try folder.write([Self.other + "/information": Self.information(uuid)])
        try expect(&presence, ["0000:18:00.0", "0000:9b:00.0"])
        take(Self.gpu)
        try expect(&presence, ["0000:18:00.0"])
    }

    @Test func aGPUThatHadNoUUIDYetIsAskedAgain() throws {
        try folder.write([Self.gpu + "/information": Self.information("GPU-????????-????-????-????-????????????")])
        var presence = GPUPresence(try HostDirectory(root: folder.path))
        let before = presence.inProc().value
        #expect(before?.map(\.uuid) == [nil])
        try folder.write([Self.gpu + "/information": Self.information(Self.uuid)])
        let after = presence.inProc().value
        #expect(after?.map(\.uuid) == [Self.uuid])
    }

    @Test func aDeviceThatIsGoneFromTheBusIsNotThere() throws {
        let device = "/sys/bus/pci/devices/0000:9b:00.0"
        try folder.write([device + "/vendor": .text("0x10de\n"), device + "/class": .text("0x030200\n")])
        var presence = GPUPresence(try HostDirectory(root: folder.path))
        let before = presence.onPCIBus().value
        #expect(before?.map(\.description) == ["0000:9b:00.0"])
        for file in ["/vendor", "/class", ""] { remove(folder.path + device + file) }
        let after = presence.onPCIBus().value
        #expect(after == [])
    }

    private func expect(_ presence: inout GPUPresence, _ addresses: [String]) throws {
        let found = try #require(presence.inProc().value)
        #expect(found.map(\.busID.description) == addresses)
    }
}
