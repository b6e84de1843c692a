/// What a GPU is: facts that stay the same until the driver is reloaded or somebody changes a setting.
package struct GPUInventory: SnapshotCodable, Equatable {
    /// `nvmlDeviceArchitecture_t`: 7 Ampere, 8 Ada, 9 Hopper, 10 Blackwell.
    package var architecture: Reading<UInt32> = .unavailable(.notRead)
    /// CUDA compute capability, major and minor as 10 x major + minor (Hopper: 90).
    package var computeCapability: Reading<UInt32> = .unavailable(.notRead)
    /// Serial number of the board.
    package var serial: Reading<String> = .unavailable(.notRead)
    /// NVIDIA's part number of the board.
    package var boardPartNumber: Reading<String> = .unavailable(.notRead)
    /// N of /dev/nvidiaN; not the index.
    package var minorNumber: Reading<UInt32> = .unavailable(.notRead)
    /// Slot number of an SXM module in its baseboard.
    package var moduleID: Reading<UInt32> = .unavailable(.notRead)
    /// Total framebuffer memory.
    package var memoryTotalBytes: Reading<UInt64> = .unavailable(.notRead)
    /// Version of the video BIOS.
    package var vbiosVersion: Reading<String> = .unavailable(.notRead)
    /// Version of the InfoROM image.
    package var inforomImageVersion: Reading<String> = .unavailable(.notRead)
    /// True when the GPU system processor runs the driver's firmware (Xid 119 and 120 exist only then).
    package var isGSPFirmwareEnabled: Reading<Bool> = .unavailable(.notRead)
    /// Version of that firmware.
    package var gspFirmwareVersion: Reading<String> = .unavailable(.notRead)
    /// The highest PCIe generation that GPU and system allow together.
    package var pcieMaxGeneration: Reading<UInt32> = .unavailable(.notRead)
    /// The highest PCIe generation of the GPU itself.
    package var pcieGPUMaxGeneration: Reading<UInt32> = .unavailable(.notRead)
    /// The highest PCIe width in lanes.
    package var pcieMaxWidth: Reading<UInt32> = .unavailable(.notRead)
    /// Number of NVLinks (field 91).
    package var nvlinkCount: Reading<UInt32> = .unavailable(.notRead)
    /// `nvmlNvlinkVersion_t` of link 0: 4 is NVLink 3.0, 6 is 4.0, 7 is 5.0.
    package var nvlinkVersion: Reading<UInt32> = .unavailable(.notRead)
    /// MIG mode in force, and the one after the next reset.
    package var migMode: Reading<ModePair> = .unavailable(.notRead)
    /// The MIG devices of this GPU; empty when MIG is on but nothing is configured.
    package var migDevices: Reading<[MIGDevice]> = .unavailable(.notRead)
    /// ECC mode in force, and the one after the next reset.
    package var eccMode: Reading<ModePair> = .unavailable(.notRead)
    /// Persistence mode: the driver keeps the GPU initialised without clients.
    package var isPersistenceModeEnabled: Reading<Bool> = .unavailable(.notRead)
    /// `nvmlComputeMode_t`: 0 default, 2 prohibited, 3 exclusive process.
    package var computeMode: Reading<UInt32> = .unavailable(.notRead)
    /// `nvmlGpuVirtualizationMode_t`: 0 none, 1 pass-through, 2 vGPU guest, 3 vGPU host, 4 vSGA.
    package var virtualizationMode: Reading<UInt32> = .unavailable(.notRead)
    /// Power limit that was set, milliwatts.
    package var powerLimitMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Power limit after every limiter is taken into account, milliwatts.
    package var powerLimitEnforcedMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Power limit at boot, milliwatts.
    package var powerLimitDefaultMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Lowest power limit that may be set, milliwatts.
    package var powerLimitMinMilliwatts: Reading<UInt32> = .unavailable(.notRead)
    /// Highest power limit that may be set, milliwatts.
    package var powerLimitMaxMilliwatts: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&architecture)
        try coder.code(&computeCapability)
        try coder.code(&serial)
        try coder.code(&boardPartNumber)
        try coder.code(&minorNumber)
        try coder.code(&moduleID)
        try coder.code(&memoryTotalBytes)
        try coder.code(&vbiosVersion)
        try coder.code(&inforomImageVersion)
        try coder.code(&isGSPFirmwareEnabled)
        try coder.code(&gspFirmwareVersion)
        try coder.code(&pcieMaxGeneration)
        try coder.code(&pcieGPUMaxGeneration)
        try coder.code(&pcieMaxWidth)
        try coder.code(&nvlinkCount)
        try coder.code(&nvlinkVersion)
        try coder.code(&migMode)
        try coder.code(&migDevices)
        try coder.code(&eccMode)
        try coder.code(&isPersistenceModeEnabled)
        try coder.code(&computeMode)
        try coder.code(&virtualizationMode)
        try coder.code(&powerLimitMilliwatts)
        try coder.code(&powerLimitEnforcedMilliwatts)
        try coder.code(&powerLimitDefaultMilliwatts)
        try coder.code(&powerLimitMinMilliwatts)
        try coder.code(&powerLimitMaxMilliwatts)
    }
}

/// A mode that changes only with a reset: what holds now and what will hold after it.
package struct ModePair: SnapshotCodable, Hashable {
    /// In force now.
    package var current = false
    /// In force after the next reset or reboot; different from `current` means that one is outstanding.
    package var pending = false

    package init() {}
    package init(current: Bool, pending: Bool) {
        self.current = current
        self.pending = pending
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&current)
        try coder.code(&pending)
    }
}

/// One MIG device: a compute instance of a GPU instance.
package struct MIGDevice: SnapshotCodable, Equatable {
    /// `MIG-...`
    package var uuid: Reading<String> = .unavailable(.notRead)
    /// The id that the kernel log calls GPU-I.
    package var gpuInstanceID: Reading<UInt32> = .unavailable(.notRead)
    /// The id that the kernel log calls GPU-CI.
    package var computeInstanceID: Reading<UInt32> = .unavailable(.notRead)
    /// Memory of the device.
    package var memoryTotalBytes: Reading<UInt64> = .unavailable(.notRead)
    /// Memory in use.
    package var memoryUsedBytes: Reading<UInt64> = .unavailable(.notRead)
    /// Streaming multiprocessors of the device.
    package var multiprocessorCount: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    /// A slot that NVML does not open.
    package init(refused reason: Unavailable) {
        uuid = .unavailable(reason)
        gpuInstanceID = .unavailable(reason)
        computeInstanceID = .unavailable(reason)
        memoryTotalBytes = .unavailable(reason)
        memoryUsedBytes = .unavailable(reason)
        multiprocessorCount = .unavailable(reason)
    }

    /// Why NVML does not open the slot: without a handle nothing of it has a value.
    package var refusal: Unavailable? {
        guard let reason = uuid.reason, gpuInstanceID.value == nil, computeInstanceID.value == nil,
            memoryTotalBytes.value == nil
        else { return nil }
        return reason
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&uuid)
        try coder.code(&gpuInstanceID)
        try coder.code(&computeInstanceID)
        try coder.code(&memoryTotalBytes)
        try coder.code(&memoryUsedBytes)
        try coder.code(&multiprocessorCount)
    }
}

extension Array: SnapshotCodable where Element: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) { try coder.code(&self) }
}
