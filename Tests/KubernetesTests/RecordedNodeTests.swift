import HostNode
import Snapshots
import Testing

@testable import Kubernetes

@Suite struct RecordedNodeTests {
    /// Whose each process is, as `pid namespace/pod container`.
    @Test(
        arguments: [
            (
                .containerd,
                [
                    "2210 -", "3300 gpu-operator/nvidia-dcgm-exporter-x7k2p nvidia-dcgm-exporter",
                    "51490 notebooks/ada-notebook lab", "60100 research/llm-train-0 trainer",
                    "60101 research/llm-train-0 trainer", "70001 -", "70002 notebooks/ada-notebook lab",
                ]
            ),
            (
                .cgroupV1,
                ["4101 batch/slice-a main", "4102 batch/slice-b main", "4103 kube-system/gpu-burn-a100-node burn"]
            ),
            (.crio, ["9001 vision/infer-6c9d server"]),
            (.k3s, ["777 edge/stt-0 whisper"]),
            (.gke, ["311 ml/shared-0 main", "312 ml/whole-0 main"]),
            (.mig, ["51207 serving/ranker-0 triton", "51490 notebooks/ada-notebook lab"]),
        ] as [(RecordedNode, [String])])
    func owners(_ node: RecordedNode, _ expected: [String]) throws {
        let files = try node.files()
        var pods = NodePods(files)
        let holders = try #require(ProcessTable(files).deviceHolders().value)
        let found = holders.processes.map { pods.named($0) }.map { known in
            let pod = known.pod.map { "\($0.namespace ?? "?")/\($0.name ?? "?") \($0.container ?? "?")" }
            return "\(known.process.pid) \(pod ?? "-")"
        }
        #expect(found == expected)
    }

    @Test func aProcessOfNoPodNeedsNoFolderOfLogs() throws {
        let files = RecordingHostFiles(try RecordedNode.containerd.files())
        var pods = NodePods(files)
        let service = pods.named(try #require(ProcessTable(files).process(2_210)))
        #expect(service.pod == nil)
        #expect(files.entries["/var/log/pods"] == nil)
        let container = pods.named(try #require(ProcessTable(files).process(3_300)))
        #expect(container.pod?.namespace == "gpu-operator")
        #expect(files.entries["/var/log/pods"] == .directory)
    }

    @Test func allocationsOfSocketAndCheckpointAreOne() throws {
        let snapshot = try NodePods(RecordedNode.containerd.files()).allocations()
        #expect(snapshot.podResources.outcome == .read)
        #expect(snapshot.checkpoint.outcome == .read)
        let train = try #require(snapshot.allocations.first { $0.pod == "llm-train-0" })
        #expect(train.podUID == recordedUID(1))
        #expect(train.deviceIDs.count == 3)
        #expect(train.isInPodResources && train.isInCheckpoint)
        #expect(train.isLive == true)
        // A pod that the checkpoint has not forgotten, and no network cards.
        let old = try #require(snapshot.allocations.first { $0.podUID == recordedUID(3) })
        #expect(old.pod == nil)
        #expect(old.isLive == false)
        #expect(snapshot.allocations.count == 2)
    }

    @Test func theCheckpointAlone() throws {
        let snapshot = try NodePods(RecordedNode.crio.files()).allocations()
        #expect(snapshot.podResources.outcome == .missing)
        #expect(snapshot.allocations.map(\.pod) == ["infer-6c9d"])
        #expect(snapshot.allocations.first?.isInPodResources == false)
    }

    @Test func replicasAndStaticPods() throws {
        let snapshot = try NodePods(RecordedNode.cgroupV1.files()).allocations()
        #expect(snapshot.allocations.map(\.pod) == ["slice-a", "slice-b", "gpu-burn-a100-node"])
        #expect(snapshot.allocations.allSatisfy { $0.deviceIDs.count == 1 })
        // The pods without a log folder are found in the checkpoint by their device.
        #expect(snapshot.allocations.map(\.isInCheckpoint) == [true, true, false])
        #expect(snapshot.allocations.last?.podUID == "0123456789abcdef0123456789abcdef")
        #expect(snapshot.allocations.last?.isLive == true)
    }
}
