import Snapshots
import Testing

@testable import Diagnosis

@Suite struct AttributionTests {
    @Test func aProcessOfAPodThatWasGivenTheGPU() throws {
        var node = Node()
        node.context(10, gpu: 0, gib: 40, pod: "train")
        node.give("train", ["GPU-0"])
        let found = node.attribution
        #expect(found.findings == [])
        #expect(found.pods.map(\.title) == ["space/train"])
        let container = try #require(found.pods.first?.containers.first)
        #expect(container.wasGiven(0))
        #expect(container.uses.map(\.gpuIndex) == [0])
        #expect(found.gpus[0].memoryClaimedBytes == 40 << 30)
    }

    /// One finding of each kind, and nothing else, for a node on which exactly that is wrong.
    @Test func processWithoutPod() {
        var node = Node()
        node.context(10, gpu: 1, gib: 4, owner: .value(.userSession(uid: 1000)))
        node.expect(.processWithoutPod, .warning, gpu: 1, pid: 10)
    }

    @Test func processesWhoseCgroupIsUnreadableAreNotAccused() {
        var node = Node()
        node.context(10, gpu: 1, gib: 4, owner: .unavailable(.noPermission))
        #expect(node.attribution.findings == [])
    }

    @Test func memoryWithoutProcess() {
        var node = Node()
        node.use(0, gib: 30)
        node.expect(.memoryWithoutProcess, .warning, gpu: 0)
        #expect(node.attribution.findings.first?.action == .resetGPU)
        node.holder(11, minor: 0, pod: "train")
        #expect(node.attribution.findings.first?.action == .restartApp)
    }

    @Test func memoryIsNotJudgedWhereAProcessDoesNotTell() {
        var node = Node()
        node.use(0, gib: 30)
        node.context(10, gpu: 0, gib: nil, pod: "train")
        #expect(node.attribution.gpus[0].memoryUnclaimedBytes == nil)
        #expect(node.attribution.findings == [])
    }

    @Test func memoryThatContextsNeed() {
        var node = Node()
        node.use(0, gib: 41)
        node.context(10, gpu: 0, gib: 40, pod: "train")
        #expect(node.attribution.gpus[0].memoryUnclaimedBytes == 1 << 30)
        #expect(node.attribution.findings == [])
    }

    @Test func podWithoutProcess() {
        var node = Node()
        node.give("idle", ["GPU-1"])
        node.expect(.podWithoutProcess, .info, gpu: 1)
        node.snapshot.pods?.allocations[0].isLive = false
        #expect(node.attribution.findings == [])
    }

    /// Nobody is called idle on a GPU whose processes are not known.
    @Test func podWithoutProcessNeedsTheLists() {
        var node = Node()
        node.give("idle", ["GPU-1"])
        node.snapshot.gpus[1].processes = nil
        #expect(node.attribution.findings == [])
        var hidden = Node()
        hidden.give("idle", ["GPU-1"])
        hidden.context(10, gpu: 1, gib: 1, owner: .unavailable(.noPermission))
        #expect(hidden.attribution.findings == [])
    }

    @Test func useWithoutAllocation() {
        var node = Node()
        node.context(10, gpu: 1, gib: 4, pod: "privileged")
        #expect(node.attribution.findings == [], "nothing is known of allocations")
        node.give("other", ["GPU-0"])
        node.context(11, gpu: 0, gib: 4, pod: "other")
        node.expect(.useWithoutAllocation, .warning, gpu: 1, pid: 10)
    }

    @Test func holderWithoutContext() {
        var node = Node()
        node.holder(12, minor: 1, pod: "train")
        node.expect(.holderWithoutContext, .info, gpu: 1, pid: 12)
    }

    @Test(arguments: ["nvidia-persiste", "nv-hostengine", "dcgm-exporter"]) func servicesOfTheDriver(_ name: String) {
        var node = Node()
        node.holder(12, minor: 1, name: name)
        #expect(node.attribution.findings == [])
        #expect(node.attribution.gpus[1].processes?.count == 1)
    }

