"""Errors, links, ways between GPUs and processes are those that NVIDIA's own Python bindings read."""

import functools
import json
import os
import subprocess

import pytest
from support import ENVIRONMENTS, ROOT, SIMULATOR, devices, simulated
from test_values_match_nvml import FROZEN, WALKED, is_error, unavailable

READER = ROOT / "Tests/Python/clients/nvml_state.py"
LEVELS = {0: "INT", 10: "PIX", 20: "PXB", 30: "PHB", 40: "NODE", 50: "SYS"}
# What is left out without a word: most GPUs have none.
NOT_NOTED = {"c2c_count", "c2c_active"}
WORKS, SWITCH = 0, "switch"


@functools.cache
def expected(scenario):
    finished = subprocess.run(
        [ENVIRONMENTS / "tests/bin/python", READER], capture_output=True, timeout=60, check=False,
        env={**os.environ, "LD_LIBRARY_PATH": str(SIMULATOR), "NVML_SIMULATOR_SCENARIO": scenario, **FROZEN})
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout)


def ask(scenario, tool, **arguments):
    with simulated(scenario, environment={**os.environ, **FROZEN}) as session:
        return session.ask(tool, detail="full", **arguments)


def pairs(scenario, answer):
    """Each GPU as NVML reads it and as the agent tells of it; the agent has all of them and no other."""
    reported = {device["index"]: device for device in devices(answer)}
    assert answer["device_count"] == len(reported) == len(expected(scenario)["devices"])
    for gpu in expected(scenario)["devices"]:
        device = reported[gpu["index"]]
        assert {key: device[key] for key in gpu.get("identity", {})} == gpu.get("identity", {})
        yield gpu, device


def opened_pairs(scenario, answer, section):
    """Those that NVML opens; of another the agent tells nothing that only NVML could know."""
    for gpu, device in pairs(scenario, answer):
        if "error" not in gpu:
            yield gpu, device
            continue
        readings = {key for other in expected(scenario)["devices"] for key in other.get(section, {})}
        assert readings and not set(device) & readings


def compare(readings, device, missing):
    """Yields what the agent tells otherwise than NVML."""
    for key, value in readings.items():
        if not is_error(value):
            if device.get(key) != value:
                yield f"{key}: {device.get(key)!r}, but NVML answers {value!r}"
        elif key in device:
            yield f"{key}: {device[key]!r}, but NVML answers {value}"
        elif key not in NOT_NOTED and not any(reading.startswith(key) for reading in missing):
            yield f"{key}: NVML answers {value}, and the agent does not say that it has none"


@pytest.mark.parametrize("scenario", WALKED)
def test_memory_errors_and_repairs(scenario):
    answer = ask(scenario, "snapshot_ecc")
    for gpu, device in opened_pairs(scenario, answer, "ecc"):
        assert not list(compare(gpu["ecc"], device, unavailable(answer, gpu["index"])))


@pytest.mark.parametrize("scenario", WALKED)
def test_links(scenario):
    answer = ask(scenario, "inspect_topology")
    for gpu, device in opened_pairs(scenario, answer, "topology"):
        readings = {key: value for key, value in gpu["topology"].items() if key != "peers"}
        readings = readings if readings["nvlinks"] else {**readings, "nvlinks": {"error": None}}
        if is_error(readings["nvlinks"]):
            del readings["nvlinks"]
            assert not device.get("nvlinks")
        else:
            assert device["nvlink_active"] == len(active(gpu))
        assert not list(compare(readings, device, unavailable(answer, gpu["index"])))


def active(gpu):
    found = gpu["topology"]["nvlinks"]
    return [] if is_error(found) else [link for link in found if link["state"] == "active"]


def way(gpu, other):
    """The word for the way between two GPUs, from what NVML says of both; with a mark where there is no access."""
    peer = gpu["topology"]["peers"][str(other["index"])]
    count = sum(link.get("remote_bus_id") == other["identity"]["bus_id"] for link in active(gpu))
    if count == 0 and peer["nvlink"] == WORKS:
        count = min(sum(link.get("remote") == SWITCH for link in active(end)) for end in (gpu, other))
    blocked = any(not is_error(peer[kind]) and peer[kind] != WORKS for kind in ("read", "write"))
    return (f"NV{count}" if count else LEVELS[peer["ancestor"]]) + ("*" if blocked else "")


def rows(answer):
    """The matrix as words by the indices of both GPUs."""
    head, *lines = (line.split() for line in answer["matrix"].splitlines())
    return {
        (line[0], column): word for line in lines for column, word in zip(head, line[1:]) if column.startswith("GPU")}


@pytest.mark.parametrize("scenario", WALKED)
def test_ways_between_gpus(scenario):
    answer = ask(scenario, "inspect_topology")
    known = [gpu for gpu in expected(scenario)["devices"] if "error" not in gpu]
    if len(known) == 1:
        assert "matrix" not in answer
        return
    told = rows(answer)
    for gpu in known:
        for other in known:
            word = told[f"GPU{gpu['index']}", f"GPU{other['index']}"]
            assert word == ("X" if gpu is other else way(gpu, other))


@pytest.mark.parametrize("scenario", WALKED)
def test_processes_and_their_memory(scenario):
    answer = ask(scenario, "list_gpu_processes", limit=1000)
    for gpu, device in pairs(scenario, answer):
        # A GPU that NVML does not open has no contexts to list; who holds its device node is no matter of NVML.
        listed = gpu["processes"]["processes"] if "error" not in gpu else {}
        if is_error(listed):
            assert "processes" not in device
            continue
        told = {process["pid"]: process for process in device["processes"] if process["type"] != "holds_device_node"}
        assert {int(pid): process["memory_bytes"] for pid, process in listed.items()} == {
            pid: process.get("memory_bytes") for pid, process in told.items()}
        for pid, process in listed.items():
            assert set(told[int(pid)]["type"].split("+")) >= set(process["kinds"])
