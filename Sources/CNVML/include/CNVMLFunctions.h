// The signature of every function that this project calls or simulates, as pfn_<name>.
//
// A name without suffix is the oldest binary interface of that function, although the vendor's header maps it to the
// newest one: whoever looks symbols up must ask for the suffix.

#ifndef CNVML_FUNCTIONS_H
#define CNVML_FUNCTIONS_H

#include "CNVMLTypes.h"

#define CNVML_FUNCTION(name, ...) typedef nvmlReturn_t (*pfn_##name)(__VA_ARGS__)

// Life cycle.
CNVML_FUNCTION(nvmlInit_v2, void);
CNVML_FUNCTION(nvmlInitWithFlags, unsigned int);
CNVML_FUNCTION(nvmlShutdown, void);

// System.
CNVML_FUNCTION(nvmlSystemGetDriverVersion, char *, unsigned int);
CNVML_FUNCTION(nvmlSystemGetNVMLVersion, char *, unsigned int);
CNVML_FUNCTION(nvmlSystemGetCudaDriverVersion, int *);
CNVML_FUNCTION(nvmlSystemGetCudaDriverVersion_v2, int *);
CNVML_FUNCTION(nvmlSystemGetDriverBranch, nvmlSystemDriverBranchInfo_v1_t *, unsigned int);
CNVML_FUNCTION(nvmlSystemGetProcessName, unsigned int, char *, unsigned int);
CNVML_FUNCTION(nvmlSystemGetConfComputeState, nvmlConfComputeSystemState_t *);
CNVML_FUNCTION(nvmlSystemGetConfComputeSettings, nvmlSystemConfComputeSettings_v1_t *);
CNVML_FUNCTION(nvmlSystemGetConfComputeGpusReadyState, unsigned int *);
CNVML_FUNCTION(nvmlGetExcludedDeviceCount, unsigned int *);
CNVML_FUNCTION(nvmlGetExcludedDeviceInfoByIndex, unsigned int, nvmlExcludedDeviceInfo_t *);

// Inventory.
CNVML_FUNCTION(nvmlDeviceGetCount, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetCount_v2, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetHandleByIndex, unsigned int, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetHandleByIndex_v2, unsigned int, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetHandleByUUID, const char *, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetHandleByPciBusId, const char *, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetHandleByPciBusId_v2, const char *, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetIndex, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetUUID, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetName, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetSerial, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetBoardPartNumber, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetVbiosVersion, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetInforomImageVersion, nvmlDevice_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceGetInforomVersion, nvmlDevice_t, nvmlInforomObject_t, char *, unsigned int);
CNVML_FUNCTION(nvmlDeviceValidateInforom, nvmlDevice_t);
CNVML_FUNCTION(nvmlDeviceGetInforomConfigurationChecksum, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMinorNumber, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetBoardId, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetModuleId, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetBrand, nvmlDevice_t, nvmlBrandType_t *);
CNVML_FUNCTION(nvmlDeviceGetArchitecture, nvmlDevice_t, nvmlDeviceArchitecture_t *);
CNVML_FUNCTION(nvmlDeviceGetCudaComputeCapability, nvmlDevice_t, int *, int *);
CNVML_FUNCTION(nvmlDeviceGetPciInfo, nvmlDevice_t, nvmlPciInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetPciInfo_v2, nvmlDevice_t, nvmlPciInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetPciInfo_v3, nvmlDevice_t, nvmlPciInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetPciInfoExt, nvmlDevice_t, nvmlPciInfoExt_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetPlatformInfo, nvmlDevice_t, nvmlPlatformInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetGspFirmwareMode, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetGspFirmwareVersion, nvmlDevice_t, char *);
CNVML_FUNCTION(nvmlDeviceGetPersistenceMode, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetComputeMode, nvmlDevice_t, nvmlComputeMode_t *);
CNVML_FUNCTION(nvmlDeviceGetVirtualizationMode, nvmlDevice_t, nvmlGpuVirtualizationMode_t *);
CNVML_FUNCTION(nvmlDeviceGetDisplayActive, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetC2cModeInfoV, nvmlDevice_t, nvmlC2cModeInfo_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetNumaNodeId, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetAddressingMode, nvmlDevice_t, nvmlDeviceAddressingMode_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuUptime_v1, nvmlDevice_t, nvmlGpuUptime_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetNumGpuCores, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMemoryBusWidth, nvmlDevice_t, unsigned int *);

