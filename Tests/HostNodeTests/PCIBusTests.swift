import Snapshots
import Testing

@testable import HostNode

@Suite struct PCIBusTests {
    typealias Entries = [String: InMemoryHostFiles.Entry]

    /// One device in sysfs: its folder among the devices, and the link to it in the bus folder.
    static func device(_ path: String, _ attributes: [String: String], links: [String: String] = [:]) -> Entries {
        let folder = "/sys/devices/\(path)"
        let name = path.split(separator: "/").last ?? ""
        var entries: Entries = ["/sys/bus/pci/devices/\(name)": .symlink("../../../devices/\(path)")]
        for (key, value) in attributes { entries["\(folder)/\(key)"] = .text(value + "\n") }
        for (key, target) in links { entries["\(folder)/\(key)"] = .symlink(target) }
        return entries
    }

    static func merged(_ parts: Entries...) -> Entries {
        parts.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }

    static let correctable = """
        RxErr 0
        BadTLP 3
        BadDLLP 0
        Rollover 0
        Timeout 12
        NonFatalErr 0
        TOTAL_ERR_COR 15
        """

    static let node: Entries = {
        let port = "pci0000:3a/0000:3a:00.0"
        var entries = merged(
            device(
                port,
                [
                    "vendor": "0x8086", "class": "0x060400", "device": "0x352a", "current_link_width": "8",
                    "max_link_width": "16", "aer_dev_fatal": "Undefined 0\nDLP 1\nTOTAL_ERR_FATAL 1",
                ]),
            device(
                port + "/0000:3b:00.0",
                [
                    "vendor": "0x10de", "class": "0x030200", "device": "0x2330", "current_link_width": "16",
                    "max_link_width": "16", "numa_node": "1", "power_state": "D0", "aer_dev_correctable": correctable,
                    "aer_dev_nonfatal": "garbage", "aer_dev_fatal": "TOTAL_ERR_FATAL 0",
                ],
                links: ["driver": "../../../../bus/pci/drivers/nvidia"]),
            device(
                "pci0000:00/0000:00:05.0",
                [
                    "vendor": "0x10de", "class": "0x030000", "device": "0x20b0", "numa_node": "-1",
                    "current_link_width": "0", "max_link_width": "255",
                ]),
            device("pci0000:c0/0000:c1:00.0", ["vendor": "0x10de", "class": "0x068000", "device": "0x22a3"]),
            device("pci0000:c0/0000:c2:00.1", ["vendor": "0x10de", "class": "0x040300", "device": "0x10f0"]),
            device(
                "pci0000:c0/0000:c3:00.4", ["vendor": "0x10de", "class": "0x030200", "device": "0x2330"],
                links: ["physfn": "../0000:c3:00.0", "driver": "../../../bus/pci/drivers/vfio-pci"]),
            device(
                "pci10000:00/10000:01:00.0",
                ["vendor": "0x10de", "class": "0x030200", "device": "0x2330", "current_link_width": "63"]),
            device(
                "pci0000:d0/0000:d1:00.0",
                ["vendor": "0x10de", "class": "0x030200", "device": "0x2330", "power_state": "D3cold"]),
            device(
                "pci0000:d0/0000:d2:00.0",
                [
                    "vendor": "0x10de", "class": "0x030200", "device": "0x2330", "power_state": "D3cold",
                    "power/runtime_status": "suspended",
                ]),
            device(
                "pci0000:d0/0000:d3:00.0",
                [
                    "vendor": "0x10de", "class": "0x030200", "device": "0x2330", "power_state": "D3cold",
                    "power/runtime_status": "active",
                ]))
        entries["/sys/devices/pci10000:00/10000:01:00.0/config"] = .file([UInt8](repeating: 0xff, count: 64))
        for name in ["0000:d1:00.0", "0000:d2:00.0", "0000:d3:00.0"] {
            entries["/sys/devices/pci0000:d0/\(name)/config"] = .file([UInt8](repeating: 0xff, count: 64))
        }
        entries["/sys/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/config"] = .file([0xde, 0x10, 0x30, 0x23, 0, 0])
        return entries
    }()

