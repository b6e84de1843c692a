// A tiny library with NVML's names, for the tests of the binding: compiled while they run, once per test, with knobs for
// what a real library does only on other machines. Written against this project's header.
//
// -DOLD leaves out every name that came with a later suffix. -DNO_HANDLES leaves out a required one. -DWIDE writes process
// records as libraries 535.43.02 to 535.86 do, -DDETAILED adds the name by which later ones are told from those.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "CNVML.h"

enum knob {
    MEMORY_V2_CODE,      // what nvmlDeviceGetMemoryInfo_v2 answers
    FABRIC_NEWEST,       // the newest version of the fabric structure that is known; 0 for none
    LIST_LENGTH,         // the number of list elements
    LIST_GROWTH,         // how many elements each list call adds
    LIST_TOO_SMALL_CODE, // what a list call answers when the buffer is too small
    LIST_WRONG_COUNT,    // a count to report whatever the buffer; 0 for the right one
    FIELDS_CODE,         // what nvmlDeviceGetFieldValues answers
    TEMPERATURE_CODE,    // what nvmlDeviceGetTemperatureV answers
    SLOT_CODE,           // what nvmlDeviceGetMigDeviceHandleByIndex answers for slot 1
    CALLS,               // counts calls of list functions
    SEEN_WORD,           // what the shared word held during nvmlDeviceGetIndex
    MPS_AT_LOADING,      // 1 if the view of the MPS server was asked for when the library was loaded
    KNOBS
};

static long knobs[KNOBS];
static const uint32_t *watched;

void standin_set(int knob, long value) { knobs[knob] = value; }
long standin_get(int knob) { return knobs[knob]; }
void standin_watch(const uint32_t *word) { watched = word; }

static int device;
#define DEVICE ((nvmlDevice_t)&device)

__attribute__((constructor)) static void load(void) {
    knobs[MPS_AT_LOADING] = getenv("NVML_MPS_DEVICE_ENUMERATION") != NULL;
}

nvmlReturn_t nvmlInit_v2(void) { return NVML_SUCCESS; }
nvmlReturn_t nvmlShutdown(void) { return NVML_SUCCESS; }

#ifdef OLD
nvmlReturn_t nvmlDeviceGetCount(unsigned int *count) { return *count = 1, NVML_SUCCESS; }
#else
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) { return *count = 1, NVML_SUCCESS; }
#endif

#ifndef NO_HANDLES
nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned int index, nvmlDevice_t *handle) {
    if (index == 7) return NVML_SUCCESS; // a success without a handle
    if (index > 0) return NVML_ERROR_INVALID_ARGUMENT;
    return *handle = DEVICE, NVML_SUCCESS;
}
#endif

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t handle, unsigned int *index) {
    if (watched) knobs[SEEN_WORD] = (long)*(volatile const uint32_t *)watched;
    return *index = 0, handle == DEVICE ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}

// Texts: without an end, with bytes that are no UTF-8, and a usual one.
nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t handle, char *text, unsigned int length) {
    return memset(text, 'A', length), (void)handle, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetSerial(nvmlDevice_t handle, char *text, unsigned int length) {
    return memcpy(text, "\xff" "1", 3), (void)handle, (void)length, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t handle, char *text, unsigned int length) {
    return memcpy(text, "96.00\0junk", 11), (void)handle, (void)length, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t handle, nvmlPciInfo_t *info) {
    return info->bus = 0x3b, (void)handle, NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t handle, nvmlMemory_t *memory) {
    memory->total = 100, memory->free = 40, memory->used = 60;
    return (void)handle, NVML_SUCCESS;
}
#ifndef OLD
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t handle, nvmlMemory_v2_t *memory) {
    if (knobs[MEMORY_V2_CODE]) return (nvmlReturn_t)knobs[MEMORY_V2_CODE];
    if (memory->version != nvmlMemory_v2) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    memory->total = 100, memory->reserved = 5, memory->free = 40, memory->used = 55;
    return (void)handle, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t handle, nvmlTemperature_v1_t *temperature) {
    if (knobs[TEMPERATURE_CODE]) return (nvmlReturn_t)knobs[TEMPERATURE_CODE];
    if (temperature->version != nvmlTemperature_v1) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    return temperature->temperature = -5, (void)handle, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t handle, nvmlGpuFabricInfoV_t *info) {
    if (info->version >> 24 > knobs[FABRIC_NEWEST]) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (info->version != nvmlGpuFabricInfo_v3 && info->version != nvmlGpuFabricInfo_v2) return NVML_ERROR_UNKNOWN;
    info->state = 3, info->cliqueId = 9, info->healthMask = 0x1aa;
    if (info->version == nvmlGpuFabricInfo_v3) info->healthSummary = 1;
    return (void)handle, NVML_SUCCESS;
}
#endif
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t handle, nvmlTemperatureSensors_t sensor, unsigned int *value) {
    return *value = (unsigned int)-7, (void)handle, sensor == 0 ? NVML_SUCCESS : NVML_ERROR_INVALID_ARGUMENT;
}
nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t handle, nvmlGpuFabricInfo_t *info) {
    return info->state = 1, info->cliqueId = 4, (void)handle, NVML_SUCCESS;
}

