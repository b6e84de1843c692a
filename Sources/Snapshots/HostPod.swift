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

/// What the kubelet's device manager has given to pods, from its checkpoint file.
package struct HostDeviceCheckpoint: Sendable, Hashable {
    /// Entries stay until the kubelet forgets the pod, so one device can stand under a finished pod and under a living one.
    package var allocations: [HostDeviceAllocation]
    /// Per resource the ids of all devices that its plugin has registered, a vanished GPU's among them. Sorted by resource.
    package var registered: [Registered]

    package struct Registered: Sendable, Hashable {
        package var resource: String
        package var devices: [HostDeviceID]

        package init(resource: String, devices: [HostDeviceID]) {
            self.resource = resource
            self.devices = devices
        }
    }

    package init(allocations: [HostDeviceAllocation], registered: [Registered]) {
        self.allocations = allocations
        self.registered = registered
    }
}

/// Devices of one resource that one container was given.
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
