internal import NVML
internal import Snapshots

extension GPUInventory {
    /// Asks NVML what this GPU is.
    init(reading device: NVMLDevice) {
        self.init()
        readIdentity(device)
        readFirmware(device)
        readLinks(device)
        readModes(device)
        readPowerLimits(device)
    }

    /// Asks for the MIG mode only.
    init(readingMIGModeOf device: NVMLDevice) {
        self.init()
        readMIGMode(device)
    }

    private mutating func readIdentity(_ device: NVMLDevice) {
        architecture = Reading { () throws(NVMLError) in try device.architecture() }
        computeCapability = Reading { () throws(NVMLError) in
            let (major, minor) = try device.computeCapability()
            return UInt32(clamping: major * 10 + minor)
        }
        serial = Reading { () throws(NVMLError) in try device.serial() }.unless(Self.noSerial.contains)
        boardPartNumber = Reading { () throws(NVMLError) in try device.boardPartNumber() }
        minorNumber = Reading { () throws(NVMLError) in try device.minorNumber() }
        moduleID = Reading { () throws(NVMLError) in try device.moduleId() }
        memoryTotalBytes = Reading { () throws(NVMLError) in try device.memory().total }
    }

    /// What boards without a serial number answer instead of "not supported".
    private static let noSerial: Set<String> = ["", "0", "N/A"]

    private mutating func readFirmware(_ device: NVMLDevice) {
        vbiosVersion = Reading { () throws(NVMLError) in try device.vbiosVersion() }
        inforomImageVersion = Reading { () throws(NVMLError) in try device.inforomImageVersion() }
        isGSPFirmwareEnabled = Reading { () throws(NVMLError) in try device.gspFirmwareMode().enabled }
        gspFirmwareVersion = Reading { () throws(NVMLError) in try device.gspFirmwareVersion() }
    }

    private mutating func readLinks(_ device: NVMLDevice) {
        pcieMaxGeneration = Reading { () throws(NVMLError) in try device.maximumPCIeGeneration() }
        pcieGPUMaxGeneration = Reading { () throws(NVMLError) in try device.gpuMaximumPCIeGeneration() }
        pcieMaxWidth = Reading { () throws(NVMLError) in try device.maximumPCIeWidth() }
        nvlinkCount = Reading { () throws(NVMLError) in try device.nvlinkCount() }
        nvlinkVersion = Reading { () throws(NVMLError) in try device.nvlinkVersion(0) }
    }

    private mutating func readMIGMode(_ device: NVMLDevice) {
        migMode = Reading { () throws(NVMLError) in
            let mode = try device.migMode()
            return ModePair(current: mode.current, pending: mode.pending)
        }
    }

    private mutating func readModes(_ device: NVMLDevice) {
        readMIGMode(device)
        migDevices = readMIGDevices(device)
        eccMode = Reading { () throws(NVMLError) in
            let mode = try device.eccMode()
            return ModePair(current: mode.current, pending: mode.pending)
        }
        isPersistenceModeEnabled = Reading { () throws(NVMLError) in try device.persistenceMode() }
        computeMode = Reading { () throws(NVMLError) in try device.computeMode() }
        virtualizationMode = Reading { () throws(NVMLError) in try device.virtualizationMode() }
    }

    private func readMIGDevices(_ device: NVMLDevice) -> Reading<[MIGDevice]> {
        guard let mode = migMode.value else { return .unavailable(migMode.reason ?? .notRead) }
        guard mode.current else { return .value([]) }
        return Reading { () throws(NVMLError) in try device.migDevices().map { MIGDevice($0.device) } }
    }

    private mutating func readPowerLimits(_ device: NVMLDevice) {
        powerLimitMilliwatts = Reading { () throws(NVMLError) in try device.powerLimit() }
        powerLimitEnforcedMilliwatts = Reading { () throws(NVMLError) in try device.enforcedPowerLimit() }
        powerLimitDefaultMilliwatts = Reading { () throws(NVMLError) in try device.defaultPowerLimit() }
        let range = Reading { () throws(NVMLError) in try device.powerLimitRange() }
        powerLimitMinMilliwatts = range.map(\.min)
        powerLimitMaxMilliwatts = range.map(\.max)
    }
}

extension MIGDevice {
    /// What the device in one slot is, or only why NVML does not say.
    init(_ device: Result<NVMLDevice, NVMLError>) {
        switch device {
        case .success(let device): self.init(reading: device)
        case .failure(let error): self.init(refused: Unavailable(error.code))
        }
    }

    init(reading device: NVMLDevice) {
        self.init()
        uuid = Reading { () throws(NVMLError) in try device.uuid() }
        gpuInstanceID = Reading { () throws(NVMLError) in try device.gpuInstanceId() }
        computeInstanceID = Reading { () throws(NVMLError) in try device.computeInstanceId() }
        let memory = Reading { () throws(NVMLError) in try device.memory() }
        memoryTotalBytes = memory.map(\.total)
        memoryUsedBytes = memory.map(\.used)
        multiprocessorCount = Reading { () throws(NVMLError) in try device.migMultiprocessorCount() }
    }
}