// Memory.
CNVML_FUNCTION(nvmlDeviceGetMemoryInfo, nvmlDevice_t, nvmlMemory_t *);
CNVML_FUNCTION(nvmlDeviceGetMemoryInfo_v2, nvmlDevice_t, nvmlMemory_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetBAR1MemoryInfo, nvmlDevice_t, nvmlBAR1Memory_t *);

// Utilization, power, fans.
CNVML_FUNCTION(nvmlDeviceGetUtilizationRates, nvmlDevice_t, nvmlUtilization_t *);
CNVML_FUNCTION(nvmlDeviceGetEncoderUtilization, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetDecoderUtilization, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPowerUsage, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetTotalEnergyConsumption, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetPowerManagementMode, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetPowerManagementLimit, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPowerManagementDefaultLimit, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPowerManagementLimitConstraints, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetEnforcedPowerLimit, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetNumFans, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetFanSpeed, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetFanSpeed_v2, nvmlDevice_t, unsigned int, unsigned int *);

// Clocks and what limits them.
CNVML_FUNCTION(nvmlDeviceGetClockInfo, nvmlDevice_t, nvmlClockType_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMaxClockInfo, nvmlDevice_t, nvmlClockType_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetClock, nvmlDevice_t, nvmlClockType_t, nvmlClockId_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetApplicationsClock, nvmlDevice_t, nvmlClockType_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetDefaultApplicationsClock, nvmlDevice_t, nvmlClockType_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMaxCustomerBoostClock, nvmlDevice_t, nvmlClockType_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPerformanceState, nvmlDevice_t, nvmlPstates_t *);
CNVML_FUNCTION(nvmlDeviceGetPowerState, nvmlDevice_t, nvmlPstates_t *);
CNVML_FUNCTION(nvmlDeviceGetCurrentClocksEventReasons, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetCurrentClocksThrottleReasons, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetSupportedClocksEventReasons, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetSupportedClocksThrottleReasons, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetViolationStatus, nvmlDevice_t, nvmlPerfPolicyType_t, nvmlViolationTime_t *);
CNVML_FUNCTION(nvmlDeviceGetClkMonStatus, nvmlDevice_t, nvmlClkMonStatus_t *);

// Temperature.
CNVML_FUNCTION(nvmlDeviceGetTemperature, nvmlDevice_t, nvmlTemperatureSensors_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetTemperatureV, nvmlDevice_t, nvmlTemperature_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetTemperatureThreshold, nvmlDevice_t, nvmlTemperatureThresholds_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMarginTemperature, nvmlDevice_t, nvmlMarginTemperature_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetThermalSettings, nvmlDevice_t, unsigned int, nvmlGpuThermalSettings_t *);

