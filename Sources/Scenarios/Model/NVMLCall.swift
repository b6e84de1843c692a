/// What can be asked of NVML, each once: every binary interface of a call (`nvmlInit`, `nvmlInit_v2`) is the same call.
package enum NVMLCall: Int, CaseIterable, Sendable {
    case initialise, shutdown
    case systemGetDriverVersion, systemGetNVMLVersion, systemGetCudaDriverVersion, systemGetDriverBranch
    case systemGetProcessName, systemGetHicVersion
    case systemGetConfComputeState, systemGetConfComputeSettings
    case systemGetConfComputeGpusReadyState
    case getExcludedDeviceCount, getExcludedDeviceInfoByIndex
    case deviceGetCount, deviceGetHandleByIndex, deviceGetHandleByUUID, deviceGetHandleByPciBusId
    case deviceGetHandleBySerial
    case deviceGetIndex, deviceGetUUID, deviceGetName, deviceGetSerial, deviceGetBoardPartNumber
    case deviceGetVbiosVersion
    case deviceGetInforomImageVersion, deviceGetInforomVersion, deviceValidateInforom
    case deviceGetInforomConfigurationChecksum
    case deviceGetMinorNumber, deviceGetBoardId, deviceGetModuleId, deviceGetMultiGpuBoard, deviceGetBrand
    case deviceGetArchitecture
    case deviceGetCudaComputeCapability, deviceGetPciInfo, deviceGetPciInfoExt, deviceGetPlatformInfo, deviceGetPdi
    case deviceGetGspFirmwareMode, deviceGetGspFirmwareVersion, deviceGetPersistenceMode, deviceGetComputeMode
    case deviceGetVirtualizationMode, deviceGetDisplayActive, deviceGetDisplayMode
    case deviceGetC2cModeInfo
    case deviceGetNumaNodeId, deviceGetAddressingMode, deviceGetGpuUptime, deviceGetNumGpuCores
    case deviceGetMemoryBusWidth
    case deviceGetIrqNum, deviceGetBusType
    case deviceGetMemoryInfo, deviceGetBAR1MemoryInfo
    case deviceGetUtilizationRates, deviceGetEncoderUtilization, deviceGetDecoderUtilization, deviceGetJpgUtilization
    case deviceGetOfaUtilization, deviceGetEncoderStats
    case deviceGetPowerUsage, deviceGetTotalEnergyConsumption, deviceGetPowerManagementMode
    case deviceGetPowerManagementLimit
    case deviceGetPowerManagementDefaultLimit, deviceGetPowerManagementLimitConstraints, deviceGetEnforcedPowerLimit
    case deviceGetPowerSource, deviceGetNumFans, deviceGetFanSpeed, deviceGetFanSpeedRPM, deviceGetTargetFanSpeed
    case deviceGetMinMaxFanSpeed
    case deviceGetClockInfo, deviceGetMaxClockInfo, deviceGetClock, deviceGetApplicationsClock
    case deviceGetDefaultApplicationsClock
    case deviceGetMaxCustomerBoostClock, deviceGetSupportedMemoryClocks, deviceGetSupportedGraphicsClocks
    case deviceGetPerformanceState, deviceGetPowerState, deviceGetCurrentClocksEventReasons
    case deviceGetSupportedClocksEventReasons, deviceGetViolationStatus, deviceGetClkMonStatus

    case deviceGetTemperature, deviceGetTemperatureThreshold, deviceGetMarginTemperature, deviceGetThermalSettings
    case deviceGetEccMode, deviceGetDefaultEccMode, deviceGetTotalEccErrors, deviceGetDetailedEccErrors
    case deviceGetMemoryErrorCounter, deviceGetSramEccErrorStatus, deviceGetSramUniqueUncorrectedEccErrorCounts
    case deviceGetRetiredPages, deviceGetRetiredPagesPendingStatus, deviceGetRemappedRows
    case deviceGetRowRemapperHistogram
    case deviceGetRepairStatus, deviceGetUnrepairableMemoryFlag, deviceGetBankRemapperStatus
    case deviceGetCurrPcieLinkGeneration, deviceGetCurrPcieLinkWidth, deviceGetMaxPcieLinkGeneration
    case deviceGetGpuMaxPcieLinkGeneration, deviceGetMaxPcieLinkWidth, deviceGetPcieReplayCounter
    case deviceGetPcieThroughput
    case deviceGetPcieSpeed, deviceGetPcieLinkMaxSpeed
    case deviceGetNvLinkState, deviceGetNvLinkVersion, deviceGetNvLinkCapability, deviceGetNvLinkRemotePciInfo
    case deviceGetNvLinkRemoteDeviceType, deviceGetNvLinkErrorCounter, deviceGetNvLinkInfo
    case deviceGetGpuFabricInfo
    case deviceGetTopologyCommonAncestor, deviceGetTopologyNearestGpus, deviceGetP2PStatus, deviceOnSameBoard
    case deviceGetCpuAffinity, deviceGetMemoryAffinity
    case deviceGetMigMode, deviceGetMaxMigDeviceCount, deviceGetMigDeviceHandleByIndex, deviceIsMigDeviceHandle
    case deviceGetDeviceHandleFromMigDeviceHandle, deviceGetGpuInstanceId, deviceGetComputeInstanceId
    case deviceGetAttributes
    case deviceGetGpuInstanceById, deviceGetGpuInstances, gpuInstanceGetInfo, gpuInstanceGetComputeInstances
    case gpuInstanceGetComputeInstanceById, computeInstanceGetInfo
    case deviceGetComputeRunningProcesses, deviceGetGraphicsRunningProcesses, deviceGetMPSComputeRunningProcesses
    case deviceGetRunningProcessDetailList, deviceGetProcessUtilization, deviceGetProcessesUtilizationInfo
    case deviceGetAccountingMode, deviceGetAccountingPids, deviceGetAccountingStats, deviceGetAccountingBufferSize
    case deviceGetFieldValues
    case eventSetCreate, eventSetWait, eventSetFree, deviceGetSupportedEventTypes, deviceRegisterEvents
    case systemEventSetCreate, systemEventSetFree, systemRegisterEvents, systemEventSetWait
    /// Whatever no simulated GPU has an answer to.
    case deviceGetUnsupported
    case deviceModifyDrainState, deviceQueryDrainState, deviceRemoveGpu, deviceDiscoverGpus

    /// The function's name without a version suffix.
    package var name: String {
        if self == .initialise { return "nvmlInit" }
        let word = String(describing: self)
        return "nvml" + word.prefix(1).uppercased() + word.dropFirst()
    }

    /// The call that a function name means; newer and older names of one call mean the same.
    init(_ function: String, at path: String) throws(ScenarioError) {
        let bare = Self.withoutVersion(function)
        guard let found = Self.allCases.first(where: { $0.name == bare }) else {
            let near = suggestion(for: bare, among: Self.allCases.map(\.name))
            throw ScenarioError("unknown NVML function \"\(function)\"\(near)", at: path)
        }
        self = found
    }

    /// Names that say the same as another one.
    private static let aliases = [
        "nvmlInitWithFlags": "nvmlInit",
        "nvmlDeviceGetTemperatureV": "nvmlDeviceGetTemperature",
        "nvmlDeviceGetC2cModeInfoV": "nvmlDeviceGetC2cModeInfo",
        "nvmlDeviceGetGpuFabricInfoV": "nvmlDeviceGetGpuFabricInfo",
        "nvmlDeviceGetHandleByUUIDV": "nvmlDeviceGetHandleByUUID",
        "nvmlDeviceGetCurrentClocksThrottleReasons": "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlDeviceGetSupportedClocksThrottleReasons": "nvmlDeviceGetSupportedClocksEventReasons",
        "nvmlDeviceGetCpuAffinityWithinScope": "nvmlDeviceGetCpuAffinity",
    ]

    private static func withoutVersion(_ function: String) -> String {
        var name = Substring(function)
        if let mark = name.lastIndex(of: "_"), name[mark...].dropFirst().first == "v" { name = name[..<mark] }
        return aliases[String(name)] ?? String(name)
    }
}
