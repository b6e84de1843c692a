// The NVML calls that the agent's child process makes for one request, in its order.
//
// `make bench` counts the calls of both and stops when they differ, so this list cannot quietly become shorter than
// what the agent does.

#ifndef NVML_CALLS_H
#define NVML_CALLS_H

#include "CNVML.h"

// One entry of the list: a function, by its exported name, and its arguments. ASK is defined where the list is used.

#define CALLS_PER_REQUEST                                                                                              \
    ASK(nvmlSystemGetDriverVersion, text, sizeof text)                                                                 \
    ASK(nvmlSystemGetNVMLVersion, text, sizeof text)                                                                   \
    ASK(nvmlSystemGetCudaDriverVersion_v2, &number)                                                                    \
    ASK(nvmlDeviceGetCount_v2, &count)

#define CALLS_PER_GPU                                                                                                  \
    ASK(nvmlDeviceGetHandleByIndex_v2, index, &gpu)                                                                    \
    ASK(nvmlDeviceGetUUID, gpu, text, sizeof text)                                                                     \
    ASK(nvmlDeviceGetName, gpu, text, sizeof text)                                                                     \
    ASK(nvmlDeviceGetPciInfo_v3, gpu, &pci)

#define CALLS_FOR_INVENTORY                                                                                            \
    ASK(nvmlDeviceGetArchitecture, gpu, &word)                                                                         \
    ASK(nvmlDeviceGetCudaComputeCapability, gpu, &number, &second)                                                     \
    ASK(nvmlDeviceGetSerial, gpu, text, sizeof text)                                                                   \
    ASK(nvmlDeviceGetBoardPartNumber, gpu, text, sizeof text)                                                          \
    ASK(nvmlDeviceGetMinorNumber, gpu, &word)                                                                          \
    ASK(nvmlDeviceGetModuleId, gpu, &word)                                                                             \
    ASK(nvmlDeviceGetMemoryInfo_v2, gpu, &memory)                                                                      \
    ASK(nvmlDeviceGetVbiosVersion, gpu, text, sizeof text)                                                             \
    ASK(nvmlDeviceGetInforomImageVersion, gpu, text, sizeof text)                                                      \
    ASK(nvmlDeviceGetGspFirmwareMode, gpu, &word, &other)                                                              \
    ASK(nvmlDeviceGetGspFirmwareVersion, gpu, text)                                                                    \
    ASK(nvmlDeviceGetMaxPcieLinkGeneration, gpu, &word)                                                                \
    ASK(nvmlDeviceGetGpuMaxPcieLinkGeneration, gpu, &word)                                                             \
    ASK(nvmlDeviceGetMaxPcieLinkWidth, gpu, &word)                                                                     \
    ASK(nvmlDeviceGetFieldValues, gpu, 1, link_count)                                                                  \
    ASK(nvmlDeviceGetNvLinkVersion, gpu, 0, &word)                                                                     \
    ASK(nvmlDeviceGetMigMode, gpu, &word, &other)                                                                      \
    ASK(nvmlDeviceGetEccMode, gpu, &word, &other)                                                                      \
    ASK(nvmlDeviceGetPersistenceMode, gpu, &word)                                                                      \
    ASK(nvmlDeviceGetComputeMode, gpu, &word)                                                                          \
    ASK(nvmlDeviceGetVirtualizationMode, gpu, &word)                                                                   \
    ASK(nvmlDeviceGetPowerManagementLimit, gpu, &word)                                                                 \
    ASK(nvmlDeviceGetEnforcedPowerLimit, gpu, &word)                                                                   \
    ASK(nvmlDeviceGetPowerManagementDefaultLimit, gpu, &word)                                                          \
    ASK(nvmlDeviceGetPowerManagementLimitConstraints, gpu, &word, &other)

#define CALLS_FOR_TELEMETRY                                                                                            \
    ASK(nvmlDeviceGetTemperatureV, gpu, &temperature)                                                                  \
    ASK(nvmlDeviceGetFieldValues, gpu, 1, memory_temperature)                                                          \
    ASK(nvmlDeviceGetMarginTemperature, gpu, &margin)                                                                  \
    ASK(nvmlDeviceGetTemperatureThreshold, gpu, 1, &word)                                                              \
    ASK(nvmlDeviceGetTemperatureThreshold, gpu, 0, &word)                                                              \
    ASK(nvmlDeviceGetTemperatureThreshold, gpu, 2, &word)                                                              \
    ASK(nvmlDeviceGetPowerUsage, gpu, &word)                                                                           \
    ASK(nvmlDeviceGetEnforcedPowerLimit, gpu, &word)                                                                   \
    ASK(nvmlDeviceGetTotalEnergyConsumption, gpu, &wide)                                                               \
    ASK(nvmlDeviceGetUtilizationRates, gpu, &utilization)                                                              \
    ASK(nvmlDeviceGetMemoryInfo_v2, gpu, &memory)                                                                      \
    ASK(nvmlDeviceGetBAR1MemoryInfo, gpu, &bar1)                                                                       \
    ASK(nvmlDeviceGetFanSpeed_v2, gpu, 0, &word)                                                                       \
    ASK(nvmlDeviceGetClockInfo, gpu, 1, &word)                                                                         \
    ASK(nvmlDeviceGetClockInfo, gpu, 2, &word)                                                                         \
    ASK(nvmlDeviceGetMaxClockInfo, gpu, 1, &word)                                                                      \
    ASK(nvmlDeviceGetMaxClockInfo, gpu, 2, &word)                                                                      \
    ASK(nvmlDeviceGetPerformanceState, gpu, &word)                                                                     \
    ASK(nvmlDeviceGetCurrentClocksEventReasons, gpu, &wide)                                                            \
    ASK(nvmlDeviceGetSupportedClocksEventReasons, gpu, &wide)                                                          \
    ASK(nvmlDeviceGetCurrPcieLinkGeneration, gpu, &word)                                                               \
    ASK(nvmlDeviceGetCurrPcieLinkWidth, gpu, &word)                                                                    \
    ASK(nvmlDeviceGetPcieReplayCounter, gpu, &word)                                                                    \
    ASK(nvmlDeviceGetFieldValues, gpu, 6, limiters)

#endif
