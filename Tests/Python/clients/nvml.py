"""Reads every GPU with NVIDIA's own Python bindings and prints the values under the keys that the agent uses.

Run with the simulator's directory in LD_LIBRARY_PATH, or on a machine with a driver. A reading without a value is given
as {"error": NVML return code}.
"""

import json
import sys

import pynvml as nvml

ARCHITECTURES = {6: "Turing", 7: "Ampere", 8: "Ada", 9: "Hopper", 10: "Blackwell"}
COMPUTE_MODES = {0: "default", 1: "exclusive_thread", 2: "prohibited", 3: "exclusive_process"}
VIRTUALIZATION_MODES = {0: "none", 1: "pass_through", 2: "vgpu_guest", 3: "vgpu_host", 4: "vsga"}
NVLINK_VERSIONS = {1: "1.0", 2: "2.0", 3: "2.2", 4: "3.0", 5: "3.1", 6: "4.0", 7: "5.0"}
REASONS = (
    "idle", "application_clocks", "sw_power_cap", "hw_slowdown", "sync_boost", "sw_thermal_slowdown",
    "hw_thermal_slowdown", "hw_power_brake", "display_clocks", "board_limit", "reliability",
)
FAULTS = ("hw_slowdown", "sw_thermal_slowdown", "hw_thermal_slowdown", "hw_power_brake")
LIMITERS = {
    "power": nvml.NVML_FI_DEV_PERF_POLICY_POWER,
    "thermal": nvml.NVML_FI_DEV_PERF_POLICY_THERMAL,
    "sync_boost": nvml.NVML_FI_DEV_PERF_POLICY_SYNC_BOOST,
    "board_limit": nvml.NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT,
    "low_utilization": nvml.NVML_FI_DEV_PERF_POLICY_LOW_UTILIZATION,
    "reliability": nvml.NVML_FI_DEV_PERF_POLICY_RELIABILITY,
}
VALUE_FIELDS = {0: "dVal", 1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal", 6: "usVal"}


def field(handle, number):
    value = nvml.nvmlDeviceGetFieldValues(handle, [number])[0]
    if value.nvmlReturn:
        raise nvml.NVMLError(value.nvmlReturn)
    return getattr(value.value, VALUE_FIELDS[value.valueType])


def reasons(handle):
    bits = nvml.nvmlDeviceGetCurrentClocksEventReasons(handle)
    return [name for bit, name in enumerate(REASONS) if bits >> bit & 1]


def faults(handle):
    """Of the reasons that this GPU can give those that mean trouble; the umbrella alone may be a change of P-state."""
    try:
        supported = nvml.nvmlDeviceGetSupportedClocksEventReasons(handle)
    except nvml.NVMLError:
        supported = (1 << 64) - 1
    bits = nvml.nvmlDeviceGetCurrentClocksEventReasons(handle) & supported
    found = [name for bit, name in enumerate(REASONS) if bits >> bit & 1 and name in FAULTS]
    return [] if found == ["hw_slowdown"] else found


def limiters(handle):
    """Milliseconds per limiter, without those that cannot be read."""
    times = {}
    for name, number in LIMITERS.items():
        try:
            times[name] = field(handle, number) // 1000 / 1000
        except nvml.NVMLError:
            pass
    return times


def mode(flag):
    return "enabled" if flag else "disabled"


def bus_id(handle):
    info = nvml.nvmlDeviceGetPciInfo(handle)
    return f"{info.domain:04x}:{info.bus:02x}:{info.device:02x}.0"


def memory(handle):
    return nvml.nvmlDeviceGetMemoryInfo(handle, version=nvml.nvmlMemory_v2)


def mig_devices(handle):
    found = []
    for index in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        try:
            device = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, index)
        except nvml.NVMLError_NotFound:
            continue
        found.append({
            "uuid": nvml.nvmlDeviceGetUUID(device),
            "gpu_instance_id": nvml.nvmlDeviceGetGpuInstanceId(device),
            "compute_instance_id": nvml.nvmlDeviceGetComputeInstanceId(device),
            "memory_total_bytes": memory(device).total,
            "memory_used_bytes": memory(device).used,
            "multiprocessor_count": nvml.nvmlDeviceGetAttributes(device).multiprocessorCount,
        })
    return found


