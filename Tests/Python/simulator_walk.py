"""Walks every built-in scenario with nvidia-ml-py, a client that this project did not write.

usage: simulator_walk.py DIRECTORY SCENARIO...

DIRECTORY holds the simulator as libnvidia-ml.so.1. Each scenario is walked in a process of its own. What is expected is
written here by hand, not read from the scenario files.
"""

import ctypes
import json
import os
import subprocess
import sys

EXPECTED = {
    "a100x2": {
        "count": 2, "name": "NVIDIA A100-SXM4-40GB", "memory_total": 40960 << 20, "capability": [8, 0],
        "architecture": 7, "bus_ids": ["00000000:07:00.0", "00000000:0F:00.0"], "power_limit": 400000,
        "links": 12, "link_version": 4, "link_speed": 25000, "remote_types": [0], "pcie": [4, 16], "mig": [0, 0],
        "fabric_state": "NotSupported", "fan": "NotSupported", "sm_clock_max": 1410, "retired": "NotSupported",
        "remapped": [0, 0, 0, 0], "bar1_total": 64 << 30,
    },
    "h100x8": {
        "count": 8, "name": "NVIDIA H100 80GB HBM3", "memory_total": 85520809984, "capability": [9, 0],
        "architecture": 9, "power_limit": 700000, "links": 18, "link_version": 6, "link_speed": 26562,
        "bus_ids": ["00000000:%s:00.0" % b for b in ("1B", "43", "52", "61", "9D", "C3", "D1", "DF")],
        "remote_types": [2], "pcie": [5, 16], "mig": [0, 0], "fabric_state": 3, "fan": "NotSupported",
        "sm_clock_max": 1980, "retired": "NotSupported", "remapped": [0, 0, 0, 0], "driver": "580.95.05",
        "cuda": 13000, "minor_numbers": [0, 1, 2, 3, 4, 5, 6, 7],
    },
    "b200x8": {"count": 8, "name": "NVIDIA B200", "capability": [10, 0], "links": 18, "link_version": 7,
               "link_speed": 53125, "power_limit": 1000000},
    "gb200x4": {"count": 4, "name": "NVIDIA GB200", "links": 18, "link_version": 7, "c2c": 1,
                "bus_ids": ["00000008:01:00.0", "00000009:01:00.0", "00000018:01:00.0", "00000019:01:00.0"]},
    "l40sx4": {"count": 4, "name": "NVIDIA L40S", "capability": [8, 9], "links": "NotSupported",
               "link_state": "NotSupported", "mig": "NotSupported"},
    "t4x1": {"count": 1, "name": "Tesla T4", "capability": [7, 5], "memory_total": 15360 << 20,
             "links": "NotSupported", "remapped": "NotSupported", "retired": [], "bus_ids": ["00000000:00:1E.0"],
             "driver": "570.133.20", "cuda": 12080, "power_limit": 70000, "virtualization": 1},
    "a100-mig": {"count": 2, "mig_first": [1, 1], "mig_devices": [[0, 2, 0], [1, 3, 0], [3, 9, 0], [4, 10, 0]]},
    "ecc-dbe": {"count": 8, "dram_uncorrected": [0, 0, 1, 0, 0, 0, 0, 0], "recovery": [0, 0, 4, 0, 0, 0, 0, 0],
                "remap_pending": [0, 0, 1, 0, 0, 0, 0, 0]},
    "row-remap-failure": {"count": 8, "remap_failure": [0, 0, 0, 0, 0, 0, 1, 0]},
    "nvlink-down": {"count": 8, "active_links": [18, 18, 18, 18, 16, 18, 18, 18]},
    "pcie-degraded": {"count": 8, "pcie_widths": [16, 16, 8, 16, 16, 16, 16, 16]},
    "fabric-not-ready": {"count": 8, "fabric_state": 1},
    "thermal-slowdown": {"count": 8, "reasons_last": 0x8 | 0x20 | 0x40},
    "power-brake": {"count": 8, "reasons_first": 0x8 | 0x80},
    "zombie-process": {"count": 8, "pids": [[], [], [48213], [], [], [], [48290], []]},
    "busy": {"count": 8, "pids": [[60100 + i] for i in range(8)]},
    "fallen-off-bus": {"count": 8, "lost": [3]},
    "missing-gpu": {"count": 7, "minor_numbers": [0, 1, 2, 4, 5, 6, 7]},
    "reset-required": {"count": 8, "utilization_first": "ResetRequired"},
    "driver-mismatch": {"init": "LibRmVersionMismatch"},
    "no-driver": {"init": "DriverNotLoaded"},
    "no-permission": {"init": "NoPermission"},
}

