/// A program that must never be ended by a signal from here, and the right way to stop it.
///
/// A process counts as such a program by the file name of its executable or by the kernel's name of it. A name can be chosen
/// by anybody; but to refuse what only pretends to be the kubelet does no harm, and its pod can still be deleted.
package struct ProtectedProgram: Sendable {
    /// A fixed word, for example `container_runtime`.
    package let reason: String
    /// Beginnings of names; those that end in `$` are whole names.
    let names: [String]
    /// What it is, to follow "It is".
    let what: String
    let remedy: String

    /// The kernel keeps 15 characters of a name.
    private static let kernelNameLength = 15

    func matches(program: String?, kernelName: String) -> Bool {
        names.contains { name in
            let isWhole = name.hasSuffix("$")
            let text = isWhole ? String(name.dropLast()) : name
            let short = String(text.prefix(Self.kernelNameLength))
            if let program, isWhole ? program == text : program.hasPrefix(text) { return true }
            return isWhole ? kernelName == short : kernelName.hasPrefix(short)
        }
    }
}

extension ProtectedProgram {
    /// In the order in which they are looked up.
    package static let all: [ProtectedProgram] = nodePrograms + driverPrograms + watchers

    private static let nodePrograms = [
        ProtectedProgram(
            reason: "agent", names: ["k8s-mcp-agent"], what: "an agent like this one",
            remedy: "End its session (close its client, or delete its pod)."),
        ProtectedProgram(
            reason: "init",
            names: ["init$", "tini$", "dumb-init$", "catatonit$", "docker-init$", "pause$", "s6-svscan$"],
            what: "the first process of a system or a container",
            remedy: "Delete the pod, or stop the container or the machine by its manager."),
        ProtectedProgram(
            reason: "kubelet", names: ["kubelet", "k3s", "rke2", "k0s", "kubelite", "hyperkube"], what: "the kubelet",
            remedy:
                "Stop it with `systemctl stop kubelet` (k3s, rke2 and others by their own unit), on a cordoned node."),
        ProtectedProgram(
            reason: "container_runtime",
            names: [
                "containerd", "crio", "dockerd", "conmon", "cri-dockerd", "docker-proxy", "runc", "runsc", "crun",
                "youki", "podman", "buildkitd", "kata-", "sysbox-", "nvidia-container",
            ],
            what: "a part of the container runtime; all containers of the node depend on it",
            remedy: "Stop the container that holds the GPU: delete its pod, or `crictl stop` it."),
        ProtectedProgram(
            reason: "system_manager",
            names: [
                "systemd", "(sd-pam)$", "dbus-", "sshd", "udevd", "polkitd", "NetworkManager", "agetty$", "login$",
            ],
            what: "a part of the node's system", remedy: "Stop its unit with systemctl, if it must be stopped at all."),
        ProtectedProgram(
            reason: "batch_system", names: ["slurmd", "slurmstepd", "slurmctld", "pbs_mom", "condor_"],
            what: "a part of the batch system", remedy: "Cancel the job (scancel, qdel, condor_rm) instead."),
        ProtectedProgram(
            reason: "virtual_machine",
            names: ["qemu", "kvm$", "cloud-hyperviso", "firecracker", "virtlogd", "libvirtd"],
            what: "a virtual machine or its manager",
            remedy: "Shut the machine down by its manager (virsh shutdown, or stop the VirtualMachineInstance)."),
        ProtectedProgram(
            reason: "display_server",
            names: ["Xorg", "Xwayland", "gnome-shell", "gdm", "sddm", "lightdm", "weston$", "kwin"],
            what: "a display server", remedy: "Stop it with `systemctl isolate multi-user.target`."),
    ]

    private static let driverPrograms = [
        ProtectedProgram(
            reason: "persistence_daemon", names: ["nvidia-persistenced"],
            what: "the driver's persistence daemon, which keeps the GPUs initialised",
            remedy:
                "Stop it with `systemctl stop nvidia-persistenced`, or release one GPU with `nvidia-smi -i N -pm 0`."),
        ProtectedProgram(
            reason: "fabric_manager", names: ["nv-fabricmanager", "nvidia-fabricmanager", "nvlsm"],
            what: "the fabric manager; without it the NVLink fabric of all GPUs fails",
            remedy: "Stop it with `systemctl stop nvidia-fabricmanager`, only with no job on any GPU of the node."),
        ProtectedProgram(
            reason: "imex_daemon", names: ["nvidia-imex"],
            what: "the IMEX daemon, which shares memory between the nodes of a rack",
            remedy: "Stop it with `systemctl stop nvidia-imex`, only when no job of the rack uses it."),
        ProtectedProgram(
            reason: "mps_daemon", names: ["nvidia-cuda-mps-control", "nvidia-cuda-mps-server", "nvidia-cuda-mps"],
            what: "a daemon of the Multi-Process Service; its end ends all its clients",
            remedy: "Quit it with `echo quit | nvidia-cuda-mps-control`, after its clients have ended."),
        ProtectedProgram(
            reason: "power_daemon", names: ["nvidia-powerd"],
            what: "the driver's daemon that shares power between processor and GPU",
            remedy: "Stop it with `systemctl stop nvidia-powerd`."),
        ProtectedProgram(
            reason: "vgpu_daemon", names: ["nvidia-vgpu", "nvidia-gridd", "nvidia-topologyd"],
            what: "a daemon of the vGPU software; virtual machines depend on it",
            remedy: "Stop it with systemctl after the virtual machines on this GPU are shut down."),
    ]

    private static let watchers = [
        ProtectedProgram(
            reason: "device_plugin",
            names: ["nvidia-device-plugin", "nvidia-dra-plugin", "gpu-kubelet-plug", "nvidia-dra-driver"],
            what: "the plugin by which the kubelet knows the GPUs",
            remedy:
                "Take it off the node: label it nvidia.com/gpu.deploy.device-plugin=false (its DaemonSet restarts it)."),
        ProtectedProgram(
            reason: "gpu_operator",
            names: [
                "nvidia-mig-manager", "nvidia-mig-parted", "gpu-operator", "nvidia-validator", "nvidia-driver",
                "k8s-driver-mana",
            ],
            what: "a part of the GPU operator",
            remedy: "Take it off the node by the label nvidia.com/gpu.deploy.operands=false."),
        ProtectedProgram(
            reason: "gpu_monitor",
            names: [
                "nv-hostengine", "dcgm-exporter", "dcgmi", "gpu-feature-discovery", "gpud", "nvsm$", "nvsm_", "nvsm-",
            ],
            what: "a monitor of the GPUs, which its manager would start again",
            remedy: "Stop it by its manager: label the node nvidia.com/gpu.deploy.dcgm=false and "
                + "nvidia.com/gpu.deploy.dcgm-exporter=false, or `systemctl stop nvidia-dcgm`."),
    ]
}