// Lists. A size query (no room) is answered with success and no count, as some libraries do.
static nvmlReturn_t room(unsigned int *count, unsigned int *wanted) {
    knobs[CALLS]++;
    unsigned int offered = *count;
    *wanted = (unsigned int)knobs[LIST_LENGTH];
    knobs[LIST_LENGTH] += knobs[LIST_GROWTH];
    if (offered == 0) return *count = *wanted = 0, NVML_SUCCESS;
    *count = knobs[LIST_WRONG_COUNT] ? (unsigned int)knobs[LIST_WRONG_COUNT] : *wanted;
    if (*wanted > offered) {
        *wanted = 0;
        return (nvmlReturn_t)knobs[LIST_TOO_SMALL_CODE];
    }
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(nvmlDevice_t handle, unsigned int *count, nvmlProcessInfo_v1_t *list) {
    unsigned int n;
    nvmlReturn_t code = room(count, &n);
    for (unsigned int i = 0; i < n; i++) {
        list[i].pid = 1000 + i;
        list[i].usedGpuMemory = i == 0 ? NVML_VALUE_NOT_AVAILABLE_ULL : i;
    }
    return (void)handle, code;
}
#ifndef OLD
static nvmlReturn_t processes24(unsigned int *count, nvmlProcessInfo_v2_t *list) {
    if (!list) return *count = 0, NVML_SUCCESS;
    unsigned int n;
    nvmlReturn_t code = room(count, &n);
    for (unsigned int i = 0; i < n; i++) {
        list[i].pid = 1000 + i;
        list[i].usedGpuMemory = i == 0 ? NVML_VALUE_NOT_AVAILABLE_ULL : i;
        list[i].gpuInstanceId = i == 1 ? 3 : NVML_INSTANCE_NOT_AVAILABLE;
        list[i].computeInstanceId = i == 1 ? 0 : NVML_INSTANCE_NOT_AVAILABLE;
    }
    return code;
}
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t h, unsigned int *count, nvmlProcessInfo_v2_t *list) {
    return (void)h, processes24(count, list);
}
#endif
#if defined(WIDE) || defined(DETAILED)
nvmlReturn_t nvmlDeviceGetConfComputeMemSizeInfo(nvmlDevice_t h, void *info) {
    return (void)h, (void)info, NVML_ERROR_NOT_SUPPORTED;
}
#endif
#ifdef WIDE
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t h, unsigned int *count, nvmlProcessDetail_v1_t *list) {
    unsigned int n;
    nvmlReturn_t code = room(count, &n);
    for (unsigned int i = 0; i < n; i++) {
        list[i].pid = 1000 + i;
        list[i].usedGpuMemory = i;
        list[i].gpuInstanceId = list[i].computeInstanceId = NVML_INSTANCE_NOT_AVAILABLE;
        list[i].usedGpuCcProtectedMemory = 0;
    }
    return (void)h, code;
}
#endif
#ifdef DETAILED
nvmlReturn_t nvmlDeviceGetRunningProcessDetailList(nvmlDevice_t h, nvmlProcessDetailList_v1_t *list) {
    return (void)h, (void)list, NVML_ERROR_NOT_SUPPORTED;
}
#endif
nvmlReturn_t nvmlDeviceGetRetiredPages_v2(
    nvmlDevice_t handle, nvmlPageRetirementCause_t cause, unsigned int *count, unsigned long long *addresses,
    unsigned long long *times) {
    unsigned int n;
    nvmlReturn_t code = room(count, &n);
    for (unsigned int i = 0; i < n; i++) addresses[i] = 0x1000 * (i + 1), times[i] = 50 + i;
    return (void)handle, (void)cause, code;
}

