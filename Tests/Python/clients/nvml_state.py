"""Reads errors, links and processes of every GPU with NVIDIA's own Python bindings and prints them under the keys that the
agent uses. Like nvml.py; what NVML has no value for is given as {"error": NVML return code}, within lists it is left out.
"""

import ctypes
import json
import sys

import pynvml as nvml
from nvml import NVLINK_VERSIONS, attempt, bus_id, field, read

RECOVERY_ACTIONS = (
    "None", "GPU Reset Required", "Node Reboot Required", "Drain P2P", "Drain and Reset", "Recover IMEX Domain",
    "Bus Reset", "System Reboot",
)
LOCATIONS = (
    "l1_cache", "l2_cache", "dram", "register_file", "texture_memory", "texture_shared", "cbu", "sram")
KINDS = {"corrected": nvml.NVML_MEMORY_ERROR_TYPE_CORRECTED, "uncorrected": nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED}
SRAM = {
    "volatile_corrected": "volatileCor", "volatile_uncorrected_parity": "volatileUncParity",
    "volatile_uncorrected_secded": "volatileUncSecDed", "aggregate_corrected": "aggregateCor",
    "aggregate_uncorrected_parity": "aggregateUncParity", "aggregate_uncorrected_secded": "aggregateUncSecDed",
    "aggregate_uncorrected_l2": "aggregateUncBucketL2", "aggregate_uncorrected_sm": "aggregateUncBucketSm",
    "aggregate_uncorrected_pcie": "aggregateUncBucketPcie", "aggregate_uncorrected_microcontroller": "aggregateUncBucketMcu",
    "aggregate_uncorrected_other": "aggregateUncBucketOther",
}
REMOTES = {0: "gpu", 1: "npu", 2: "switch", 255: "unknown"}
# Up to NVLink 4 counters of the link, from NVLink 5 on those of packets.
LINK_COUNTERS = {
    "replay": nvml.NVML_NVLINK_ERROR_DL_REPLAY, "recovery": nvml.NVML_NVLINK_ERROR_DL_RECOVERY,
    "crc_flit": nvml.NVML_NVLINK_ERROR_DL_CRC_FLIT, "crc_data": nvml.NVML_NVLINK_ERROR_DL_CRC_DATA,
    "ecc_data": nvml.NVML_NVLINK_ERROR_DL_ECC_DATA,
}
PACKET_COUNTERS = {
    "malformed_packets": nvml.NVML_FI_DEV_NVLINK_COUNT_MALFORMED_PACKET_ERRORS,
    "buffer_overruns": nvml.NVML_FI_DEV_NVLINK_COUNT_BUFFER_OVERRUN_ERRORS,
    "receive_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_RCV_ERRORS,
    "receive_remote_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_RCV_REMOTE_ERRORS,
    "receive_general_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_RCV_GENERAL_ERRORS,
    "local_integrity_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS,
    "transmit_discards": nvml.NVML_FI_DEV_NVLINK_COUNT_XMIT_DISCARDS,
    "recoveries_succeeded": nvml.NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS,
    "recoveries_failed": nvml.NVML_FI_DEV_NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS,
    "effective_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_EFFECTIVE_ERRORS,
    "symbol_errors": nvml.NVML_FI_DEV_NVLINK_COUNT_SYMBOL_ERRORS,
}
ERROR_RATES = {
    "effective_ber": nvml.NVML_FI_DEV_NVLINK_COUNT_EFFECTIVE_BER, "symbol_ber": nvml.NVML_FI_DEV_NVLINK_COUNT_SYMBOL_BER}
PROCESSES = {
    "compute": nvml.nvmlDeviceGetComputeRunningProcesses, "graphics": nvml.nvmlDeviceGetGraphicsRunningProcesses,
    "mps": nvml.nvmlDeviceGetMPSComputeRunningProcesses,
}


