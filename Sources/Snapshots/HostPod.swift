/// A pod by the names that people know, as far as files of the node tell them.
package struct HostPod: Sendable, Hashable {
    package var namespace: String
    package var name: String
    /// As in cgroups and log directories: for a static pod not the API server's (see `HostContainerReference.podUID`).
    package var uid: String?
    /// The container; nil where only the pod is known.
    package var container: String?

    package init(namespace: String, name: String, uid: String? = nil, container: String? = nil) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.container = container
    }
}

/// Devices of one resource that one container was given, from the checkpoint file of the kubelet's device manager.
///
/// Entries stay until the kubelet forgets the pod, so one device can stand under a finished pod and under a living one.
package struct HostDeviceAllocation: Sendable, Hashable {
    package var podUID: String
    package var container: String
    /// For example `nvidia.com/gpu` or `nvidia.com/mig-1g.10gb`.
    package var resource: String
    package var devices: [HostDeviceID]

    package init(podUID: String, container: String, resource: String, devices: [HostDeviceID]) {
        self.podUID = podUID
        self.container = container
        self.resource = resource
        self.devices = devices
    }
}
