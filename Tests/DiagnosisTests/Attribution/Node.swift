import Snapshots
import Testing

@testable import Diagnosis

/// A node of two GPUs (`GPU-0` and `GPU-1`, device nodes nvidia5 and nvidia6) that a test fills.
struct Node {
    var snapshot = NodeSnapshot()

    init() {
        snapshot.gpus = [UInt32(0), 1].map { index in
            var gpu = GPUSnapshot()
            gpu.index = index
            gpu.uuid = .value("GPU-\(index)")
            gpu.busID = .value(BusID(domain: 0, bus: UInt8(index + 1), device: 0))
            gpu.isSelected = true
            gpu.inventory = GPUInventory()
            gpu.inventory?.minorNumber = .value(index + 5)
            gpu.processes = GPUProcesses()
            gpu.processes?.compute = .value([])
            gpu.processes?.graphics = .value([])
            return gpu
        }
        snapshot.nodeProcesses = ProcessesSnapshot()
        snapshot.nodeProcesses?.processCount = .value(100)
    }

    var attribution: GPUAttribution { GPUAttribution(snapshot) }

    mutating func use(_ gpu: Int, gib: UInt64) {
        snapshot.gpus[gpu].telemetry = GPUTelemetry()
        snapshot.gpus[gpu].telemetry?.memory = .value(
            MemoryUse(total: 80 << 30, used: gib << 30, free: (80 - gib) << 30, reserved: 0))
    }

    /// A process in NVML's list only.
    mutating func list(_ pid: UInt32, gpu: Int, gib: UInt64?, instance: UInt32? = nil) {
        let process = GPUProcess(
            pid: pid, usedMemoryBytes: gib.map { $0 << 30 }, gpuInstanceID: instance,
            computeInstanceID: instance.map { _ in 0 })
        let listed = snapshot.gpus[gpu].processes?.compute.value ?? []
        snapshot.gpus[gpu].processes?.compute = .value(listed + [process])
    }

    /// A process with a context, of a pod or of another owner.
    mutating func context(
        _ pid: UInt32, gpu: Int, gib: UInt64?, pod: String? = nil,
        owner: Reading<HostProcessOwner> = .value(.unknown), state: HostProcess.State = .running,
        instance: UInt32? = nil
    ) {
        list(pid, gpu: gpu, gib: gib, instance: instance)
        add(Int32(pid), "python3", pod, owner, state, ["nvidia\(gpu + 5)"])
    }

    mutating func holder(
        _ pid: Int32, minor gpu: Int, name: String = "python3", pod: String? = nil, state: HostProcess.State = .sleeping
    ) {
        add(pid, name, pod, .value(.unknown), state, ["nvidia\(gpu + 5)", "nvidiactl"])
    }

    private mutating func add(
        _ pid: Int32, _ name: String, _ pod: String?, _ owner: Reading<HostProcessOwner>, _ state: HostProcess.State,
        _ nodes: [String]
    ) {
        let ownerOfPod = pod.map { HostProcessOwner.pod(HostContainerReference(podUID: "uid-\($0)")) }
        let process = HostProcess(
            pid: pid, name: name, state: state, owner: ownerOfPod.map(Reading.value) ?? owner,
            deviceNodes: .value(nodes))
        let identity = pod.map { PodIdentity(uid: "uid-\($0)", namespace: "space", name: $0, container: "main") }
        snapshot.nodeProcesses?.processes.append(NodeProcess(process, pod: identity))
    }

    /// The kubelet gave devices to a pod's container.
    mutating func give(_ pod: String, _ ids: [String]) {
        var pods = snapshot.pods ?? PodsSnapshot()
        pods.podResources = KubeletSource(.read, path: "/socket")
        var allocation = DeviceAllocation()
        allocation.namespace = "space"
        allocation.pod = pod
        allocation.container = "main"
        allocation.resource = "nvidia.com/gpu"
        allocation.deviceIDs = ids
        pods.allocations.append(allocation)
        snapshot.pods = pods
    }

    /// The node has exactly this finding.
    func expect(
        _ kind: AttributionFinding.Kind, _ severity: Severity, gpu: UInt32? = nil, pid: Int32? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let found = attribution.findings
        #expect(found.map(\.kind) == [kind], sourceLocation: location)
        #expect(found.first?.severity == severity, sourceLocation: location)
        #expect(found.first?.gpuIndex == gpu, sourceLocation: location)
        #expect(found.first?.pid == pid, sourceLocation: location)
        #expect(found.first?.remedy.isEmpty == false, sourceLocation: location)
    }
}
