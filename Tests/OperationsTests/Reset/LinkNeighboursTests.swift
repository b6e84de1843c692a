import Operations
import Snapshots
import Testing

/// Where a GPU's NVLinks lead and of which generation it is, also where it does not say so itself.
@Suite struct LinkNeighboursTests {
    static func link(_ isActive: Bool, to type: UInt32? = nil, _ busID: BusID? = nil) -> GPULink {
        var link = GPULink()
        link.isActive = .value(isActive)
        link.remoteType = type.map(Reading.value) ?? .unavailable(.notSupported)
        link.remoteBusID = busID.map(Reading.value) ?? .unavailable(.notSupported)
        return link
    }

    static func busID(_ index: UInt32) -> BusID { BusID(domain: 0, bus: UInt8(0x10 + index), device: 0) }

    static func gpu(_ index: UInt32, _ links: [GPULink], architecture: UInt32? = nil) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        gpu.index = index
        gpu.busID = .value(busID(index))
        var part = GPULinks()
        part.count = links.isEmpty ? .unavailable(.notSupported) : .value(UInt32(links.count))
        part.links = links
        gpu.links = part
        var inventory = GPUInventory()
        inventory.architecture = architecture.map(Reading.value) ?? .unavailable(.gpuLost)
        gpu.inventory = inventory
        return gpu
    }

    @Test func aPeerThatNamesItIsOne() {
        let down = Self.gpu(0, [Self.link(false), Self.link(false)])
        let other = Self.gpu(1, [Self.link(false, to: 0, Self.busID(0)), Self.link(true, to: 2)])
        let links = LinkNeighbours(down, at: Self.busID(0), among: [down, other])
        #expect(links.count == .value(2) && links.activeCount == .value(0))
        #expect(links.peers == [Self.busID(1)])
        #expect(links.isAmongSwitches && links.hasLinkedOthers && links.switchLinkCount == 0)
    }

    @Test func aBoardWithoutLinksHasNone() {
        let boards = [Self.gpu(0, []), Self.gpu(1, [])]
        let links = LinkNeighbours(boards[0], at: Self.busID(0), among: boards)
        #expect(links.count == .value(0) && links.activeCount == .value(0) && links.peers.isEmpty)
        #expect(!links.isAmongSwitches && !links.hasLinkedOthers)
    }

    @Test func whoDoesNotTellMayHaveSome() {
        let own = Self.gpu(0, [Self.link(false)])
        var lost = Self.gpu(1, [])
        lost.links = nil
        #expect(LinkNeighbours(own, at: Self.busID(0), among: [own, lost]).hasLinkedOthers)
        lost.links = GPULinks()
        #expect(LinkNeighbours(own, at: Self.busID(0), among: [own, lost]).hasLinkedOthers)
    }

    @Test func ofOneThatIsNotListedTheOthersTell() {
        let other = Self.gpu(1, [Self.link(true, to: 0, Self.busID(0))])
        let links = LinkNeighbours(nil, at: Self.busID(0), among: [other])
        #expect(links.activeCount.value == nil && links.count.value == nil)
        #expect(links.peers == [Self.busID(1)] && links.hasLinkedOthers)
    }

    static func snapshot(_ gpus: [GPUSnapshot], devices: [UInt16]) -> NodeSnapshot {
        var snapshot = NodeSnapshot()
        snapshot.gpus = gpus
        var found = HostDevices()
        found.pci = .value(
            devices.enumerated().map { HostPCIDevice(busID: busID(UInt32($0)), kind: .gpu, deviceID: $1) })
        snapshot.devices = found
        return snapshot
    }

    @Test func anEqualBoardTellsTheGeneration() {
        let target = ResetTarget(index: 0, busID: Self.busID(0))
        let gpus = [Self.gpu(0, []), Self.gpu(1, [], architecture: 7), Self.gpu(2, [], architecture: 10)]
        #expect(Self.snapshot(gpus, devices: [0x20b2, 0x20b2, 0x2901]).architecture(of: target) == .value(7))
        let alone = Self.snapshot(gpus, devices: [0x20b2, 0x1111, 0x2901])
        #expect(alone.architecture(of: target) == .unavailable(.gpuLost))
        // All of them lost: a Hopper GPU is known by its device id.
        let lost = Self.snapshot([Self.gpu(0, [])], devices: [0x2330])
        #expect(lost.architecture(of: target) == .value(9))
        let known = Self.snapshot([Self.gpu(0, [], architecture: 8)], devices: [0x2330])
        #expect(known.architecture(of: target) == .value(8))
    }

    @Test func withoutThePCIBusTheModelDoes() {
        var other = Self.gpu(1, [], architecture: 9)
        other.name = .value("NVIDIA H100 80GB HBM3")
        let target = ResetTarget(busID: Self.busID(0), name: "NVIDIA H100 80GB HBM3")
        var snapshot = NodeSnapshot()
        snapshot.gpus = [other]
        #expect(snapshot.architecture(of: target) == .value(9))
    }
}
