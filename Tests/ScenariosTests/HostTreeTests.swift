import Testing

@testable import Scenarios

extension HostFile {
    fileprivate var text: String? {
        if case .file(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
}

@Suite struct HostTreeTests {
    @Test(arguments: Scenario.builtInNames)
    func agreesWithTheDevices(name: String) throws {
        let scenario = try Scenario.builtIn(name)
        let files = scenario.hostFiles
        for gpu in scenario.gpus {
            let address = gpu.pci.busID.sysfsName
            guard case .symlink(let target) = files["sys/bus/pci/devices/\(address)"] else {
                Issue.record("\(address) is not on the bus")
                continue
            }
            #expect(target.hasPrefix("../../../devices/pci") && target.hasSuffix(address))
            let folder = "sys/" + target.dropFirst("../../../".count)
            #expect(files["\(folder)/vendor"]?.text == "0x10de\n")
            let information = files["proc/driver/nvidia/gpus/\(address)/information"]?.text
            #expect((information != nil) == (scenario.system.moduleVersion != nil))
            if let information, let uuid = gpu.identity.uuid.value?.string { #expect(information.contains(uuid)) }
        }
        #expect(files.keys.allSatisfy { !$0.hasPrefix("/") && !$0.hasSuffix("/") })
    }

    @Test func aLostGPUStaysOnTheBus() throws {
        let scenario = try Scenario.builtIn("fallen-off-bus")
        let files = scenario.hostFiles
        let folder = "sys/devices/pci0000:60/0000:60:01.0/0000:61:00.0"
        #expect(files["\(folder)/device"]?.text == "0x2330\n")
        #expect(files["\(folder)/config"] == .file(Array(repeating: 0xff, count: 64)))
        let log = try #require(files["dev/kmsg"]?.text)
        #expect(log.contains(";NVRM: Xid (PCI:0000:61:00): 79, pid=30811, name=pt_main_thread, GPU has fallen off"))
        let uuid = try #require(scenario.gpus[3].identity.uuid.value?.string)
        #expect(log.contains(";NVRM: GPU at PCI:0000:61:00: \(uuid)\n"))
    }

    @Test func aGPUThatNVMLDoesNotCountIsOnTheBus() throws {
        let scenario = try Scenario.builtIn("missing-gpu")
        #expect(scenario.gpus.count == 7)
        let files = scenario.hostFiles
        #expect(files["sys/bus/pci/devices/0000:61:00.0"] != nil)
        #expect(files["proc/driver/nvidia/gpus/0000:61:00.0/information"] == nil)
        #expect(files["dev/nvidia3"] == nil)
        #expect(files["dev/kmsg"]?.text?.contains("The NVIDIA GPU 0000:61:00.0\\x0aNVRM: (PCI ID") == true)
    }

    @Test func theKubeletGaveThePodItsGPU() throws {
        let scenario = try Scenario.builtIn("l40sx4")
        let path = "var/lib/kubelet/device-plugins/kubelet_internal_checkpoint"
        let checkpoint = try #require(scenario.hostFiles[path]?.text)
        let uuid = try #require(scenario.gpus[1].identity.uuid.value?.string)
        #expect(checkpoint.contains("\"DeviceIDs\":{\"0\":[\"\(uuid)\"]}"))
        #expect(try Scenario.builtIn("h100x8").hostFiles[path] == nil)
    }

    @Test func recordsAreThoseOfTheKernel() throws {
        let scenario = try Scenario.builtIn("driver-mismatch")
        let records = try #require(scenario.hostFiles["dev/kmsg"]?.text).split(separator: "\n")
        for (sequence, record) in records.enumerated() where !record.hasPrefix(" ") {
            let head = record.prefix { $0 != ";" }.split(separator: ",")
            #expect(head.count == 4)
            #expect(head[1] == "\(sequence)")
        }
        #expect(records.last?.contains("(pid 4242)\\x0aNVRM: has the version 580.95.05") == true)
        #expect(records.last?.hasPrefix("4,4,431400000000,c;") == true, "600 s before the end of 432,000 s")
    }

    @Test func processesArePlaced() throws {
        let files = try Scenario.builtIn("zombie-process").hostFiles
        #expect(files["proc/48213/stat"]?.text?.contains("(pt_main_thread) Z 1 ") == true)
        #expect(files["proc/48213/cmdline"] == .file([]))
        #expect(files["proc/48290/stat"] == nil)
        let cgroup = try #require(files["proc/48213/cgroup"]?.text)
        #expect(cgroup.hasPrefix("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"))
        #expect(files.keys.contains { $0.hasPrefix("var/log/pods/research_llm-train-0_") })
    }

    @Test func filesAreAddedAndRemoved() throws {
        let text = """
            {"extends": "a100x2", "host": {"remove": ["/proc/driver"], "files": {"/etc/os-release": "ID=flatcar",
             "opt/link": {"symlink": "/etc"}, "dev/x": {"device": [195, 7]}, "etc/bytes": {"hex": "00 ff"}}}}
            """
        let files = try withScenario(text) { try Scenario.load($0).hostFiles }
        #expect(!files.keys.contains { $0.hasPrefix("proc/driver/") })
        #expect(files["etc/os-release"]?.text == "ID=flatcar")
        #expect(files["opt/link"] == .symlink("/etc"))
        #expect(files["dev/x"] == .characterDevice(major: 195, minor: 7))
        #expect(files["etc/bytes"] == .file([0, 255]))
    }

    @Test func aRealRootReplacesTheFiles() throws {
        try withScenario(#"{"extends": "a100x2", "host_root": "node"}"#) { path in
            let scenario = try Scenario.load(path)
            #expect(scenario.hostFiles.isEmpty)
            #expect(scenario.host.root == path[...(path.lastIndex(of: "/") ?? path.startIndex)] + "node")
        }
    }

    @Test func numbersThatNoMachineHasMakeFilesAllTheSame() throws {
        let text = """
            {"extends": "a100x2", "system": {"uptime_s": 1e300}, "kernel_log": [{"at_s": 1e300, "message": "NVRM: late"}],
             "topology": {"pairs": [{"gpus": [0, 1], "level": -1, "read": -1}]},
             "all_gpus": {"pcie": {"generation": "0x8000000000000000"}}}
            """
        let scenario = try withScenario(text) { try Scenario.load($0) }
        let files = scenario.hostFiles(now: 2_000_000)
        #expect(files["proc/uptime"]?.text?.hasPrefix("9223372036854775807.00 ") == true)
        #expect(files["dev/kmsg"]?.text?.contains(",9223372036854775807,") == true)
        #expect(scenario.topology.level(0, 1, in: scenario.gpus) == .max)
    }

    @Test func timeIsThatOfTheBoot() throws {
        let files = try Scenario.builtIn("h100x8").hostFiles(now: 2_000_000)
        #expect(files["proc/stat"]?.text?.contains("btime 1568000\n") == true)
        #expect(files["proc/uptime"]?.text?.hasPrefix("432000.00 ") == true)
    }
}
