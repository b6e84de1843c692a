/// The loaded NVIDIA kernel module, as /proc/driver/nvidia/version tells.
package struct HostDriver: Sendable, Hashable {
    /// For example `570.133.20`; the user-space library must have the same version.
    package var version: String
    /// True for the open kernel module ("Open Kernel Module" in its version line).
    package var isOpen: Bool

    package init(version: String, isOpen: Bool) {
        self.version = version
        self.isOpen = isOpen
    }
}

/// What the kernel module tells of one GPU without NVML: `/proc/driver/nvidia/gpus/<bus id>/information`.
package struct HostGPU: Sendable, Hashable {
    package var busID: BusID
    /// "Unknown" is what the driver prints where it could not tell; that is nil here, as for all others.
    package var model: String?
    /// `GPU-...`; nil when the driver never initialised this GPU (it prints question marks then).
    package var uuid: String?
    /// N of /dev/nvidiaN, which is not the NVML index.
    package var minorNumber: UInt32?
    /// True when the module was told to leave this GPU alone (NVreg_ExcludedGpus).
    package var isExcluded: Bool?

    package init(
        busID: BusID, model: String? = nil, uuid: String? = nil, minorNumber: UInt32? = nil, isExcluded: Bool? = nil
    ) {
        self.busID = busID
        self.model = model
        self.uuid = uuid
        self.minorNumber = minorNumber
        self.isExcluded = isExcluded
    }
}