// ECC, page retirement, row remapping, repair.
CNVML_FUNCTION(nvmlDeviceGetEccMode, nvmlDevice_t, nvmlEnableState_t *, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetDefaultEccMode, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(
    nvmlDeviceGetTotalEccErrors, nvmlDevice_t, nvmlMemoryErrorType_t, nvmlEccCounterType_t, unsigned long long *);
CNVML_FUNCTION(
    nvmlDeviceGetDetailedEccErrors, nvmlDevice_t, nvmlMemoryErrorType_t, nvmlEccCounterType_t, nvmlEccErrorCounts_t *);
CNVML_FUNCTION(
    nvmlDeviceGetMemoryErrorCounter, nvmlDevice_t, nvmlMemoryErrorType_t, nvmlEccCounterType_t, nvmlMemoryLocation_t,
    unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetSramEccErrorStatus, nvmlDevice_t, nvmlEccSramErrorStatus_v1_t *);
CNVML_FUNCTION(
    nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts, nvmlDevice_t, nvmlEccSramUniqueUncorrectedErrorCounts_v1_t *);
CNVML_FUNCTION(
    nvmlDeviceGetRetiredPages, nvmlDevice_t, nvmlPageRetirementCause_t, unsigned int *, unsigned long long *);
CNVML_FUNCTION(
    nvmlDeviceGetRetiredPages_v2, nvmlDevice_t, nvmlPageRetirementCause_t, unsigned int *, unsigned long long *,
    unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetRetiredPagesPendingStatus, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetRemappedRows, nvmlDevice_t, unsigned int *, unsigned int *, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetRemappedRows_v2, nvmlDevice_t, nvmlRemappedRowsInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetRowRemapperHistogram, nvmlDevice_t, nvmlRowRemapperHistogramValues_t *);
CNVML_FUNCTION(nvmlDeviceGetRepairStatus, nvmlDevice_t, nvmlRepairStatus_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetUnrepairableMemoryFlag_v1, nvmlDevice_t, nvmlUnrepairableMemoryStatus_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetBankRemapperStatus_v1, nvmlDevice_t, nvmlEccBankRemapperStatus_v1_t *);

// PCIe.
CNVML_FUNCTION(nvmlDeviceGetCurrPcieLinkGeneration, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetCurrPcieLinkWidth, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMaxPcieLinkGeneration, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetGpuMaxPcieLinkGeneration, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMaxPcieLinkWidth, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPcieReplayCounter, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPcieThroughput, nvmlDevice_t, nvmlPcieUtilCounter_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPcieSpeed, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetPcieLinkMaxSpeed, nvmlDevice_t, unsigned int *);

// NVLink and fabric.
CNVML_FUNCTION(nvmlDeviceGetNvLinkState, nvmlDevice_t, unsigned int, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkVersion, nvmlDevice_t, unsigned int, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkCapability, nvmlDevice_t, unsigned int, nvmlNvLinkCapability_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkRemotePciInfo, nvmlDevice_t, unsigned int, nvmlPciInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkRemotePciInfo_v2, nvmlDevice_t, unsigned int, nvmlPciInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkRemoteDeviceType, nvmlDevice_t, unsigned int, nvmlIntNvLinkDeviceType_t *);
CNVML_FUNCTION(
    nvmlDeviceGetNvLinkErrorCounter, nvmlDevice_t, unsigned int, nvmlNvLinkErrorCounter_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceGetNvLinkInfo, nvmlDevice_t, nvmlNvLinkInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuFabricInfo, nvmlDevice_t, nvmlGpuFabricInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuFabricInfoV, nvmlDevice_t, nvmlGpuFabricInfoV_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuFabricInfo_v4, nvmlDevice_t, nvmlGpuFabricInfo_v4_t *);

// Topology, peer access, affinity.
CNVML_FUNCTION(nvmlDeviceGetTopologyCommonAncestor, nvmlDevice_t, nvmlDevice_t, nvmlGpuTopologyLevel_t *);
CNVML_FUNCTION(nvmlDeviceGetTopologyNearestGpus, nvmlDevice_t, nvmlGpuTopologyLevel_t, unsigned int *, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetP2PStatus, nvmlDevice_t, nvmlDevice_t, nvmlGpuP2PCapsIndex_t, nvmlGpuP2PStatus_t *);
CNVML_FUNCTION(nvmlDeviceOnSameBoard, nvmlDevice_t, nvmlDevice_t, int *);
CNVML_FUNCTION(nvmlDeviceGetCpuAffinity, nvmlDevice_t, unsigned int, unsigned long *);
CNVML_FUNCTION(nvmlDeviceGetCpuAffinityWithinScope, nvmlDevice_t, unsigned int, unsigned long *, nvmlAffinityScope_t);
CNVML_FUNCTION(nvmlDeviceGetMemoryAffinity, nvmlDevice_t, unsigned int, unsigned long *, nvmlAffinityScope_t);

// MIG.
CNVML_FUNCTION(nvmlDeviceGetMigMode, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMaxMigDeviceCount, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetMigDeviceHandleByIndex, nvmlDevice_t, unsigned int, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceIsMigDeviceHandle, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetDeviceHandleFromMigDeviceHandle, nvmlDevice_t, nvmlDevice_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuInstanceId, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetComputeInstanceId, nvmlDevice_t, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetAttributes, nvmlDevice_t, nvmlDeviceAttributes_t *);
CNVML_FUNCTION(nvmlDeviceGetAttributes_v2, nvmlDevice_t, nvmlDeviceAttributes_t *);
CNVML_FUNCTION(nvmlDeviceGetGpuInstanceById, nvmlDevice_t, unsigned int, nvmlGpuInstance_t *);
CNVML_FUNCTION(nvmlGpuInstanceGetInfo, nvmlGpuInstance_t, nvmlGpuInstanceInfo_t *);

// Processes.
CNVML_FUNCTION(nvmlDeviceGetComputeRunningProcesses, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetComputeRunningProcesses_v2, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetComputeRunningProcesses_v3, nvmlDevice_t, unsigned int *, nvmlProcessInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses_v2, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses_v3, nvmlDevice_t, unsigned int *, nvmlProcessInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses_v2, nvmlDevice_t, unsigned int *, nvmlProcessInfo_v2_t *);
CNVML_FUNCTION(nvmlDeviceGetMPSComputeRunningProcesses_v3, nvmlDevice_t, unsigned int *, nvmlProcessInfo_t *);
CNVML_FUNCTION(nvmlDeviceGetRunningProcessDetailList, nvmlDevice_t, nvmlProcessDetailList_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetProcessesUtilizationInfo, nvmlDevice_t, nvmlProcessesUtilizationInfo_v1_t *);
CNVML_FUNCTION(nvmlDeviceGetAccountingMode, nvmlDevice_t, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceGetAccountingPids, nvmlDevice_t, unsigned int *, unsigned int *);
CNVML_FUNCTION(nvmlDeviceGetAccountingStats, nvmlDevice_t, unsigned int, nvmlAccountingStats_t *);

// Field values.
CNVML_FUNCTION(nvmlDeviceGetFieldValues, nvmlDevice_t, int, nvmlFieldValue_t *);

// Events.
CNVML_FUNCTION(nvmlEventSetCreate, nvmlEventSet_t *);
CNVML_FUNCTION(nvmlDeviceGetSupportedEventTypes, nvmlDevice_t, unsigned long long *);
CNVML_FUNCTION(nvmlDeviceRegisterEvents, nvmlDevice_t, unsigned long long, nvmlEventSet_t);
CNVML_FUNCTION(nvmlEventSetWait, nvmlEventSet_t, nvmlEventData_t *, unsigned int);
CNVML_FUNCTION(nvmlEventSetWait_v2, nvmlEventSet_t, nvmlEventData_t *, unsigned int);
CNVML_FUNCTION(nvmlEventSetFree, nvmlEventSet_t);
CNVML_FUNCTION(nvmlSystemEventSetCreate, nvmlSystemEventSetCreateRequest_v1_t *);
CNVML_FUNCTION(nvmlSystemRegisterEvents, nvmlSystemRegisterEventRequest_v1_t *);
CNVML_FUNCTION(nvmlSystemEventSetWait, nvmlSystemEventSetWaitRequest_v1_t *);
CNVML_FUNCTION(nvmlSystemEventSetFree, nvmlSystemEventSetFreeRequest_v1_t *);

// Draining and removing (root only).
CNVML_FUNCTION(nvmlDeviceModifyDrainState, nvmlPciInfo_t *, nvmlEnableState_t);
CNVML_FUNCTION(nvmlDeviceQueryDrainState, nvmlPciInfo_t *, nvmlEnableState_t *);
CNVML_FUNCTION(nvmlDeviceRemoveGpu_v2, nvmlPciInfo_t *, nvmlDetachGpuState_t, nvmlPcieLinkState_t);
CNVML_FUNCTION(nvmlDeviceDiscoverGpus, nvmlPciInfo_t *);

#endif
