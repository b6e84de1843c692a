package import Snapshots

extension NodeSnapshot {
    /// Neither the PCI bus nor the kernel module's folder can be listed, so nobody can say whether NVML lists all GPUs; nil
    /// where one of them can, or NVML was not asked.
    ///
    /// Nodes without GPUs on the PCI bus (WSL, Tegra) have the bus all the same, with nothing of NVIDIA's on it.
    package var hostGPUsUnseen: AccessProblem? {
        guard driver.state.outcome == .ready, interruption == nil, let host,
            host.pciGPUs.reason == .notSupported, host.procGPUs.value == nil
        else { return nil }
        return AccessProblem(
            kind: "host_gpus_unseen",
            message:
                "Neither the PCI bus nor /proc/driver/nvidia/gpus can be seen: whether NVML lists every GPU of the node "
                + "is unknown.",
            remedy: "Give the agent the node's own /sys and /proc: a host root (--host-root) has to hold them as well.")
    }
}
