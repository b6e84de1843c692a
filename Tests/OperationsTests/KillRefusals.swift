import Operations
import Snapshots

/// A process that must not be ended: why, and what the remedy must name.
struct KillRefusal: Sendable, CustomStringConvertible {
    let what: String
    let holder: GPUHolder
    let reason: String
    let remedy: String
    var scene = KillScene()

    init(_ what: String, _ holder: GPUHolder, _ reason: String, _ remedy: String, scene: KillScene = KillScene()) {
        self.what = what
        self.holder = holder
        self.reason = reason
        self.remedy = remedy
        self.scene = scene
    }

    var description: String { what }

    static let all = programs + disguised + states + places

    /// By the name of the program, as it is installed.
    private static let programs: [KillRefusal] = [
        ("k8s-mcp-agent", "agent", "session"), ("tini", "init", "pod"), ("dumb-init", "init", "pod"),
        ("pause", "init", "pod"), ("kubelet", "kubelet", "systemctl stop kubelet"), ("k3s", "kubelet", "systemctl"),
        ("k3s-agent", "kubelet", "systemctl"), ("rke2", "kubelet", "systemctl"), ("kubelite", "kubelet", "systemctl"),
        ("containerd", "container_runtime", "crictl"), ("containerd-shim-runc-v2", "container_runtime", "crictl"),
        ("crio", "container_runtime", "crictl"), ("dockerd", "container_runtime", "crictl"),
        ("conmon", "container_runtime", "crictl"), ("conmonrs", "container_runtime", "crictl"),
        ("runc", "container_runtime", "crictl"), ("cri-dockerd", "container_runtime", "crictl"),
        ("nvidia-container-runtime", "container_runtime", "crictl"), ("kata-runtime", "container_runtime", "crictl"),
        ("systemd", "system_manager", "systemctl"), ("systemd-logind", "system_manager", "systemctl"),
        ("systemd-udevd", "system_manager", "systemctl"), ("dbus-daemon", "system_manager", "systemctl"),
        ("sshd", "system_manager", "systemctl"), ("slurmstepd", "batch_system", "scancel"),
        ("qemu-system-x86_64", "virtual_machine", "virsh"), ("Xorg", "display_server", "multi-user.target"),
        ("nvidia-persistenced", "persistence_daemon", "systemctl stop nvidia-persistenced"),
        ("nv-fabricmanager", "fabric_manager", "systemctl stop nvidia-fabricmanager"),
        ("nvidia-imex", "imex_daemon", "systemctl stop nvidia-imex"),
        ("nvidia-cuda-mps-control", "mps_daemon", "echo quit | nvidia-cuda-mps-control"),
        ("nvidia-cuda-mps-server", "mps_daemon", "echo quit | nvidia-cuda-mps-control"),
        ("nvidia-vgpu-mgr", "vgpu_daemon", "systemctl"), ("nvidia-gridd", "vgpu_daemon", "systemctl"),
        ("nvidia-device-plugin", "device_plugin", "nvidia.com/gpu.deploy.device-plugin"),
        ("nvidia-mig-manager", "gpu_operator", "label"), ("nv-hostengine", "gpu_monitor", "nvidia-dcgm"),
        ("hyperkube", "kubelet", "systemctl stop kubelet"), ("runsc", "container_runtime", "crictl"),
        ("runsc-sandbox", "container_runtime", "crictl"), ("runsc-gofer", "container_runtime", "crictl"),
        ("nvidia-powerd", "power_daemon", "systemctl stop nvidia-powerd"), ("nvsm", "gpu_monitor", "label"),
        ("dcgm-exporter", "gpu_monitor", "dcgm-exporter"), ("gpu-feature-discovery", "gpu_monitor", "label"),
        ("gpud", "gpu_monitor", "label"),
    ].map { name, reason, remedy in KillRefusal(name, gpuHolder(name), reason, remedy) }

