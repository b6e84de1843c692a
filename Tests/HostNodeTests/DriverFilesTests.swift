import Snapshots
import Testing

@testable import HostNode

@Suite struct DriverFilesTests {
    static let closed = """
        NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023
        GCC version:  gcc version 11.4.0 (Ubuntu 11.4.0-1ubuntu1~22.04)

        """
    static let open = """
        NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.133.20  Release Build  (dvs-builder@U22)  Sun Mar 23
        GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
        """
    static let information = """
        Model: \t\t NVIDIA H100 80GB HBM3
        IRQ:   \t\t 185
        GPU UUID: \t GPU-509665ad-b600-ac93-3616-d754b23d636d
        Video BIOS: \t 96.00.89.00.01
        Bus Type: \t PCIe
        DMA Size: \t 52 bits
        DMA Mask: \t 0xfffffffffffff
        Bus Location: \t 0000:9b:00.0
        Device Minor: \t 4
        GPU Firmware: \t 570.133.20
        GPU Excluded:\t No
        """
    static let neverInitialised = """
        Model: \t\t Unknown
        IRQ:   \t\t 0
        GPU UUID: \t GPU-????????-????-????-????-????????????
        Video BIOS: \t ??.??.??.??.??
        Bus Location: \t 0000:18:00.0
        Device Minor: \t 0
        GPU Firmware: \t N/A
        GPU Excluded:\t Yes
        """

    @Test func readsBothVersionLines() throws {
        let closed = try #require(HostDriver(versionFile: Array(Self.closed.utf8)))
        #expect(closed.version == "535.129.03")
        #expect(!closed.isOpen)
        let open = try #require(HostDriver(versionFile: Array(Self.open.utf8)))
        #expect(open.version == "570.133.20")
        #expect(open.isOpen)
    }

    @Test(arguments: [
        "", "\n\n", "NVRM version:", "NVRM version: NVIDIA UNIX x86_64 Kernel Module", "GCC version: 12.2.0",
    ])
    func aVersionFileWithoutVersionIsNone(_ text: String) {
        #expect(HostDriver(versionFile: Array(text.utf8)) == nil)
    }

    @Test func binaryVersionFilesDoNoHarm() {
        for length in 0..<Self.open.utf8.count { _ = HostDriver(versionFile: Array(Self.open.utf8.prefix(length))) }
        #expect(HostDriver(versionFile: Array(repeating: 0xff, count: 4000)) == nil)
    }

    @Test(arguments: Tree.allCases) func readsTheModuleAndItsGPUs(_ tree: Tree) throws {
        let files = DriverFiles(
            try tree.files([
                "/proc/driver/nvidia/version": .text(Self.open),
                "/proc/driver/nvidia/gpus/0000:9b:00.0/information": .text(Self.information),
                "/proc/driver/nvidia/gpus/0000:18:00.0/information": .text(Self.neverInitialised),
                "/proc/driver/nvidia/gpus/0000:aa:00.0/power": .text("no information file"),
                "/proc/driver/nvidia/gpus/nonsense/information": .text(Self.information),
            ]))
        #expect(files.driver() == .value(HostDriver(version: "570.133.20", isOpen: true)))
        let gpus = try #require(files.gpus().value)
        #expect(gpus.map(\.busID.description) == ["0000:18:00.0", "0000:9b:00.0", "0000:aa:00.0"])
        #expect(gpus[0].uuid == nil && gpus[0].model == nil)
        #expect(gpus[0].minorNumber == 0 && gpus[0].isExcluded == true)
        #expect(gpus[1].uuid == "GPU-509665ad-b600-ac93-3616-d754b23d636d")
        #expect(gpus[1].model == "NVIDIA H100 80GB HBM3")
        #expect(gpus[1].minorNumber == 4 && gpus[1].isExcluded == false)
        #expect(gpus[2].minorNumber == nil && gpus[2].isExcluded == nil)
    }

    @Test(arguments: Tree.allCases) func withoutADriverNothingIsMadeUp(_ tree: Tree) throws {
        let files = DriverFiles(try tree.files(["/proc/modules": .text("nouveau 2355200 1 drm,video, Live 0x0\n")]))
        #expect(files.driver() == .unavailable(.notSupported))
        #expect(files.gpus() == .unavailable(.notSupported))
        #expect(files.modules() == .value(["nouveau"]))
    }

    @Test(arguments: Tree.allCases) func readsModules(_ tree: Tree) throws {
        let text = """
            nvidia_uvm 2355200 4 - Live 0xffffffffc1a2e000 (POE)
            ext4 999 1 - Live 0x0
            nvidia_peermem 16384 0 - Unloading 0x0
            nvidia 11542528 238 nvidia_uvm,nvidia_peermem, Live 0x0
            nvidia_fs 1 - - Loading 0x0
            nvidia broken
            """
        let modules = DriverFiles(try tree.files(["/proc/modules": .text(text)])).modules()
        #expect(modules == .value(["nvidia_uvm", "nvidia_peermem", "nvidia", "nvidia_fs"]))
    }

    @Test(arguments: [Tree.memory, .subtree]) func unreadableIsNotMissing(_ tree: Tree) throws {
        let files = DriverFiles(try tree.files(["/proc/driver/nvidia/version": .forbidden]))
        #expect(files.driver() == .unavailable(.noPermission))
    }

    @Test(arguments: [Tree.memory, .subtree]) func deviceNodesAreNamedWithTheirState(_ tree: Tree) throws {
        let files = try tree.files([
            "/dev/nvidiactl": .characterDevice(major: 195, minor: 255),
            "/dev/nvidia0": .characterDevice(major: 195, minor: 0),
            "/dev/nvidia2": .text("a file by mistake"),
            "/dev/nvidia-uvm": .forbidden,
            "/dev/nvidia-caps/nvidia-cap1": .characterDevice(major: 508, minor: 1),
            "/dev/null": .characterDevice(major: 1, minor: 3),
        ])
        let nodes = DeviceNodes(files).nodes(minors: [0, 1, 2])
        #expect(
            nodes == [
                HostDeviceNode(path: "/dev/nvidiactl", access: .openable),
                HostDeviceNode(path: "/dev/nvidia-uvm", access: .broken),
                HostDeviceNode(path: "/dev/nvidia0", access: .openable),
                HostDeviceNode(path: "/dev/nvidia1", access: .missing),
                HostDeviceNode(path: "/dev/nvidia2", access: .broken),
                HostDeviceNode(path: "/dev/nvidia-caps/nvidia-cap1", access: .openable),
            ])
    }

    @Test func driversOfAnotherKindAreToldByTheirNode() {
        let node = InMemoryHostFiles.Entry.characterDevice(major: 10, minor: 127)
        #expect(PlatformDriver(InMemoryHostFiles(["/dev/dxg": node])) == .wsl)
        #expect(PlatformDriver(InMemoryHostFiles(["/dev/nvmap": node])) == .tegra)
        #expect(PlatformDriver(InMemoryHostFiles()) == nil)
        let both = InMemoryHostFiles(["/dev/nvmap": node, "/proc/driver/nvidia/version": .text("NVRM version: 580")])
        #expect(PlatformDriver(both) == nil)
    }

    @Test func aNodeWithoutDevHasNoNodes() {
        let nodes = DeviceNodes(InMemoryHostFiles()).nodes()
        #expect(nodes.map(\.access) == [.missing, .missing])
    }
}
