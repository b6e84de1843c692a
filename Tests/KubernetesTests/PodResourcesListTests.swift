import Snapshots
import Testing

@testable import Kubernetes

@Suite struct PodResourcesListTests {
    @Test func entriesOfOneResourceArePutTogether() throws {
        let message = Message.pod(
            "research", "llm-train-0",
            Message.container(
                "trainer",
                Message.devices("nvidia.com/gpu", ["GPU-a", "GPU-b"]) + Message.devices("rdma/hca", ["mlx5_0"])
                    + Message.devices("nvidia.com/gpu", ["GPU-c"]) + Message.field(3, [1, 2, 3]) + Message.field(9, 7))
                + Message.container("sidecar"))
        let found = try PodResourcesList.decode(message)
        #expect(found.map(\.resource) == ["nvidia.com/gpu", "rdma/hca"])
        #expect(found.map(\.deviceIDs) == [["GPU-a", "GPU-b", "GPU-c"], ["mlx5_0"]])
        #expect(found.allSatisfy { $0.namespace == "research" && $0.pod == "llm-train-0" && $0.container == "trainer" })
        #expect(found.allSatisfy { $0.isInPodResources && !$0.isInCheckpoint && $0.podUID == nil })
    }

    /// Fields of a message may come in any order.
    @Test func namesAfterContent() throws {
        let container =
            Message.field(2, Message.field(2, "GPU-a") + Message.field(1, "nvidia.com/gpu")) + Message.field(1, "main")
        let message = Message.field(
            1, Message.field(3, container) + Message.field(2, "space") + Message.field(1, "pod"))
        let found = try PodResourcesList.decode(message)
        #expect(found.count == 1)
        #expect(found.first?.pod == "pod")
        #expect(found.first?.container == "main")
        #expect(found.first?.resource == "nvidia.com/gpu")
    }

    @Test func dynamicResources() throws {
        func claim(_ driver: String, _ device: String) -> [UInt8] {
            Message.field(
                4, Message.field(1, Message.field(1, "cdi")) + Message.field(2, driver) + Message.field(4, device))
        }
        let resources = Message.field(
            5, Message.field(2, "one-gpu") + claim("gpu.nvidia.com", "gpu-3") + claim("", "x"))
        let found = try PodResourcesList.decode(Message.pod("claims", "dra", Message.container("main", resources)))
        #expect(found.map(\.deviceIDs) == [["gpu-3"]])
        #expect(found.first?.resource == "gpu.nvidia.com")
        #expect(found.first?.isDynamic == true)
    }

    @Test func emptyAnswer() throws {
        #expect(try PodResourcesList.decode([]) == [])
        #expect(try PodResourcesList.decode(Message.pod("a", "b", Message.container("c"))) == [])
    }

    @Test func wrongTypes() {
        #expect(throws: ProtobufError.wrongType) { try PodResourcesList.decode(Message.field(1, 5)) }
        #expect(throws: ProtobufError.wrongType) {
            try PodResourcesList.decode(Message.field(1, Message.field(1, [0xff])))
        }
        let long = String(repeating: "x", count: 513)
        #expect(throws: ProtobufError.wrongType) {
            try PodResourcesList.decode(Message.field(1, Message.field(2, long)))
        }
    }

    @Test func tooManyPods() {
        let message = (0...PodResourcesList.podLimit).flatMap { _ in Message.field(1, [UInt8]()) }
        #expect(throws: ProtobufError.tooMany) { try PodResourcesList.decode(message) }
    }

    /// A cut message never traps; most cuts are noticed.
    @Test func everyPrefixAndEveryFlippedByte() throws {
        let message = Message.pod(
            "research", "pod", Message.container("main", Message.devices("nvidia.com/gpu", ["GPU-a", "GPU-b"])))
        let whole = try PodResourcesList.decode(message)
        for count in message.indices.dropFirst() {
            #expect(throws: ProtobufError.self) { try PodResourcesList.decode(Array(message.prefix(count))) }
        }
        var changed = 0
        for index in message.indices {
            var bytes = message
            bytes[index] ^= 0xff
            if (try? PodResourcesList.decode(bytes)) != whole { changed += 1 }
        }
        #expect(changed > message.count / 2)
    }
}