# Scenarios whose faults stop a walk on purpose; simulator_faults.py has them.
NOT_WALKED = ["driver-hang", "driver-crash"]


def reading(call, *arguments):
    """A value, or the name of the error."""
    import pynvml

    try:
        return call(*arguments)
    except pynvml.NVMLError as error:
        return type(error).__name__.replace("NVMLError_", "")


def fields(pynvml, handle, ids, scope=0):
    values = pynvml.nvmlDeviceGetFieldValues(handle, [(i, scope) for i in ids])
    return [v.value.ullVal if v.nvmlReturn == 0 else v.nvmlReturn for v in values]


def same(left, right, what):
    if left != right:
        raise AssertionError("%s: %r is not %r" % (what, left, right))


def check_ways_to_a_handle(n, handle, index):
    uuid, bus_id = n.nvmlDeviceGetUUID(handle), n.nvmlDeviceGetPciInfo(handle).busId
    ways = [n.nvmlDeviceGetHandleByUUID(uuid), n.nvmlDeviceGetHandleByPciBusId(bus_id),
            n.nvmlDeviceGetHandleBySerial(n.nvmlDeviceGetSerial(handle))]
    for other in ways:
        same(n.nvmlDeviceGetIndex(other), index, "index of another handle")


def check_agreement(n, handle):
    """Readings that two calls give must agree."""
    old, new = n.nvmlDeviceGetMemoryInfo(handle), n.nvmlDeviceGetMemoryInfo(handle, version=n.nvmlMemory_v2)
    same((old.total, old.free), (new.total, new.free), "memory")
    same(old.used, new.used + new.reserved, "memory in use")
    same(new.total, new.free + new.used + new.reserved, "sum of memory")
    limits = fields(n, handle, [187, 188, 189, 190])
    low, high = n.nvmlDeviceGetPowerManagementLimitConstraints(handle)
    same(limits, [low, high, n.nvmlDeviceGetPowerManagementDefaultLimit(handle),
                  n.nvmlDeviceGetEnforcedPowerLimit(handle)], "power limits")
    same(fields(n, handle, [3, 4]), [n.nvmlDeviceGetTotalEccErrors(handle, e, 0) for e in (0, 1)], "ECC totals")
    rows = reading(n.nvmlDeviceGetRemappedRows, handle)
    if rows != "NotSupported":
        same(fields(n, handle, [142, 143, 144, 145]), list(rows), "remapped rows")


def versioned(call, handle, structure, word):
    """What a call fills in; with a wrong version word it must say so."""
    wrong = structure()
    wrong.version = word + 1
    same(reading(call, handle, ctypes.byref(wrong)), "ArgumentVersionMismatch", "wrong version word")
    right = structure()
    right.version = word
    code = reading(call, handle, ctypes.byref(right))
    return code if isinstance(code, str) else right


def links(n, handle):
    count = fields(n, handle, [91])[0]
    states, speeds, versions, remotes = [], [], set(), set()
    if reading(n.nvmlDeviceGetNvLinkState, handle, 0) == "NotSupported":
        return "NotSupported", [], [], [], []
    for link in range(count):
        states.append(n.nvmlDeviceGetNvLinkState(handle, link))
        same(states[-1], fields(n, handle, [165], link)[0], "link state")
        speeds.append(fields(n, handle, [164], link)[0])
        versions.add(n.nvmlDeviceGetNvLinkVersion(handle, link))
        remotes.add(reading(n.nvmlDeviceGetNvLinkRemoteDeviceType, handle, link))
        for counter in range(5):
            reading(n.nvmlDeviceGetNvLinkErrorCounter, handle, link, counter)
    same(reading(n.nvmlDeviceGetNvLinkState, handle, count), "InvalidArgument", "link beyond the last one")
    return count, states, speeds, sorted(versions), sorted(remotes, key=str)


def mig_devices(n, handle):
    found = []
    for index in range(n.nvmlDeviceGetMaxMigDeviceCount(handle)):
        mig = reading(n.nvmlDeviceGetMigDeviceHandleByIndex, handle, index)
        if isinstance(mig, str):
            same(mig, "NotFound", "hole in the list of MIG devices")
            continue
        same(n.nvmlDeviceIsMigDeviceHandle(mig).value, 1, "MIG handle")
        parent = n.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(mig)
        same(n.nvmlDeviceGetUUID(parent), n.nvmlDeviceGetUUID(handle), "parent of a MIG device")
        same(n.nvmlDeviceGetUUID(mig)[:4], "MIG-", "UUID of a MIG device")
        attributes = n.nvmlDeviceGetAttributes(mig)
        same(attributes.memorySizeMB, n.nvmlDeviceGetMemoryInfo(mig).total >> 20, "memory of a MIG device")
        found.append([index, n.nvmlDeviceGetGpuInstanceId(mig), n.nvmlDeviceGetComputeInstanceId(mig)])
    return found


