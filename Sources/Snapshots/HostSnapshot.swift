/// The host's own view of its GPUs, read from files without NVML.
package struct HostSnapshot: SnapshotCodable, Equatable {
    /// Version of the loaded kernel module (/proc/driver/nvidia/version); not supported: no such file, so no module.
    package var kernelModuleVersion: Reading<String> = .unavailable(.notRead)
    /// The GPUs on the PCI bus (sysfs: vendor 10de, class 0300 or 0302, no virtual functions).
    package var pciGPUs: Reading<[BusID]> = .unavailable(.notRead)
    /// The GPUs that the kernel module knows (/proc/driver/nvidia/gpus).
    package var procGPUs: Reading<[ProcGPU]> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) {
        try coder.code(&kernelModuleVersion)
        try coder.code(&pciGPUs)
        try coder.code(&procGPUs)
    }
}

/// What /proc/driver/nvidia/gpus/BUS-ID/information says of a GPU; readable even when NVML is dead.
package struct ProcGPU: SnapshotCodable, Equatable {
    package var busID = BusID()
    /// Marketing name; empty if the file does not say.
    package var model = ""
    /// `GPU-...`; empty when the GPU was never initialised (the file then shows question marks).
    package var uuid = ""
    /// N of /dev/nvidiaN.
    package var minorNumber: UInt32?

    package init() {}

    package mutating func code(with coder: inout some SnapshotCoder) throws(SnapshotError) {
        try coder.code(&busID)
        try coder.code(&model)
        try coder.code(&uuid)
        try coder.code(&minorNumber)
    }
}