    /// Where name and program differ: refused by either, since that does no harm.
    private static let disguised = [
        KillRefusal(
            "a program called like the kubelet, in a pod",
            gpuHolder("kubelet", program: "miner", pod: trainer, owner: inPod), "kubelet", "kubectl delete pod train-0"),
        KillRefusal(
            "the kubelet under another name", gpuHolder("worker", program: "kubelet"), "kubelet",
            "systemctl stop kubelet"),
        KillRefusal(
            "a runtime whose file was replaced by an update",
            gpuHolder("containerd") { $0.identity.executable = .value("/usr/bin/containerd (deleted)") },
            "container_runtime", "crictl"),
        KillRefusal(
            "a name that the kernel has cut", gpuHolder("nvidia-persistenced", program: "x"), "persistence_daemon",
            "systemctl"),
    ]

    private static let states = [
        KillRefusal(
            "NVML lists it, the node has it not",
            GPUHolder(pid: 9, process: nil, holds: gpuHolder().holds), "gone", "look again"),
        KillRefusal("no such process", GPUHolder(pid: 9, process: nil), "gone", "list_gpu_processes"),
        KillRefusal("dead", gpuHolder(state: .dead), "gone", "look again"),
        KillRefusal("zombie", gpuHolder(state: .zombie), "zombie", "process 4000"),
        KillRefusal(
            "zombie of a pod", gpuHolder(state: .zombie, pod: trainer, owner: inPod), "zombie", "kubectl delete pod"),
        KillRefusal(
            "zombie whose threads live", gpuHolder(state: .zombie) { $0.identity.threadCount = .value(3) },
            "zombie_with_threads", "reboot"),
        KillRefusal("asleep in the kernel", gpuHolder(state: .uninterruptible), "uninterruptible", "reboot the node"),
        KillRefusal(
            "its program cannot be read",
            gpuHolder { $0.identity.executable = .unavailable(.noPermission) }, "unidentified", "CAP_SYS_PTRACE"),
        KillRefusal(
            "its start is not known", gpuHolder { $0.startTicks = 0 }, "unidentified", "hostPID"),
    ]

    private static let places = [
        KillRefusal("the first process", gpuHolder("bash", pid: 1), "init", "Reboot"),
        KillRefusal("kthreadd", gpuHolder("kthreadd", pid: 2), "kernel_thread", "analyze_xid_errors"),
        KillRefusal(
            "a kernel thread of the driver", gpuHolder("nv_queue") { $0.isKernelThread = true }, "kernel_thread",
            "reboot"),
        KillRefusal(
            "a thread", gpuHolder { $0.identity.threadGroupID = .value(4_700) }, "thread", "pid=4700"),
        KillRefusal(
            "this agent's own", gpuHolder("sh"), "this_agent", "closing its client", scene: KillScene(ownPIDs: [4_711])),
        KillRefusal(
            "first of its container",
            gpuHolder(pod: trainer, owner: inPod) { $0.identity.namespacePIDs = .value([4_711, 1]) }, "container_init",
            "kubectl delete pod train-0 -n research"),
        KillRefusal(
            "first of a container without a pod", gpuHolder { $0.identity.namespacePIDs = .value([4_711, 7, 1]) },
            "container_init", "docker stop"),
        KillRefusal(
            "of a system pod",
            gpuHolder(pod: PodIdentity(uid: "1", namespace: "kube-system", name: "cni-x"), owner: inPod), "system_pod",
            "DaemonSet"),
        KillRefusal(
            "of a service", gpuHolder("ollama", owner: .service("ollama.service")), "system_service",
            "systemctl stop ollama.service"),
        KillRefusal(
            "conmon under another name",
            gpuHolder(owner: .container(HostContainerReference(containerID: "ab", isMonitor: true))),
            "container_runtime",
            "crictl stop"),
        KillRefusal(
            "holds no GPU", gpuHolder("vim", isHolder: false) { $0.deviceNodes = .value([]) }, "not_a_gpu_process",
            "list_gpu_processes"),
        KillRefusal(
            "holds a GPU that nobody knows", gpuHolder("vim", isHolder: false), "holders_unknown", "describe_gpu_node"),
        KillRefusal(
            "nobody knows whether it holds one",
            gpuHolder("vim", isHolder: false) { $0.deviceNodes = .value(["nvidiactl"]) }, "holders_unknown", "problems",
            scene: KillScene(knowsAllHolders: false)),
    ]
}
