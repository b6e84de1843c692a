/// One device node of the NVIDIA driver that is there or should be.
package struct HostDeviceNode: Sendable, Hashable {
    package enum Access: String, Sendable, Hashable {
        case missing
        /// Something else than a character device stands there, or it cannot be looked at.
        case broken
        /// There, but access(2) says no.
        case noPermission = "no_permission"
        /// There, and access(2) says yes; a device cgroup can still refuse it.
        case openable
    }

    /// Below the node's root, for example `/dev/nvidia0`.
    package var path: String
    package var access: Access

    package init(path: String, access: Access) {
        self.path = path
        self.access = access
    }
}
