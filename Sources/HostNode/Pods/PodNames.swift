package import Snapshots

/// Turns what a cgroup tells into the names of a pod and its container.
package struct PodNames: Sendable {
    private let logs: PodLogNames
    private let states: ContainerState

    package init(_ files: any HostFiles) {
        logs = PodLogNames(files)
        states = ContainerState(files)
    }

    /// The pod and, if it can be told, the container; nil where no file of the node knows them.
    ///
    /// The cheapest source comes first: names of log files, then the runtime's own state.
    package func pod(of reference: HostContainerReference) -> HostPod? {
        if let id = reference.containerID, var pod = logs.container(id: id) ?? states.pod(containerID: id) {
            pod.uid = reference.podUID ?? pod.uid
            return pod
        }
        guard let uid = reference.podUID, var pod = logs.pod(uid: uid) else { return nil }
        if reference.containerID != nil { pod.container = logs.onlyContainer(of: pod) }
        return pod
    }

    /// The pod with this uid, without a container.
    package func pod(uid: String) -> HostPod? { logs.pod(uid: uid) }
}
