import Diagnosis
import Snapshots
import Testing

@Suite("Health: which NVLinks should be up")
struct LinkRuleTests {
    /// A node on which the links lead where `remote` says, for all GPUs alike.
    private func report(_ remoteType: UInt32, _ change: (inout NodeSnapshot) -> Void) -> HealthReport {
        HealthyNode.report { node in
            for gpu in node.gpus.indices {
                // Only switches make a fabric.
                if remoteType != 2 { node.gpus[gpu].fabric?.state = .value(0) }
                for link in 0..<18 { node.gpus[gpu].link(link) { $0.remoteType = .value(remoteType) } }
            }
            change(&node)
        }
    }

    private func takeDown(_ links: Range<Int>, of gpu: Int, _ node: inout NodeSnapshot, remote: BusID? = nil) {
        for number in links {
            node.gpus[gpu].link(number) { link in
                link.isActive = .value(false)
                link.remoteType = .value(255)
                if let remote { link.remoteBusID = .value(remote) }
            }
        }
    }

    private func switchOnMIG(_ gpu: Int, _ node: inout NodeSnapshot) {
        node.gpus[gpu].inventory?.migMode = .value(ModePair(current: true, pending: true))
        takeDown(0..<18, of: gpu, &node)
    }

    @Test("links to switches should be up, though they are down on every GPU, or on the only one")
    func switches() {
        let all = report(2) { node in
            for gpu in node.gpus.indices { takeDown(0..<4, of: gpu, &node) }
        }
        #expect(all.gpus.allSatisfy { $0.verdict == .unhealthy && $0.action == .checkNVLink })
        let single = report(2) { node in
            node.gpus.removeLast(7)
            node.host?.pciGPUs = .value([HealthyNode.busID(0)])
            node.host?.procGPUs = .value([HostGPU(busID: HealthyNode.busID(0), uuid: "GPU-0")])
            takeDown(0..<9, of: 0, &node)
        }
        #expect(single.gpus.map(\.verdict) == [.unhealthy])
        let unnamed = report(255) { node in
            let place = BusID(domain: 0, bus: 7, device: 0)
            let nvSwitch = HostPCIDevice(busID: place, kind: .nvSwitch, deviceID: 0x22a3)
            let gpus = node.devices?.pci.value ?? []
            node.devices?.pci = .value(gpus + [nvSwitch])
            for gpu in node.gpus.indices { takeDown(0..<18, of: gpu, &node) }
        }
        #expect(unnamed.gpus.allSatisfy { $0.verdict == .unhealthy })
    }

    @Test(
        "links of which nobody knows where they lead are as on the other GPUs: a bridge that is not there is no fault")
    func bridges() {
        let without = report(255) { node in
            for gpu in node.gpus.indices { takeDown(0..<18, of: gpu, &node) }
        }
        #expect(without.verdict == .healthy)
        #expect(without.findings.isEmpty)
        let one = report(255) { takeDown(0..<2, of: 1, &$0) }
        #expect(one.gpus[1].verdict == .unhealthy)
        #expect(one.gpus.filter { $0.index != 1 }.allSatisfy { $0.verdict == .healthy })
    }

    @Test("a fabric is made of links: where one is, all of them should be up")
    func fabric() {
        let down = HealthyNode.report { node in
            for gpu in node.gpus.indices { takeDown(0..<18, of: gpu, &node) }
        }
        #expect(down.gpus.allSatisfy { $0.verdict == .unhealthy })
        let none = HealthyNode.report { node in
            for gpu in node.gpus.indices {
                node.gpus[gpu].links = GPULinks()
                node.gpus[gpu].links?.count = .unavailable(.notSupported)
                node.gpus[gpu].links?.c2cCount = .unavailable(.notSupported)
            }
        }
        #expect(none.gpus.allSatisfy { $0.verdict == .unhealthy && $0.action == .checkNVLink })
    }

    @Test("NVSwitches to which no GPU has a link are told of, unless they are another's", arguments: [true, false])
    func switchesWithoutLinks(_ isOwn: Bool) {
        let report = report(255) { node in
            let nvSwitch = HostPCIDevice(
                busID: BusID(domain: 0, bus: 7, device: 0), kind: .nvSwitch, deviceID: 0x22a3,
                driver: .value(isOwn ? "nvidia-nvswitch" : "vfio-pci"))
            let gpus = node.devices?.pci.value ?? []
            node.devices?.pci = .value(gpus + [nvSwitch])
            for gpu in node.gpus.indices {
                node.gpus[gpu].links?.count = .value(0)
                node.gpus[gpu].links?.links = []
            }
        }
        #expect(report.gpus.allSatisfy { $0.verdict == (isOwn ? .degraded : .healthy) })
    }