// MIG: slots 0 and 2 of 4 are filled.
nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t handle, unsigned int *count) {
    return *count = 4, (void)handle, NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t handle, unsigned int index, nvmlDevice_t *mig) {
    if (index == 1 && knobs[SLOT_CODE]) return (nvmlReturn_t)knobs[SLOT_CODE];
    if (index % 2) return NVML_ERROR_NOT_FOUND;
    return *mig = DEVICE, (void)handle, NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetViolationStatus(nvmlDevice_t handle, nvmlPerfPolicyType_t policy, nvmlViolationTime_t *time) {
    if (policy == NVML_PERF_POLICY_RELIABILITY) return NVML_ERROR_NOT_SUPPORTED;
    return time->violationTime = 7000 + policy, (void)handle, NVML_SUCCESS;
}

#ifndef OLD
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t handle, int count, nvmlFieldValue_t *values) {
    if (knobs[FIELDS_CODE]) return (nvmlReturn_t)knobs[FIELDS_CODE];
    for (nvmlFieldValue_t *field = values; field < values + count; field++) {
        if (field->fieldId == NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION) continue; // forgotten
        field->nvmlReturn = NVML_SUCCESS;
        field->valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
        switch (field->fieldId) {
        case NVML_FI_DEV_NVLINK_LINK_COUNT: field->valueType = 1, field->value.uiVal = 18; break;
        case NVML_FI_DEV_PERF_POLICY_POWER: field->value.ullVal = 123456789012345ull; break;
        case NVML_FI_DEV_PERF_POLICY_THERMAL: field->nvmlReturn = NVML_ERROR_NOT_SUPPORTED; break;
        case NVML_FI_DEV_PERF_POLICY_SYNC_BOOST: field->nvmlReturn = NVML_ERROR_INVALID_ARGUMENT; break;
        case NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT: field->nvmlReturn = NVML_ERROR_GPU_IS_LOST; break;
        case NVML_FI_DEV_PERF_POLICY_RELIABILITY: field->nvmlReturn = NVML_ERROR_NOT_SUPPORTED; break;
        case NVML_FI_DEV_TEMPERATURE_SLOWDOWN_TLIMIT: field->valueType = 5, field->value.siVal = -2; break;
        case NVML_FI_DEV_ENERGY: field->valueType = 0, field->value.dVal = 1.5; break;
        case NVML_FI_DEV_PCIE_COUNT_TX_BYTES: field->valueType = 4, field->value.sllVal = -1; break;
        case NVML_FI_DEV_RETIRED_SBE: field->valueType = 6, field->value.ullVal = 0xffffffff0007ull; break;
        case NVML_FI_DEV_RETIRED_DBE: field->valueType = 2, field->value.ulVal = 8; break;
        case NVML_FI_DEV_MEMORY_TEMP: field->valueType = 99; break;
        case NVML_FI_DEV_PCIE_REPLAY_COUNTER: field->nvmlReturn = NVML_ERROR_UNKNOWN; break;
        case NVML_FI_DEV_GET_GPU_RECOVERY_ACTION: field->valueType = 1, field->value.uiVal = 4; break;
        case NVML_FI_DEV_NVLINK_GET_STATE: field->value.ullVal = field->scopeId; break;
        default: field->value.ullVal = field->fieldId;
        }
    }
    return (void)handle, NVML_SUCCESS;
}
#endif