def walk_device(n, handle, index, count):
    check_ways_to_a_handle(n, handle, index)
    handles = [n.nvmlDeviceGetHandleByIndex(i) for i in range(count) if i != index] if count else []
    for other in handles:
        n.nvmlDeviceGetTopologyCommonAncestor(handle, other)
        for capability in range(5):
            n.nvmlDeviceGetP2PStatus(handle, other, capability)
    link_count, states, speeds, versions, remotes = links(n, handle)
    fabric = versioned(n.nvmlDeviceGetGpuFabricInfoV, handle, n.c_nvmlGpuFabricInfo_v3_t, n.nvmlGpuFabricInfo_v3)
    versioned(n.nvmlDeviceGetSramEccErrorStatus, handle, n.c_nvmlEccSramErrorStatus_v1_t, n.nvmlEccSramErrorStatus_v1)
    versioned(n.nvmlDeviceGetPciInfoExt, handle, n.nvmlPciInfoExt_v1_t, n.nvmlPciInfoExt_v1)
    processes = n.nvmlDeviceGetComputeRunningProcesses(handle)
    n.nvmlDeviceGetGraphicsRunningProcesses(handle)
    n.nvmlDeviceGetMPSComputeRunningProcesses(handle)
    for call in (n.nvmlDeviceGetVbiosVersion, n.nvmlDeviceGetBoardPartNumber, n.nvmlDeviceGetInforomImageVersion,
                 n.nvmlDeviceGetPersistenceMode, n.nvmlDeviceGetComputeMode, n.nvmlDeviceGetEccMode,
                 n.nvmlDeviceGetSupportedClocksEventReasons,
                 n.nvmlDeviceGetGspFirmwareMode, n.nvmlDeviceGetBoardId, n.nvmlDeviceGetMultiGpuBoard,
                 n.nvmlDeviceGetNumGpuCores, n.nvmlDeviceGetMemoryBusWidth, n.nvmlDeviceGetPcieReplayCounter,
                 n.nvmlDeviceValidateInforom, n.nvmlDeviceGetSupportedEventTypes):
        call(handle)
    for call in (n.nvmlDeviceGetRowRemapperHistogram, n.nvmlDeviceGetMarginTemperature, n.nvmlDeviceGetModuleId,
                 n.nvmlDeviceGetRepairStatus, n.nvmlDeviceGetC2cModeInfoV, n.nvmlDeviceGetAddressingMode,
                 n.nvmlDeviceGetPdi, n.nvmlDeviceGetAccountingMode, n.nvmlDeviceGetGpuOperationMode,
                 n.nvmlDeviceGetGspFirmwareVersion, n.nvmlDeviceGetTotalEnergyConsumption):
        reading(call, handle)
    for clock in range(4):
        reading(n.nvmlDeviceGetClockInfo, handle, clock)
        n.nvmlDeviceGetMaxClockInfo(handle, clock)
    for location in range(8):
        for error in (0, 1):
            for counter in (0, 1):
                reading(n.nvmlDeviceGetMemoryErrorCounter, handle, error, counter, location)
    n.nvmlDeviceGetCpuAffinity(handle, 8)
    remapped = reading(n.nvmlDeviceGetRemappedRows, handle)
    memory = reading(n.nvmlDeviceGetMemoryInfo, handle)
    mig = reading(n.nvmlDeviceGetMigMode, handle)
    return {
        "name": n.nvmlDeviceGetName(handle), "uuid": n.nvmlDeviceGetUUID(handle),
        "memory_total": memory if isinstance(memory, str) else memory.total,
        "capability": list(n.nvmlDeviceGetCudaComputeCapability(handle)),
        "architecture": n.nvmlDeviceGetArchitecture(handle), "bus_id": n.nvmlDeviceGetPciInfo(handle).busId,
        "minor_number": n.nvmlDeviceGetMinorNumber(handle), "power_limit": n.nvmlDeviceGetEnforcedPowerLimit(handle),
        "utilization": str(reading(n.nvmlDeviceGetUtilizationRates, handle)),
        "links": link_count, "link_state": reading(n.nvmlDeviceGetNvLinkState, handle, 0),
        "active_links": sum(states), "link_speed": max(speeds, default=None), "link_version": max(versions, default=None),
        "remote_types": remotes, "mig": mig if isinstance(mig, str) else list(mig),
        "mig_devices": mig_devices(n, handle) if mig == [1, 1] else [],
        "pcie": [n.nvmlDeviceGetCurrPcieLinkGeneration(handle), n.nvmlDeviceGetCurrPcieLinkWidth(handle)],
        "fabric_state": fabric if isinstance(fabric, str) else fabric.state,
        "fan": reading(n.nvmlDeviceGetFanSpeed, handle), "sm_clock_max": n.nvmlDeviceGetMaxClockInfo(handle, 1),
        "retired": reading(n.nvmlDeviceGetRetiredPages, handle, 0),
        "remapped": remapped if isinstance(remapped, str) else list(remapped),
        "bar1_total": n.nvmlDeviceGetBAR1MemoryInfo(handle).bar1Total,
        "dram_uncorrected": reading(n.nvmlDeviceGetMemoryErrorCounter, handle, 1, 0, 2),
        "recovery": fields(n, handle, [230])[0], "pids": [p.pid for p in processes],
        "reasons": reading(n.nvmlDeviceGetCurrentClocksEventReasons, handle),
        "virtualization": n.nvmlDeviceGetVirtualizationMode(handle),
        "c2c": fields(n, handle, [171])[0],
    }