    @Test("two GPUs that lose the link between them, on boards on which all links are wired")
    func bothEnds() {
        func pair(_ name: String, _ mode: UInt32 = 0) -> HealthReport {
            report(255) { node in
                for gpu in node.gpus.indices {
                    node.gpus[gpu].name = .value(name)
                    node.gpus[gpu].inventory?.virtualizationMode = .value(mode)
                    takeDown(5..<6, of: gpu, &node)
                }
            }
        }
        #expect(pair("NVIDIA A100-SXM4-40GB").gpus.allSatisfy { $0.verdict == .unhealthy })
        #expect(pair("NVIDIA A100-SXM4-40GB", 1).verdict == .healthy, "a virtual machine may have half a board")
        #expect(pair("NVIDIA H100 80GB HBM3").gpus.allSatisfy { $0.verdict == .unhealthy }, "an SXM5")
        for name in ["NVIDIA H200", "NVIDIA GH200 144G HBM3e"] {
            #expect(pair(name).verdict == .healthy, "nobody knows that board")
        }
        let alone = report(255) { node in
            for gpu in node.gpus.indices {
                node.gpus[gpu].name = .value("NVIDIA A100-SXM4-40GB")
                takeDown(5..<6, of: gpu, &node)
            }
            node.gpus.remove(at: 3)
        }
        #expect(alone.gpus.filter { $0.index != nil }.allSatisfy { $0.verdict == .healthy }, "the lost GPU's links")
    }

    @Test("a link that is down is a fault where the GPU at its other end is known")
    func knownGPU() {
        let report = report(0) { node in
            for gpu in node.gpus.indices {
                takeDown(0..<1, of: gpu, &node, remote: HealthyNode.busID(UInt32(gpu) ^ 1))
            }
        }
        #expect(report.gpus.allSatisfy { $0.verdict == .unhealthy })
    }

    @Test("a GPU in MIG mode explains no more links than it has, and none that lead elsewhere")
    func mig() {
        let explained = report(0) { node in
            switchOnMIG(0, &node)
            takeDown(0..<18, of: 1, &node)
        }
        #expect(explained.gpus[1].verdict == .healthy)
        #expect(explained.findings.map(\.severity) == [.info])
        let known = report(0) { node in
            switchOnMIG(0, &node)
            takeDown(0..<2, of: 1, &node, remote: HealthyNode.busID(0))
        }
        #expect(known.gpus[1].verdict == .healthy)
        let tooMany = report(0) { node in
            switchOnMIG(0, &node)
            for gpu in 1..<4 { takeDown(0..<7, of: gpu, &node) }
        }
        #expect(tooMany.gpus[1].verdict == .unhealthy)
        let elsewhere = report(0) { node in
            switchOnMIG(0, &node)
            takeDown(0..<2, of: 1, &node, remote: HealthyNode.busID(5))
        }
        #expect(elsewhere.gpus[1].verdict == .unhealthy)
        let atSwitches = report(2) { node in
            switchOnMIG(0, &node)
            takeDown(0..<17, of: 1, &node)
        }
        #expect(atSwitches.gpus[1].verdict == .unhealthy)
    }

    @Test("a GPU in MIG mode may have no links at all")
    func migWithoutLinks() {
        let report = report(2) { node in
            switchOnMIG(0, &node)
            node.gpus[0].links?.count = .value(0)
            node.gpus[0].links?.links = []
        }
        #expect(report.verdict == .healthy)
    }

    @Test(
        "links that are slow on all GPUs are slow, where their generation tells how fast they are",
        arguments: [
            (6, 90, 13_281, true), (6, 90, 25_781, false), (7, 100, 26_562, true), (7, 100, 53_125, false),
            (4, 80, 12_500, true), (4, 80, 25_000, false), (4, 86, 14_062, false), (3, 70, 12_500, false),
        ] as [(UInt32, UInt32, UInt32, Bool)])
    func nominalSpeed(_ version: UInt32, _ capability: UInt32, _ speed: UInt32, _ isSlow: Bool) {
        let report = HealthyNode.report { node in
            for gpu in node.gpus.indices {
                node.gpus[gpu].inventory?.computeCapability = .value(capability)
                for link in 0..<18 {
                    node.gpus[gpu].link(link) { ($0.version, $0.speedMBps) = (.value(version), .value(speed)) }
                }
            }
        }
        #expect(report.gpus.allSatisfy { $0.verdict == (isSlow ? .degraded : .healthy) })
        #expect(Set(report.findings.map(\.rule)) == Set(isSlow ? ["nvlink_speed"] : []))
    }
}
