package import HostNode
package import Snapshots

/// Everything that a node's files and its kubelet tell of pods and their GPUs, without the API server.
package struct NodePods: Sendable {
    private let files: any HostFiles
    /// Lists the folders of logs once, for the first process of a pod; what is asked later is answered from that.
    private lazy var names = PodNames(files)
    private let users: UserNames

    package init(_ files: any HostFiles) {
        self.files = files
        users = UserNames(files)
    }

    /// The devices that containers were given.
    package func allocations() -> PodsSnapshot {
        let roots = DeviceCheckpoint.kubeletRoots
        let root = roots.first { files.exists($0) } ?? roots[0]
        var snapshot = PodsSnapshot()
        let (socket, listed) = PodResourcesClient(files).list("\(root)/pod-resources/kubelet.sock")
        let checkpoint = DeviceCheckpoint(files).read(resources: "")
        snapshot.podResources = socket
        snapshot.checkpoint = KubeletSource(checkpoint, path: "\(root)/device-plugins/kubelet_internal_checkpoint")
        let recorded = (checkpoint.value ?? []).map { DeviceAllocation($0) }
        snapshot.allocations = AllocationMerge(PodLogNames(files), PodCgroups(files)).merge(listed, recorded)
        return snapshot
    }

    /// The same process with the names of its user, pod and container.
    package mutating func named(_ process: HostProcess) -> NodeProcess {
        var pod: PodIdentity?
        if let container = process.owner.value?.container { pod = identity(of: container) }
        return NodeProcess(process, user: process.uid.value.flatMap { users[$0] }, pod: pod)
    }

    /// Nil outside of pods; the uid alone where no file of the node knows the pod's name.
    private mutating func identity(of reference: HostContainerReference) -> PodIdentity? {
        guard let pod = names.pod(of: reference) else { return reference.podUID.map { PodIdentity(uid: $0) } }
        return PodIdentity(uid: pod.uid, namespace: pod.namespace, name: pod.name, container: pod.container)
    }
}

extension DeviceAllocation {
    fileprivate init(_ entry: HostDeviceAllocation) {
        self.init()
        podUID = entry.podUID
        container = entry.container
        resource = entry.resource
        deviceIDs = entry.devices.map(\.text)
        isInCheckpoint = true
    }
}

extension KubeletSource {
    fileprivate init(_ reading: Reading<[HostDeviceAllocation]>, path: String) {
        switch reading {
        case .value: self.init(.read, path: path)
        case .unavailable(.notSupported): self.init(.missing, path: path)
        case .unavailable(.noPermission): self.init(.noPermission, path: path, detail: "it may not be read")
        case .unavailable(let reason): self.init(.failed, path: path, detail: reason.word)
        }
    }
}
