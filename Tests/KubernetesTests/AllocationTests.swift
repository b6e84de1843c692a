import HostNode
import Snapshots
import Testing

@testable import Kubernetes

@Suite struct AllocationTests {
    private func entry(_ pod: String?, _ uid: Int?, _ ids: [String], _ resource: String = "nvidia.com/gpu")
        -> DeviceAllocation
    {
        var entry = DeviceAllocation()
        entry.namespace = pod.map { _ in "space" }
        entry.pod = pod
        entry.podUID = uid.map(recordedUID)
        entry.container = "main"
        entry.resource = resource
        entry.deviceIDs = ids
        entry.isInPodResources = pod != nil
        entry.isInCheckpoint = uid != nil
        return entry
    }

    private func merge(
        _ socket: [DeviceAllocation], _ checkpoint: [DeviceAllocation], logs: [(String, Int)] = []
    ) -> [DeviceAllocation] {
        let entries = logs.map {
            ("/var/log/pods/space_\($0.0)_\(recordedUID($0.1))", InMemoryHostFiles.Entry.directory)
        }
        let files = InMemoryHostFiles(Dictionary(uniqueKeysWithValues: entries))
        return AllocationMerge(PodLogNames(files), PodCgroups(files)).merge(socket, checkpoint)
    }

    @Test func byTheNamesOfLogFolders() {
        let merged = merge([entry("a", nil, ["GPU-1"])], [entry(nil, 1, ["GPU-1"])], logs: [("a", 1)])
        #expect(merged.count == 1)
        #expect(merged.first?.podUID == recordedUID(1))
        #expect(merged.first?.isInCheckpoint == true)
        #expect(merged.first?.deviceIDs == ["GPU-1"])
    }

    @Test func byTheDevicesWhereNoLogIsLeft() {
        let merged = merge([entry("a", nil, ["GPU-1"])], [entry(nil, 1, ["GPU-1"]), entry(nil, 2, ["GPU-2"])])
        #expect(merged.count == 2)
        #expect(merged.first { $0.pod == "a" }?.podUID == recordedUID(1))
        #expect(merged.first { $0.pod == nil }?.podUID == recordedUID(2))
    }

    /// The same device under the uid of a pod that is gone is not the living pod's.
    @Test func anOlderPodOfTheSameName() {
        let merged = merge(
            [entry("a", nil, ["GPU-1"])], [entry(nil, 1, ["GPU-9"]), entry(nil, 2, ["GPU-1"])],
            logs: [("a", 1), ("a", 2)])
        #expect(merged.count == 2)
        #expect(merged.first { $0.podUID == recordedUID(2) }?.isInPodResources == true)
        #expect(merged.first { $0.podUID == recordedUID(1) }?.isInPodResources == false)
    }

    @Test func onlyGPUs() {
        let socket = [
            entry("a", nil, ["mlx5_0"], "rdma/hca"), entry("a", nil, ["0000:03:00.0"], "nvidia.com/hostdev"),
            entry("a", nil, ["0000:03:00.0"], "intel.com/qat"), entry("a", nil, ["GPU-1"], "example.com/renamed"),
            entry("a", nil, ["MIG-1"], "nvidia.com/mig-1g.5gb"), entry("a", nil, ["x"], "nvidia.com/gpu.shared"),
        ]
        #expect(
            Set(merge(socket, []).map(\.resource)) == [
                "nvidia.com/hostdev", "example.com/renamed", "nvidia.com/mig-1g.5gb", "nvidia.com/gpu.shared",
            ])
    }

    @Test func whatCannotBeRead() {
        let path = "/x"
        #expect(PodResourcesClient(InMemoryHostFiles()).list(path).source.outcome == .missing)
        #expect(PodResourcesClient(InMemoryHostFiles([path: .forbidden])).list(path).source.outcome == .noPermission)
        let broken = PodResourcesClient(InMemoryHostFiles([path: .file([0x0a, 5])])).list(path)
        #expect(broken.source.outcome == .failed)
        #expect(broken.source.detail.contains("ends inside"))
    }
}