    @Test func zombieAndUninterruptible() {
        var node = Node()
        node.context(10, gpu: 0, gib: 4, pod: "train", state: .zombie)
        node.expect(.zombieProcess, .warning, gpu: 0, pid: 10)
        var stuck = Node()
        stuck.holder(11, minor: 0, pod: "train", state: .uninterruptible)
        stuck.expect(.uninterruptibleProcess, .warning, gpu: 0, pid: 11)
    }

    @Test func processGone() {
        var node = Node()
        node.list(10, gpu: 0, gib: 4)
        node.use(0, gib: 4)
        node.expect(.processGone, .warning, gpu: 0, pid: 10)
    }

    /// In a process id namespace of its own the agent does not call any pid gone.
    @Test func processIDsNotShared() {
        var node = Node()
        node.list(10, gpu: 0, gib: 4)
        node.snapshot.nodeProcesses?.sharesProcessIDs = false
        #expect(node.attribution.findings.map(\.kind) == [.processIDsNotShared])
    }

    @Test func processesThatWereNotReadAreNotGone() {
        var node = Node()
        node.list(10, gpu: 0, gib: 4)
        node.snapshot.nodeProcesses = nil
        #expect(node.attribution.findings == [])
        node.snapshot.nodeProcesses = ProcessesSnapshot()
        #expect(node.attribution.findings == [])
    }

    @Test func allocatedDeviceMissing() {
        var node = Node()
        node.give("train", ["GPU-7"])
        node.expect(.allocatedDeviceMissing, .critical)
        var lost = Node()
        lost.give("train", ["GPU-1"])
        lost.snapshot.gpus[1].refusal = .gpuLost
        lost.snapshot.gpus[1].processes = nil
        lost.expect(.allocatedDeviceMissing, .critical, gpu: 1)
    }

    @Test(arguments: [("nvidia9", Severity.critical), ("nvidia9/gi1", .critical), ("MIG-z", .warning)])
    func allocatedDeviceOfAnotherNameMissing(id: String, severity: Severity) {
        var node = Node()
        for index in node.snapshot.gpus.indices { node.snapshot.gpus[index].inventory?.migDevices = .value([]) }
        node.give("train", [id])
        node.expect(.allocatedDeviceMissing, severity)
    }

    /// The one that does not tell its name may be the one that was given.
    @Test(arguments: ["GPU-7", "nvidia9", "MIG-z"])
    func noDeviceIsMissingWhileOneIsNameless(id: String) {
        var node = Node()
        node.snapshot.gpus[1].uuid = .unavailable(.error(code: 999))
        node.snapshot.gpus[1].inventory?.minorNumber = .unavailable(.error(code: 999))
        node.snapshot.gpus[1].inventory?.migDevices = .unavailable(.error(code: 999))
        node.give("train", [id])
        #expect(node.attribution.findings == [])
    }

    @Test func deviceGivenTwice() {
        var node = Node()
        node.give("one", ["GPU-0"])
        node.give("two", ["GPU-0"])
        node.context(10, gpu: 0, gib: 4, pod: "one")
        node.context(11, gpu: 0, gib: 4, pod: "two")
        node.expect(.deviceGivenTwice, .warning)
        var shared = Node()
        shared.give("one", ["GPU-0::0"])
        shared.give("two", ["GPU-0::1"])
        shared.context(10, gpu: 0, gib: 4, pod: "one")
        shared.context(11, gpu: 0, gib: 4, pod: "two")
        #expect(shared.attribution.findings == [])
    }

    @Test func gravestFirst() {
        var node = Node()
        node.holder(12, minor: 1, pod: "train")
        node.give("train", ["GPU-7"])
        #expect(node.attribution.findings.map(\.severity) == [.critical, .info])
    }
}
