/// What a process belongs to, as far as its cgroup tells.
package enum HostProcessOwner: Sendable, Hashable {
    /// A container of a Kubernetes pod, or the pod's own processes.
    case pod(HostContainerReference)
    /// A container that no kubelet made.
    case container(HostContainerReference)
    /// A job of the Slurm batch system.
    case slurmJob(id: String, step: String?)
    /// Someone's login or user services.
    case userSession(uid: UInt32)
    /// A systemd service of the node, for example `nvidia-persistenced.service`.
    case service(String)
    /// No cgroup that says anything: a process of the node, or one whose cgroup namespace hides it.
    case unknown

    /// The pod or container, if it is one.
    package var container: HostContainerReference? {
        switch self {
        case .pod(let reference), .container(let reference): reference
        default: nil
        }
    }
}

/// A container as the names of cgroups have it.
package struct HostContainerReference: Sendable, Hashable {
    package enum Runtime: String, Sendable, Hashable {
        case containerd
        case crio = "cri-o"
        case docker
        case podman
    }

    /// The pod's uid with dashes; of a static pod the 32 hexadecimal digits of its configuration's hash, which is not the
    /// uid that the API server knows but stands in its annotation `kubernetes.io/config.hash`. Nil outside of pods.
    package var podUID: String?
    /// 64 hexadecimal digits; nil where the cgroup is the pod's own.
    package var containerID: String?
    /// Nil where the cgroup's name does not tell (the cgroupfs driver).
    package var runtime: Runtime?
    /// True for the runtime's helper beside the container (conmon), not the container itself.
    package var isMonitor: Bool

    package init(
        podUID: String? = nil, containerID: String? = nil, runtime: Runtime? = nil, isMonitor: Bool = false
    ) {
        self.podUID = podUID
        self.containerID = containerID
        self.runtime = runtime
        self.isMonitor = isMonitor
    }
}