def known(readings):
    """Without those that have no value."""
    return {key: value for key, value in readings.items() if not (isinstance(value, dict) and "error" in value)}


def scoped_field(gpu, number, scope):
    return field(gpu, (number, scope))


# Errors and repairs.


def errors(gpu, counter):
    counts = {word: attempt(nvml.nvmlDeviceGetTotalEccErrors, gpu, kind, counter) for word, kind in KINDS.items()}
    for location, name in enumerate(LOCATIONS):
        found = known({
            word: attempt(nvml.nvmlDeviceGetMemoryErrorCounter, gpu, kind, counter, location)
            for word, kind in KINDS.items()})
        if found:
            counts[name] = found
    counts = known(counts)
    if not counts:
        raise nvml.NVMLError(nvml.NVML_ERROR_NOT_SUPPORTED)
    return counts


def sram(gpu):
    status = nvml.c_nvmlEccSramErrorStatus_v1_t()
    nvml.nvmlDeviceGetSramEccErrorStatus(gpu, ctypes.byref(status))
    return {
        "threshold_exceeded": bool(status.bThresholdExceeded), **{key: getattr(status, name) for key, name in SRAM.items()}}


def remapped_rows(gpu):
    """While instances of MIG exist the call is not supported; NVML's fields are not documented to end with it."""
    try:
        rows = nvml.nvmlDeviceGetRemappedRows(gpu)
    except nvml.NVMLError_NotSupported:
        rows = [field(gpu, number) for number in range(nvml.NVML_FI_DEV_REMAPPED_COR, nvml.NVML_FI_DEV_REMAPPED_FAILURE + 1)]
    return {"corrected": rows[0], "uncorrected": rows[1], "pending": bool(rows[2]), "failed": bool(rows[3])}


def remap_histogram(gpu):
    banks = nvml.nvmlDeviceGetRowRemapperHistogram(gpu)
    return {key: getattr(banks, key) for key in ("max", "high", "partial", "low", "none")}


def repairs(gpu):
    channel, tpc = nvml.nvmlDeviceGetRepairStatus(gpu)
    return {"channel": bool(channel), "tpc": bool(tpc)}


def retired(cause):
    return lambda gpu: len(nvml.nvmlDeviceGetRetiredPages(gpu, cause))


ECC = {
    "recovery_action": lambda gpu: RECOVERY_ACTIONS[field(gpu, nvml.NVML_FI_DEV_GET_GPU_RECOVERY_ACTION)],
    "volatile": lambda gpu: errors(gpu, nvml.NVML_VOLATILE_ECC),
    "aggregate": lambda gpu: errors(gpu, nvml.NVML_AGGREGATE_ECC),
    "sram": sram,
    "remapped_rows": remapped_rows,
    "remap_histogram_banks": remap_histogram,
    "repair_pending": repairs,
    "unrepairable_memory": lambda gpu: bool(nvml.nvmlDeviceGetUnrepairableMemoryFlag_v1(gpu)),
    "retired_pages_single_bit": retired(nvml.NVML_PAGE_RETIREMENT_CAUSE_MULTIPLE_SINGLE_BIT_ECC_ERRORS),
    "retired_pages_double_bit": retired(nvml.NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR),
    "retired_pages_pending": lambda gpu: bool(nvml.nvmlDeviceGetRetiredPagesPendingStatus(gpu)),
}

# Links and the ways to other GPUs.


def remote_bus_id(gpu, link):
    remote = nvml.nvmlDeviceGetNvLinkRemotePciInfo(gpu, link)
    return f"{remote.domain:04x}:{remote.bus:02x}:{remote.device:02x}.0"


def error_rate(gpu, number, link):
    """NVML's mantissa and exponent of ten in one number; no rate where no error was seen."""
    packed = scoped_field(gpu, number, link)
    mantissa, exponent = packed >> 8 & 0xF, packed & 0xFF
    return f"{mantissa}e-{exponent}" if mantissa and exponent < 255 else {"error": None}


