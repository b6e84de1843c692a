import Snapshots
import Testing

@testable import Diagnosis

@Suite struct DeviceLookupTests {
    private func node() -> Node {
        var node = Node()
        var mig = MIGDevice()
        mig.uuid = .value("MIG-a")
        mig.gpuInstanceID = .value(7)
        mig.computeInstanceID = .value(0)
        var other = mig
        other.uuid = .value("MIG-b")
        other.gpuInstanceID = .value(8)
        node.snapshot.gpus[1].inventory?.migDevices = .value([mig, other])
        return node
    }

    @Test(
        arguments: [
            ("GPU-1", 1, nil), ("gpu-1", nil, nil), ("GPU-1::4", 1, nil), ("nvidia5", 0, nil),
            ("nvidia5/vgpu0", 0, nil),
            ("MIG-a", 1, 7), ("MIG-GPU-1/7/0", 1, 7), ("nvidia6/gi7", 1, 7), ("0000:02:00.0", 1, nil),
            ("GPU-9", nil, nil), ("MIG-z", nil, nil), ("nvidia9", nil, nil), ("something", nil, nil),
        ] as [(String, UInt32?, UInt32?)])
    func gpusOfIDs(_ id: String, _ gpu: UInt32?, _ instance: UInt32?) {
        let found = DeviceLookup(node().snapshot.gpuUses).device(id, isDynamic: false)
        #expect(found.gpuIndex == gpu)
        #expect(found.gpuInstanceID == instance)
        if gpu != nil, instance != nil { #expect(found.migUUID == "MIG-a") }
    }

    @Test func dynamicAllocation() {
        let lookup = DeviceLookup(node().snapshot.gpuUses)
        #expect(lookup.device("gpu-5", isDynamic: true).gpuIndex == 0)
        #expect(lookup.device("gpu-6-mig-1g10gb-0-1", isDynamic: true).isMIG)
        #expect(lookup.device("channel-0", isDynamic: true).gpuIndex == nil)
    }

    /// A MIG device is in use only by a process on that very instance.
    @Test func instances() throws {
        var node = node()
        node.give("train", ["MIG-a"])
        node.context(10, gpu: 1, gib: 2, pod: "train", instance: 8)
        #expect(node.attribution.findings.map(\.kind) == [.useWithoutAllocation, .podWithoutProcess])
        #expect(node.attribution.findings.first?.message.contains("a part of GPU 1") ?? false)
        node.context(11, gpu: 1, gib: 2, pod: "train", instance: 7)
        #expect(node.attribution.findings.map(\.kind) == [.useWithoutAllocation])
    }

    /// One GPU cut in two, a part for each pod: nothing is given twice, and nobody uses what is not his.
    @Test func twoPodsShareAGPUByMIG() {
        var node = node()
        node.give("train", ["MIG-a"])
        node.give("serve", ["MIG-b"])
        node.context(10, gpu: 1, gib: 2, pod: "train", instance: 7)
        node.context(11, gpu: 1, gib: 2, pod: "serve", instance: 8)
        #expect(node.attribution.findings == [])
        #expect(node.attribution.healthFindings.isEmpty)
    }

    @Test func oneProcessInTwoListsIsOne() {
        var node = Node()
        node.context(10, gpu: 0, gib: 4, pod: "train")
        let listed = node.snapshot.gpus[0].processes?.compute ?? .value([])
        node.snapshot.gpus[0].processes?.graphics = listed
        let uses = node.attribution.gpus[0].processes ?? []
        #expect(uses.map(\.relations) == [[.compute, .graphics]])
        #expect(node.attribution.gpus[0].memoryClaimedBytes == 4 << 30)
    }
}
