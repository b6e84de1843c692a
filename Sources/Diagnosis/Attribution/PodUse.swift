package import Snapshots

/// One container: the devices it was given beside what its processes really use.
package struct ContainerUse: Sendable {
    /// Nil for processes of a pod whose container has no known name.
    package var name: String?
    /// By resource, as the kubelet has them.
    package var allocations: [DeviceAllocation] = []
    package var devices: [GivenDevice] = []
    /// By GPU index: what its processes do there.
    package var uses: [(gpuIndex: UInt32, use: GPUProcessUse)] = []

    /// Whether it was given this GPU or a part of it.
    package func wasGiven(_ gpuIndex: UInt32) -> Bool { devices.contains { $0.gpuIndex == gpuIndex } }

    /// Whether it was given the part of a GPU on which a process works, as far as that is known.
    func wasGiven(_ gpuIndex: UInt32, for use: GPUProcessUse) -> Bool {
        devices.contains { device in
            guard device.gpuIndex == gpuIndex else { return false }
            guard device.isMIG, let instance = device.gpuInstanceID, let used = use.gpuInstanceID else { return true }
            return instance == used
        }
    }

    /// Whether one of its processes works on the device, or holds the GPU's device node.
    package func uses(_ device: GivenDevice) -> Bool {
        uses.contains { gpuIndex, use in
            guard gpuIndex == device.gpuIndex else { return false }
            guard device.isMIG, let instance = device.gpuInstanceID, use.hasContext else { return true }
            return use.gpuInstanceID == instance
                && (device.computeInstanceID == nil || use.computeInstanceID == device.computeInstanceID)
        }
    }
}

/// One pod with its containers.
package struct PodUse: Sendable {
    package var identity: PodIdentity
    package var containers: [ContainerUse] = []
    /// False when the pod is gone and the kubelet has not forgotten it yet; nil where that cannot be told.
    package var isLive: Bool?

    /// `namespace/name`, or the uid where the name is not known.
    package var title: String {
        guard let name = identity.name else { return identity.uid.map { "pod with uid \($0)" } ?? "unknown pod" }
        return identity.namespace.map { "\($0)/\(name)" } ?? name
    }

    /// Whether this is the same pod: by uid where both have one, else by name.
    func isSame(as other: PodIdentity) -> Bool {
        if let uid = identity.uid, let otherUID = other.uid { return uid == otherUID }
        guard let name = identity.name, let otherName = other.name else { return false }
        return name == otherName && identity.namespace == other.namespace
    }
}

/// Puts pods together from what the kubelet tells and from whose processes use GPUs.
struct PodUses {
    private(set) var pods: [PodUse] = []
    private let lookup: DeviceLookup

    init(_ uses: [GPUUse], _ snapshot: PodsSnapshot?) {
        lookup = DeviceLookup(uses)
        for allocation in snapshot?.allocations ?? [] { add(allocation) }
        for use in uses {
            // Monitors hold every GPU and were given none: they are no workload.
            for process in use.processes ?? [] where !process.isDriverService {
                guard let pod = process.pod else { continue }
                add(process, of: pod, on: use.gpu.index)
            }
        }
        pods.sort { $0.title < $1.title }
    }

    private mutating func add(_ allocation: DeviceAllocation) {
        let identity = PodIdentity(uid: allocation.podUID, namespace: allocation.namespace, name: allocation.pod)
        let devices = allocation.deviceIDs.map { lookup.device($0, isDynamic: allocation.isDynamic) }
        let pod = index(of: identity)
        let container = index(of: allocation.container, inPod: pod)
        pods[pod].containers[container].allocations.append(allocation)
        pods[pod].containers[container].devices += devices
        pods[pod].isLive = pods[pod].isLive ?? allocation.isLive
    }

    private mutating func add(_ process: GPUProcessUse, of identity: PodIdentity, on gpuIndex: UInt32) {
        let pod = index(of: identity)
        let container = index(of: identity.container, inPod: pod)
        pods[pod].containers[container].uses.append((gpuIndex, process))
        pods[pod].isLive = true
    }

    private mutating func index(of identity: PodIdentity) -> Int {
        guard let index = pods.firstIndex(where: { $0.isSame(as: identity) }) else {
            var bare = identity
            bare.container = nil
            pods.append(PodUse(identity: bare))
            return pods.count - 1
        }
        // One source knows the uid, the other the name.
        pods[index].identity.uid = pods[index].identity.uid ?? identity.uid
        pods[index].identity.namespace = pods[index].identity.namespace ?? identity.namespace
        pods[index].identity.name = pods[index].identity.name ?? identity.name
        return index
    }

    private mutating func index(of container: String?, inPod pod: Int) -> Int {
        if let index = pods[pod].containers.firstIndex(where: { $0.name == container }) { return index }
        pods[pod].containers.append(ContainerUse(name: container))
        return pods[pod].containers.count - 1
    }
}
