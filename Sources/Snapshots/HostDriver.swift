/// The loaded NVIDIA kernel module, as /proc/driver/nvidia/version and /sys/module/nvidia tell.
package struct HostDriver: Sendable, Hashable {
    /// For example `570.133.20`; the user-space library must have the same version.
    package var version: String
    /// True for the open kernel module ("Open Kernel Module" in its version line).
    package var isOpen: Bool
    /// The line that starts with `NVRM version:`, what follows it, capped.
    package var versionLine: String
    /// The compiler that built the module (`GCC version:` line); nil where the line is missing.
    package var compilerLine: String?
    /// `/sys/module/nvidia/refcnt`: dependent modules and open device nodes.
    package var referenceCount: Reading<Int>
    /// `/sys/module/nvidia/taint`: `P` proprietary, `O` built out of tree, `E` unsigned; empty for none.
    package var taint: Reading<String>

    package init(
        version: String, isOpen: Bool, versionLine: String, compilerLine: String?,
        referenceCount: Reading<Int> = .unavailable(.notRead), taint: Reading<String> = .unavailable(.notRead)
    ) {
        self.version = version
        self.isOpen = isOpen
        self.versionLine = versionLine
        self.compilerLine = compilerLine
        self.referenceCount = referenceCount
        self.taint = taint
    }
}

/// What the kernel module tells of one GPU without NVML: `/proc/driver/nvidia/gpus/<bus id>/information`.
package struct HostGPU: Sendable, Hashable {
    package var busID: BusID
    /// "Unknown" is what the driver prints where it could not tell; that is nil here, as for all others.
    package var model: String?
    /// `GPU-...`; nil when the driver never initialised this GPU (it prints question marks then).
    package var uuid: String?
    package var videoBIOS: String?
    /// N of /dev/nvidiaN, which is not the NVML index.
    package var minorNumber: UInt32?
    package var interrupt: UInt32?
    /// The version of the GSP firmware that runs; nil without GSP ("N/A").
    package var firmware: String?
    /// True when the module was told to leave this GPU alone (NVreg_ExcludedGpus).
    package var isExcluded: Bool?

    package init(
        busID: BusID, model: String? = nil, uuid: String? = nil, videoBIOS: String? = nil, minorNumber: UInt32? = nil,
        interrupt: UInt32? = nil, firmware: String? = nil, isExcluded: Bool? = nil
    ) {
        self.busID = busID
        self.model = model
        self.uuid = uuid
        self.videoBIOS = videoBIOS
        self.minorNumber = minorNumber
        self.interrupt = interrupt
        self.firmware = firmware
        self.isExcluded = isExcluded
    }
}

/// One loaded kernel module of those that matter to GPUs, from /proc/modules.
package struct HostModule: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case live = "Live"
        case loading = "Loading"
        case unloading = "Unloading"
    }

    package var name: String
    package var sizeBytes: UInt64
    /// Nil where the kernel prints `-`.
    package var referenceCount: Int?
    /// The modules that depend on this one.
    package var users: [String]
    package var state: State?

    package init(name: String, sizeBytes: UInt64, referenceCount: Int?, users: [String], state: State?) {
        self.name = name
        self.sizeBytes = sizeBytes
        self.referenceCount = referenceCount
        self.users = users
        self.state = state
    }
}
