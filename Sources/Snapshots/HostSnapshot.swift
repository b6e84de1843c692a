/// The host's own view of its GPUs, read from files without NVML.
package struct HostSnapshot: SnapshotCodable, Equatable {
    /// Version of the loaded kernel module (/proc/driver/nvidia/version); not supported: no such file, so no module.
    package var kernelModuleVersion: Reading<String> = .unavailable(.notRead)
    /// The GPUs on the PCI bus (sysfs: vendor 10de, class 0300 or 0302, no virtual functions).
    package var pciGPUs: Reading<[BusID]> = .unavailable(.notRead)
    /// The GPUs that the kernel module knows (/proc/driver/nvidia/gpus).
    package var procGPUs: Reading<[HostGPU]> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&kernelModuleVersion)
        try coder.code(&pciGPUs)
        try coder.code(&procGPUs)
    }
}

extension HostGPU: SnapshotCodable {
    package init() { self.init(busID: BusID()) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&busID)
        try coder.code(&model)
        try coder.code(&uuid)
        try coder.code(&minorNumber)
        try coder.code(&isExcluded)
    }
}