def link(gpu, number):
    version = attempt(nvml.nvmlDeviceGetNvLinkVersion, gpu, number)
    found = {
        "state": "active" if nvml.nvmlDeviceGetNvLinkState(gpu, number) else "down",
        "version": NVLINK_VERSIONS[version],
        "speed_mbps": attempt(scoped_field, gpu, nvml.NVML_FI_DEV_NVLINK_GET_SPEED, number),
        "remote": attempt(lambda: REMOTES[nvml.nvmlDeviceGetNvLinkRemoteDeviceType(gpu, number)]),
        "remote_bus_id": attempt(remote_bus_id, gpu, number),
    }
    if version < 7:
        counters = {
            key: attempt(nvml.nvmlDeviceGetNvLinkErrorCounter, gpu, number, counter)
            for key, counter in LINK_COUNTERS.items()}
    else:
        counters = {key: attempt(scoped_field, gpu, counter, number) for key, counter in PACKET_COUNTERS.items()}
        counters |= {key: attempt(error_rate, gpu, counter, number) for key, counter in ERROR_RATES.items()}
    return known({"links": str(number), **found, **counters})


def links(gpu):
    return [link(gpu, number) for number in range(field(gpu, nvml.NVML_FI_DEV_NVLINK_LINK_COUNT))]


def chip_links(gpu):
    """Only GPUs beside a Grace CPU have them."""
    count = field(gpu, nvml.NVML_FI_DEV_C2C_LINK_COUNT)
    if count == 0:
        raise nvml.NVMLError(nvml.NVML_ERROR_NOT_SUPPORTED)
    return count


def active_chip_links(gpu):
    return sum(
        scoped_field(gpu, nvml.NVML_FI_DEV_C2C_LINK_GET_STATUS, number) != 0 for number in range(chip_links(gpu)))


def peers(gpu):
    """By the other GPU's index: where both ways meet, and the states of the three kinds of access."""
    found = {}
    for index in range(nvml.nvmlDeviceGetCount()):
        other = attempt(nvml.nvmlDeviceGetHandleByIndex, index)
        if isinstance(other, dict) or bus_id(other) == bus_id(gpu):
            continue
        found[index] = {
            "ancestor": attempt(nvml.nvmlDeviceGetTopologyCommonAncestor, gpu, other),
            **{name: attempt(nvml.nvmlDeviceGetP2PStatus, gpu, other, kind) for kind, name in enumerate(
                ("read", "write", "nvlink"))},
        }
    return found


def numbers(words):
    """The numbers of the bits that are set, in the form of Linux: `0-55,112-167`."""
    ranges = []
    for number in (64 * place + bit for place, word in enumerate(words) for bit in range(64) if word >> bit & 1):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


TOPOLOGY = {
    "nvlink_count": lambda gpu: field(gpu, nvml.NVML_FI_DEV_NVLINK_LINK_COUNT),
    "nvlinks": links,
    "c2c_count": chip_links,
    "c2c_active": active_chip_links,
    "near_numa_nodes": lambda gpu: numbers(nvml.nvmlDeviceGetMemoryAffinity(gpu, 16, nvml.NVML_AFFINITY_SCOPE_NODE)),
    "cpu_affinity": lambda gpu: numbers(nvml.nvmlDeviceGetCpuAffinity(gpu, 64)),
    "peers": peers,
}


# Processes.


def processes(gpu):
    """By process: its kinds, and the memory that NVML gives for it."""
    found = {}
    for kind, read_list in PROCESSES.items():
        for process in read_list(gpu):
            entry = found.setdefault(process.pid, {"kinds": [], "memory_bytes": process.usedGpuMemory})
            entry["kinds"].append(kind)
    return found


if __name__ == "__main__":
    json.dump(read({"ecc": ECC, "topology": TOPOLOGY, "processes": {"processes": processes}}), sys.stdout)