IDENTITY = {
    "uuid": nvml.nvmlDeviceGetUUID,
    "bus_id": bus_id,
    "name": nvml.nvmlDeviceGetName,
}

INVENTORY = {
    "architecture": lambda gpu: ARCHITECTURES[nvml.nvmlDeviceGetArchitecture(gpu)],
    "compute_capability": lambda gpu: "{}.{}".format(*nvml.nvmlDeviceGetCudaComputeCapability(gpu)),
    "serial": nvml.nvmlDeviceGetSerial,
    "board_part_number": nvml.nvmlDeviceGetBoardPartNumber,
    "minor_number": nvml.nvmlDeviceGetMinorNumber,
    "module_id": nvml.nvmlDeviceGetModuleId,
    "memory_total_bytes": lambda gpu: memory(gpu).total,
    "vbios_version": nvml.nvmlDeviceGetVbiosVersion,
    "inforom_image_version": nvml.nvmlDeviceGetInforomImageVersion,
    "gsp_firmware": lambda gpu: mode(nvml.nvmlDeviceGetGspFirmwareMode(gpu)[0]),
    "gsp_firmware_version": lambda gpu: nvml.nvmlDeviceGetGspFirmwareVersion(gpu).decode(),
    "pcie_max_generation": nvml.nvmlDeviceGetMaxPcieLinkGeneration,
    "pcie_gpu_max_generation": nvml.nvmlDeviceGetGpuMaxPcieLinkGeneration,
    "pcie_max_width": nvml.nvmlDeviceGetMaxPcieLinkWidth,
    "nvlink_count": lambda gpu: field(gpu, nvml.NVML_FI_DEV_NVLINK_LINK_COUNT),
    "nvlink_version": lambda gpu: NVLINK_VERSIONS[nvml.nvmlDeviceGetNvLinkVersion(gpu, 0)],
    "mig_mode_current": lambda gpu: mode(nvml.nvmlDeviceGetMigMode(gpu)[0]),
    "mig_mode_pending": lambda gpu: mode(nvml.nvmlDeviceGetMigMode(gpu)[1]),
    "mig_devices": mig_devices,
    "ecc_mode_current": lambda gpu: mode(nvml.nvmlDeviceGetEccMode(gpu)[0]),
    "ecc_mode_pending": lambda gpu: mode(nvml.nvmlDeviceGetEccMode(gpu)[1]),
    "persistence_mode": lambda gpu: mode(nvml.nvmlDeviceGetPersistenceMode(gpu)),
    "compute_mode": lambda gpu: COMPUTE_MODES[nvml.nvmlDeviceGetComputeMode(gpu)],
    "virtualization_mode": lambda gpu: VIRTUALIZATION_MODES[nvml.nvmlDeviceGetVirtualizationMode(gpu)],
    "power_limit_w": lambda gpu: nvml.nvmlDeviceGetPowerManagementLimit(gpu) / 1000,
    "power_limit_default_w": lambda gpu: nvml.nvmlDeviceGetPowerManagementDefaultLimit(gpu) / 1000,
    "power_limit_min_w": lambda gpu: nvml.nvmlDeviceGetPowerManagementLimitConstraints(gpu)[0] / 1000,
    "power_limit_max_w": lambda gpu: nvml.nvmlDeviceGetPowerManagementLimitConstraints(gpu)[1] / 1000,
    "power_limit_enforced_w": lambda gpu: nvml.nvmlDeviceGetEnforcedPowerLimit(gpu) / 1000,
}

