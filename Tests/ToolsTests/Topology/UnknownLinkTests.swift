import JSON
import Snapshots
import Testing

@testable import Tools

/// A link that does not tell its state is neither up nor down.
@Suite struct UnknownLinkTests {
    @Test func isNotCounted() {
        #expect(Self.gpu(0, [true, true, false]).links?.activeCount == .value(2))
        #expect(Self.gpu(0, [true, nil, false]).links?.activeCount == .unavailable(.timedOut))
        #expect(GPULinks().activeCount == .unavailable(.notRead))
        var none = GPULinks()
        none.count = .unavailable(.notSupported)
        #expect(none.activeCount == .value(0))
    }

    @Test func isNoReadingOfTheAnswer() throws {
        let known = Self.devices([true, true])
        let object = try Self.object(known)
        #expect(object["nvlink_active"] == 2)
        let unknown = Self.devices([true, nil])
        let other = try Self.object(unknown)
        #expect(other["nvlink_active"] == nil)
        #expect(unknown.devices[0].missing.contains(MissingReading(reading: "nvlink_active", reason: .timedOut)))
    }

    private static func devices(_ states: [Bool?]) -> AnswerDevices {
        AnswerDevices([gpu(0, states)]) { TopologyFields.add($0, NodeSnapshot(), .standard, to: &$1) }
    }

    /// The only GPU's object of an answer.
    private static func object(_ devices: AnswerDevices) throws -> JSONObject {
        var writer = JSONWriter()
        writer.object { devices.write(to: &$0) }
        let answer = try #require(try JSONParser.parse(writer.finish()).objectValue)
        return try #require(answer["devices"]?.arrayValue?.first?.objectValue)
    }

    @Test(
        arguments: [
            ([true, true], UInt32(0), "NV2"), ([true, false], 0, "NV1"), ([true, nil], 0, "NV?"),
            ([true, nil], 3, "SYS"),
            ([nil, nil], nil, "NV?"), ([false, false], 0, "SYS"),
        ] as [([Bool?], UInt32?, String)])
    func isSaidInTheMatrix(states: [Bool?], peerAccess: UInt32?, word: String) {
        let gpus = [Self.gpu(0, states, peerAccess), Self.gpu(1, [true, true], peerAccess)]
        let matrix = TopologyMatrix(gpus, NetworkFields(NodeSnapshot()))
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == word)
        #expect(matrix.way(from: gpus[1], to: gpus[0]) == word)
    }

    @Test func whereTheirNumberIsNotKnownNothingIsSaid() {
        var gpus = [Self.gpu(0, []), Self.gpu(1, [true])]
        gpus[0].links?.count = .unavailable(.timedOut)
        let matrix = TopologyMatrix(gpus, NetworkFields(NodeSnapshot()))
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == "NV?")
        gpus[0].links = nil
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == "NV?")
    }

    @Test(arguments: [UInt32?.none, 255])
    func anUnknownEndIsSaidInTheMatrix(remoteType: UInt32?) {
        var gpus = [Self.gpu(0, [true, true]), Self.gpu(1, [true, true])]
        for index in gpus.indices {
            for link in gpus[index].links?.links.indices ?? 0..<0 {
                gpus[index].links?.links[link].remoteType = remoteType.map { .value($0) } ?? .unavailable(.notSupported)
            }
        }
        let matrix = TopologyMatrix(gpus, NetworkFields(NodeSnapshot()))
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == "NV?")
        gpus[0].topology?.peers[0].nvlink = .value(5)
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == "SYS")
    }

    @Test(
        arguments: [
            (.value(0), "NV2"), (.value(4), "NV2*"), (.value(6), "NV2?"), (.unavailable(.error(code: 999)), "NV2?"),
            (.unavailable(.notSupported), "NV2"),
        ] as [(Reading<UInt32>, String)])
    func peerAccessIsMarkedOnNVLinksToo(read: Reading<UInt32>, word: String) {
        var gpus = [Self.gpu(0, [true, true]), Self.gpu(1, [true, true])]
        gpus[0].topology?.peers[0].read = read
        let matrix = TopologyMatrix(gpus, NetworkFields(NodeSnapshot()))
        #expect(matrix.way(from: gpus[0], to: gpus[1]) == word)
    }

    @Test(arguments: [Unavailable.gpuLost, .resetRequired])
    func aLostPeerIsNoFaultOfItsNeighbour(reason: Unavailable) {
        var gpu = Self.gpu(0, [true])
        gpu.topology?.peers[0] = GPUPeer()
        for path in [\GPUPeer.commonAncestor, \.read, \.write, \.nvlink] {
            gpu.topology?.peers[0][keyPath: path] = .unavailable(reason)
        }
        let devices = AnswerDevices([gpu]) { TopologyFields.add($0, NodeSnapshot(), .standard, to: &$1) }
        #expect(devices.devices[0].problem == nil)
        #expect(!devices.devices[0].missing.contains { $0.reason == reason })
    }

    @Test(arguments: [true, false]) func aPeerThatCannotBeOpenedIsNoFaultEither(isRefused: Bool) {
        var (gpu, other) = (Self.gpu(0, [true]), GPUSnapshot())
        for path in [\GPUPeer.commonAncestor, \.read, \.write, \.nvlink] {
            gpu.topology?.peers[0][keyPath: path] = .unavailable(.error(code: 999))
        }
        other.index = 1
        other.refusal = isRefused ? .error(code: 999) : nil
        var node = NodeSnapshot()
        node.gpus = [gpu, other]
        let devices = AnswerDevices([gpu]) { TopologyFields.add($0, node, .standard, to: &$1) }
        #expect(devices.devices[0].missing.contains { $0.reason == .error(code: 999) } != isRefused)
    }

    /// A GPU whose links all lead to a switch.
    private static func gpu(_ index: UInt32, _ states: [Bool?], _ peerAccess: UInt32? = 0) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        gpu.index = index
        var links = GPULinks()
        links.count = .value(UInt32(states.count))
        links.links = states.enumerated().map { number, isActive in
            var link = GPULink()
            link.number = UInt32(number)
            link.isActive = isActive.map { .value($0) } ?? .unavailable(.timedOut)
            link.remoteType = .value(2)
            return link
        }
        gpu.links = links
        var peer = GPUPeer()
        peer.index = 1 - index
        peer.commonAncestor = .value(50)
        peer.read = .value(0)
        peer.write = .value(0)
        peer.nvlink = peerAccess.map { .value($0) } ?? .unavailable(.timedOut)
        var topology = GPUTopology()
        topology.peers = [peer]
        gpu.topology = topology
        return gpu
    }
}