RESET = os.environ.get("NVML_SIMULATOR_SCENARIO") == "reset-required"


def walk():
    import pynvml as n

    outcome = reading(n.nvmlInit)
    if outcome is not None:
        return {"init": outcome}
    devices, lost = [], []
    count = n.nvmlDeviceGetCount()
    whole = all(not isinstance(reading(n.nvmlDeviceGetHandleByIndex, i), str) for i in range(count))
    for index in range(count):
        handle = reading(n.nvmlDeviceGetHandleByIndex, index)
        if isinstance(handle, str):
            same(handle, "GpuIsLost", "handle")
            lost.append(index)
            continue
        if not RESET:
            check_agreement(n, handle)
        devices.append(walk_device(n, handle, index, count if whole else 0))
    result = {"count": count, "lost": lost, "devices": devices, "driver": n.nvmlSystemGetDriverVersion(),
              "cuda": n.nvmlSystemGetCudaDriverVersion()}
    n.nvmlShutdown()
    same(reading(n.nvmlDeviceGetCount), "Uninitialized", "call after the shutdown")
    return result


def found(result, key):
    """What was read, in the shape of an expectation."""
    devices = result.get("devices", [])
    lists = {"bus_ids": "bus_id", "minor_numbers": "minor_number", "dram_uncorrected": "dram_uncorrected",
             "recovery": "recovery", "pids": "pids", "active_links": "active_links"}
    if key in lists:
        return [d[lists[key]] for d in devices]
    if key in ("remap_pending", "remap_failure"):
        return [d["remapped"][2 if key == "remap_pending" else 3] for d in devices]
    if key == "pcie_widths":
        return [d["pcie"][1] for d in devices]
    if key in ("mig_first", "mig_devices"):
        return devices[0]["mig" if key == "mig_first" else "mig_devices"]
    if key in ("reasons_first", "reasons_last"):
        return devices[0 if key == "reasons_first" else -1]["reasons"]
    if key == "utilization_first":
        return devices[0]["utilization"]
    if key in result:
        return result[key]
    values = {json.dumps(d[key]) for d in devices}
    same(len(values), 1, "%s on all GPUs: %s" % (key, values))
    return json.loads(values.pop())


def main(directory, scenarios):
    failures = 0
    for scenario in scenarios:
        if scenario in NOT_WALKED:
            continue
        environment = dict(os.environ, LD_LIBRARY_PATH=directory, NVML_SIMULATOR_SCENARIO=scenario)
        environment.pop("NVML_MPS_DEVICE_ENUMERATION", None)
        child = subprocess.run([sys.executable, __file__, "--walk"], env=environment, capture_output=True, timeout=60)
        problems = []
        if child.returncode != 0:
            problems.append(child.stderr.decode()[-2000:])
        else:
            result = json.loads(child.stdout)
            for key, value in EXPECTED.get(scenario, {"count": 8}).items():
                if found(result, key) != value:
                    problems.append("%s: expected %r, found %r" % (key, value, found(result, key)))
            uuids = [d["uuid"] for d in result.get("devices", [])]
            if len(set(uuids)) != len(uuids):
                problems.append("two GPUs have one UUID")
        print("%-20s %s" % (scenario, "; ".join(problems) or "ok"))
        failures += bool(problems)
    return 1 if failures else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--walk"]:
        print(json.dumps(walk()))
    else:
        sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:] or list(EXPECTED)))