    func devices(_ tree: Tree) throws -> [String: HostPCIDevice] {
        let devices = try #require(PCIBus(try tree.files(Self.node)).devices().value)
        #expect(devices == devices.sorted { $0.busID < $1.busID })
        return Dictionary(uniqueKeysWithValues: devices.map { ($0.busID.description, $0) })
    }

    @Test(arguments: Tree.allCases) func findsGPUsAndSwitchesOnly(_ tree: Tree) throws {
        let devices = try devices(tree)
        #expect(
            Set(devices.keys) == [
                "0000:00:05.0", "0000:3b:00.0", "0000:c1:00.0", "0000:c3:00.4", "0000:d1:00.0", "0000:d2:00.0",
                "0000:d3:00.0", "10000:01:00.0",
            ])
        #expect(devices["0000:c1:00.0"]?.kind == .nvSwitch)
        #expect(devices["0000:3b:00.0"]?.kind == .gpu)
        #expect(devices["0000:c3:00.4"]?.driver == .value("vfio-pci"))
    }

    @Test(arguments: Tree.allCases) func readsAHealthyGPU(_ tree: Tree) throws {
        let gpu = try #require(devices(tree)["0000:3b:00.0"])
        #expect(gpu.deviceID == 0x2330 && gpu.driver == .value("nvidia"))
        #expect(
            gpu.numaNode == .value(1) && gpu.powerState == .value("D0") && gpu.isConfigurationAllOnes == .value(false))
        #expect(gpu.link.currentWidth == .value(16) && gpu.link.maximumWidth == .value(16))
        let expected = [HostPCIErrors.Counter(name: "BadTLP", count: 3), .init(name: "Timeout", count: 12)]
        #expect(gpu.errors.correctable == .value(.init(total: 15, nonzero: expected)))
        #expect(gpu.errors.nonFatal == .unavailable(.notSupported))
        #expect(gpu.errors.fatal == .value(.init(total: 0, nonzero: [])))
    }

    @Test(arguments: Tree.allCases) func readsThePortAbove(_ tree: Tree) throws {
        let gpu = try #require(devices(tree)["0000:3b:00.0"])
        let port = try #require(gpu.upstream)
        #expect(port.busID.description == "0000:3a:00.0")
        #expect(port.link.currentWidth == .value(8) && port.link.maximumWidth == .value(16))
        #expect(port.errors.fatal == .value(.init(total: 1, nonzero: [.init(name: "DLP", count: 1)])))
        #expect(gpu.path == [port.busID])
    }

    @Test(arguments: Tree.allCases) func aVirtualMachineTellsLess(_ tree: Tree) throws {
        let gpu = try #require(devices(tree)["0000:00:05.0"])
        #expect(gpu.upstream == nil && gpu.path.isEmpty)
        #expect(gpu.driver == .value(""))
        for reading in [gpu.numaNode, gpu.link.currentWidth, gpu.link.maximumWidth] {
            #expect(reading == .unavailable(.notSupported))
        }
        #expect(gpu.isConfigurationAllOnes == .unavailable(.notSupported))
    }

    @Test(arguments: Tree.allCases) func aDeadGPUHasNoLinkNumbers(_ tree: Tree) throws {
        let gpu = try #require(devices(tree)["10000:01:00.0"])
        #expect(gpu.isConfigurationAllOnes == .value(true))
        #expect(gpu.link.currentWidth == .unavailable(.gpuLost))
    }

    @Test(arguments: Tree.allCases) func aSleepingGPUIsNotWoken(_ tree: Tree) throws {
        let devices = try devices(tree)
        #expect(devices["0000:d1:00.0"]?.isConfigurationAllOnes == .unavailable(.notRead))
        #expect(devices["0000:d2:00.0"]?.isConfigurationAllOnes == .unavailable(.notRead))
    }

    @Test("what fell off the bus is in D3cold by the kernel's word, and was not put to sleep", arguments: Tree.allCases)
    func aGPUOffTheBusIsNoSleepingOne(_ tree: Tree) throws {
        #expect(try devices(tree)["0000:d3:00.0"]?.isConfigurationAllOnes == .value(true))
    }

    @Test(arguments: Tree.allCases) func aNodeWithoutPCISaysSo(_ tree: Tree) throws {
        #expect(PCIBus(try tree.files(["/sys/x": .text("")])).devices() == .unavailable(.notSupported))
    }
}