TELEMETRY = {
    "temperature_c": lambda gpu: nvml.nvmlDeviceGetTemperatureV(gpu, nvml.NVML_TEMPERATURE_GPU),
    "memory_temperature_c": lambda gpu: field(gpu, nvml.NVML_FI_DEV_MEMORY_TEMP),
    "temperature_margin_c": nvml.nvmlDeviceGetMarginTemperature,
    "slowdown_temperature_c":
        lambda gpu: nvml.nvmlDeviceGetTemperatureThreshold(gpu, nvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
    "shutdown_temperature_c":
        lambda gpu: nvml.nvmlDeviceGetTemperatureThreshold(gpu, nvml.NVML_TEMPERATURE_THRESHOLD_SHUTDOWN),
    "power_w": lambda gpu: nvml.nvmlDeviceGetPowerUsage(gpu) / 1000,
    "power_limit_enforced_w": lambda gpu: nvml.nvmlDeviceGetEnforcedPowerLimit(gpu) / 1000,
    "energy_j": lambda gpu: nvml.nvmlDeviceGetTotalEnergyConsumption(gpu) / 1000,
    "utilization_gpu_percent": lambda gpu: nvml.nvmlDeviceGetUtilizationRates(gpu).gpu,
    "utilization_memory_percent": lambda gpu: nvml.nvmlDeviceGetUtilizationRates(gpu).memory,
    "memory_total_bytes": lambda gpu: memory(gpu).total,
    "memory_used_bytes": lambda gpu: memory(gpu).used,
    "memory_free_bytes": lambda gpu: memory(gpu).free,
    "memory_reserved_bytes": lambda gpu: memory(gpu).reserved,
    "bar1_used_bytes": lambda gpu: nvml.nvmlDeviceGetBAR1MemoryInfo(gpu).bar1Used,
    "clock_sm_mhz": lambda gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_SM),
    "clock_memory_mhz": lambda gpu: nvml.nvmlDeviceGetClockInfo(gpu, nvml.NVML_CLOCK_MEM),
    "clock_sm_max_mhz": lambda gpu: nvml.nvmlDeviceGetMaxClockInfo(gpu, nvml.NVML_CLOCK_SM),
    "clock_memory_max_mhz": lambda gpu: nvml.nvmlDeviceGetMaxClockInfo(gpu, nvml.NVML_CLOCK_MEM),
    "performance_state": lambda gpu: f"P{nvml.nvmlDeviceGetPerformanceState(gpu)}",
    "clocks_event_reasons": reasons,
    "clocks_event_faults": faults,
    "clocks_limited_ms": limiters,
    "pcie_generation": nvml.nvmlDeviceGetCurrPcieLinkGeneration,
    "pcie_width": nvml.nvmlDeviceGetCurrPcieLinkWidth,
    "pcie_replay_count": nvml.nvmlDeviceGetPcieReplayCounter,
    "fan_speed_percent": lambda gpu: nvml.nvmlDeviceGetFanSpeed_v2(gpu, 0),
}


def attempt(reading, *arguments):
    try:
        return reading(*arguments)
    except nvml.NVMLError as error:
        return {"error": error.value}


def read_device(index, sections):
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except nvml.NVMLError as error:
        return {"index": index, "error": error.value}
    device = {"index": index}
    for section, readings in {"identity": IDENTITY, **sections}.items():
        device[section] = {key: attempt(reading, handle) for key, reading in readings.items()}
    return device


def read_node():
    cuda = attempt(nvml.nvmlSystemGetCudaDriverVersion_v2)
    return {
        "driver_version": attempt(nvml.nvmlSystemGetDriverVersion),
        "nvml_version": attempt(nvml.nvmlSystemGetNVMLVersion),
        "cuda_version": cuda if isinstance(cuda, dict) else f"{cuda // 1000}.{cuda % 1000 // 10}",
        "device_count": nvml.nvmlDeviceGetCount(),
    }


def read(sections):
    """The node, and of each GPU what these sections ask for."""
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        return {"error": error.value}
    node = read_node()
    return {"node": node, "devices": [read_device(index, sections) for index in range(node["device_count"])]}


if __name__ == "__main__":
    json.dump(read({"inventory": INVENTORY, "telemetry": TELEMETRY}), sys.stdout)
