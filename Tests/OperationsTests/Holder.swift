import Operations
import Snapshots

/// A process that may be ended, to be changed in the one way that a test is about.
func gpuHolder(
    _ name: String = "python3", program: String? = nil, pid: Int32 = 4_711, state: HostProcess.State = .sleeping,
    pod: PodIdentity? = nil, owner: HostProcessOwner = .unknown, isHolder: Bool = true,
    _ change: (inout HostProcess) -> Void = { _ in }
) -> GPUHolder {
    var process = HostProcess(
        pid: pid, parentPID: 4_000, name: String(name.prefix(15)), state: state, startTicks: 99, uid: .value(1_000),
        commandLine: .value(name), owner: .value(owner), deviceNodes: .value(["nvidia0"]))
    process.identity.executable = .value("/usr/bin/\(program ?? name)")
    process.identity.namespacePIDs = .value([pid])
    process.identity.threadGroupID = .value(pid)
    process.identity.threadCount = .value(1)
    change(&process)
    let hold = GPUHolder.Hold(gpuIndex: 0, gpuUUID: "GPU-a", relations: ["compute"], memoryBytes: 1 << 30)
    return GPUHolder(pid: pid, process: process, user: "ann", pod: pod, holds: isHolder ? [hold] : [])
}

let trainer = PodIdentity(uid: "0c0d", namespace: "research", name: "train-0", container: "main")
let inPod = HostProcessOwner.pod(HostContainerReference(podUID: "0c0d-1", containerID: "ab"))
