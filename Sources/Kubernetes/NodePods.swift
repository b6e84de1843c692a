package import HostNode
package import Snapshots

/// Everything that a node's files and its kubelet tell of pods and their GPUs, without the API server.
package struct NodePods: Sendable {
    private let files: any HostFiles
    private let names: PodNames
    private let users: UserNames

    /// Looks at the folders of logs once; what is asked later is answered from that.
    package init(_ files: any HostFiles) {
        self.files = files
        names = PodNames(files)
        users = UserNames(files)
    }

    /// The kubelet's folder where installers are known to put it; the usual one first.
    package static let kubeletRoots = [
        "/var/lib/kubelet", "/var/lib/k0s/kubelet", "/var/snap/microk8s/common/var/lib/kubelet",
    ]

    /// The devices that containers were given.
    package func allocations() -> PodsSnapshot {
        let root = Self.kubeletRoots.first { files.exists($0) } ?? Self.kubeletRoots[0]
        var snapshot = PodsSnapshot()
        let (socket, listed) = PodResourcesClient(files).list("\(root)/pod-resources/kubelet.sock")
        let (file, checkpoint) = DeviceCheckpoint.read("\(root)/device-plugins/\(DeviceCheckpoint.name)", files)
        snapshot.podResources = socket
        snapshot.checkpoint = file
        snapshot.allocations = AllocationMerge(names, PodCgroups(files)).merge(listed, checkpoint.allocations)
        snapshot.announced = checkpoint.announced.filter { $0.resource.hasPrefix("nvidia.com/") }
        return snapshot
    }

    /// The same process with the names of its user, pod and container.
    package func named(_ process: HostProcess) -> NodeProcess {
        NodeProcess(
            process, user: process.uid.value.flatMap { users[$0] },
            pod: process.owner.value?.container.flatMap(names.identity))
    }
}
