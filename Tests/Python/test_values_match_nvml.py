"""Every value that the agent reports is the one that NVIDIA's own Python bindings read."""

import json
import os
import subprocess

import pytest
from support import ENVIRONMENTS, FAULTY_GPU, HEALTHY, ROOT, SIMULATOR, Session, devices, simulated

READER = ROOT / "Tests/Python/clients/nvml.py"
TOOLS = {"inventory": "get_gpu_inventory", "telemetry": "get_gpu_telemetry"}

# Every built-in scenario in which NVML gives handles.
WALKED = (*HEALTHY, *FAULTY_GPU, "missing-gpu")
# The simulated machine's clock stands still, in the agent and in the reader alike, at a moment when all moving values
# are away from both of their ends.
FROZEN = {"NVML_SIMULATOR_CLOCK": "101.3"}

# What the agent leaves out on purpose when another reading says that it means nothing.
LEFT_OUT = {
    "nvlink_version": lambda readings: readings["nvlink_count"] in (0, {"error": 3}),
    "gsp_firmware_version": lambda readings: readings["gsp_firmware"] == "disabled",
    "mig_devices": lambda readings: readings["mig_mode_current"] != "enabled",
    "clocks_event_faults": lambda readings: not readings["clocks_event_faults"],
    "clocks_limited_ms": lambda readings: not readings["clocks_limited_ms"],
}
# Readings that are one to the agent and two to NVML, or the reverse.
NOTED_AS = {
    "mig_mode_current": "mig_mode", "mig_mode_pending": "mig_mode", "ecc_mode_current": "ecc_mode",
    "ecc_mode_pending": "ecc_mode",
}
NOT_NOTED = {"clocks_event_faults"}
NOT_SUPPORTED = {"error": 3}
# What NVML answers on boards that have no such thing; the agent calls it not supported.
MEANS_NONE = {"serial": ("", "0", "N/A"), "memory_temperature_c": (0,)}


def read_with_nvml(**environment):
    finished = subprocess.run(
        [ENVIRONMENTS / "tests/bin/python", READER], capture_output=True, timeout=60, check=False,
        env={**os.environ, **environment})
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout)


def read_simulated(scenario):
    return read_with_nvml(LD_LIBRARY_PATH=str(SIMULATOR), NVML_SIMULATOR_SCENARIO=scenario, **FROZEN)


def unavailable(answer, index):
    """The readings of one GPU that the answer says it does not have."""
    entries = answer.get("unavailable", [])
    return {entry["reading"]: entry["reason"] for entry in entries if entry["gpu"] in (index, "all")}


def is_error(value):
    return isinstance(value, dict) and "error" in value


def compare(section, expected, answer, device):
    """Yields what is wrong with one GPU of an answer."""
    readings = {**expected["identity"], **expected[section]}
    missing = unavailable(answer, expected["index"])
    for key in device.keys() - readings.keys() - {"index"}:
        yield f"{key}: {device[key]!r} is compared with nothing"
    for key, value in readings.items():
        if value in MEANS_NONE.get(key, ()):
            if missing.get(key) != "not_supported":
                yield f"{key}: {value!r} stands for none, but the agent says {device.get(key)!r}"
        elif is_error(value):
            if key in device:
                yield f"{key}: {device[key]!r}, but NVML answers {value}"
            noted = NOTED_AS.get(key, key)
            if noted not in missing and key not in NOT_NOTED and not (key in LEFT_OUT and LEFT_OUT[key](readings)):
                yield f"{key}: NVML answers {value}, and the agent does not say that it has none"
            elif value == NOT_SUPPORTED and missing.get(noted, "not_supported") != "not_supported":
                yield f"{key}: not supported, but the agent says {missing[noted]}"
        elif key in LEFT_OUT and LEFT_OUT[key](readings):
            if key in device:
                yield f"{key}: {device[key]!r} should have been left out"
        elif key not in device:
            yield f"{key}: left out, but NVML answers {value!r}"
        elif device[key] != value:
            yield f"{key}: {device[key]!r}, but NVML answers {value!r}"


def compare_all(session, expected):
    """Yields everything in which the agent's two answers differ from what NVML said."""
    for section, tool in TOOLS.items():
        answer = session.ask(tool, detail="full")
        if answer["device_count"] != expected["node"]["device_count"]:
            yield f"{tool}: {answer['device_count']} GPUs"
        reported = {device["index"]: device for device in devices(answer)}
        for gpu in expected["devices"]:
            device = reported.pop(gpu["index"])
            if "error" in gpu:
                if set(device) - {"index", "uuid", "bus_id", "name"}:
                    yield f"{tool}: GPU {gpu['index']} has readings, but NVML answers {gpu['error']}"
                continue
            yield from (f"GPU {gpu['index']} {difference}" for difference in compare(section, gpu, answer, device))
        yield from (f"{tool}: GPU {index} does not exist" for index in reported)


@pytest.mark.parametrize("scenario", WALKED)
def test_every_value_is_what_nvml_says(scenario):
    expected = read_simulated(scenario)
    with simulated(scenario, environment={**os.environ, **FROZEN}) as session:
        assert not list(compare_all(session, expected))


@pytest.mark.parametrize("scenario", WALKED)
def test_every_version_is_what_nvml_says(scenario):
    expected = read_simulated(scenario)["node"]
    with simulated(scenario) as session:
        answer = session.ask("get_gpu_inventory")
    assert {key: answer.get(key) for key in expected} == expected


@pytest.mark.parametrize("scenario", WALKED)
def test_each_selector_finds_its_gpu(scenario):
    with simulated(scenario) as session:
        for device in devices(session.ask("get_gpu_inventory")):
            for selector in (device["index"], str(device["index"]), device["uuid"], device["bus_id"].upper()):
                found = devices(session.ask("get_gpu_inventory", gpu=selector))
                assert [gpu["uuid"] for gpu in found] == [device["uuid"]]


def test_moving_values_move():
    with simulated("busy") as session:
        answer = session.ask("get_gpu_telemetry", duration_ms=1500, interval_ms=100)
        for device in devices(answer):
            power = device["statistics"]["power_w"]
            assert power["min"] < power["max"]
            assert power["min"] <= power["mean"] <= power["max"]


@pytest.mark.parametrize("scenario", ("h100x8", "b200x8", "busy", "ecc-dbe", "fallen-off-bus"))
@pytest.mark.parametrize("tool", TOOLS.values())
def test_an_answer_for_eight_gpus_stays_short(scenario, tool):
    with simulated(scenario) as session:
        text = session.call(tool)["content"][0]["text"]
        assert len(text.encode()) <= 8_000


@pytest.mark.gpu
@pytest.mark.skipif(not os.path.exists("/dev/nvidiactl"), reason="needs an NVIDIA GPU and its driver")
def test_the_real_hardware_is_what_nvml_says():
    """What moves on real hardware is compared by its presence, everything else by its value."""
    expected = read_with_nvml()
    for gpu in expected["devices"]:
        gpu["telemetry"] = {}
    with Session() as session:
        answer = session.ask("get_gpu_inventory", detail="full")
        assert answer["source"] == "nvml"
        reported = {device["index"]: device for device in devices(answer)}
        for gpu in expected["devices"]:
            assert not list(compare("inventory", gpu, answer, reported[gpu["index"]]))
        telemetry = devices(session.ask("get_gpu_telemetry"))
        assert all("temperature_c" in device and "power_w" in device for device in telemetry)
