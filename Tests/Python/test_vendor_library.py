"""The whole agent with the vendor's own library, on a machine that has no driver for it."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from support import ROOT, Session

FETCH = ROOT / "Tests/Python/nvml_fetch_library.sh"
CACHE = ROOT / ".build/test-cache/nvml"
NODE = pathlib.Path("/dev/nvidiactl")
# As root the library makes the device node that it misses, for which nobody else here is to take it.
WITHOUT_NODES = ("setpriv", "--bounding-set", "-mknod") if os.geteuid() == 0 and shutil.which("setpriv") else ()


@pytest.fixture(name="library")
def fixture_library():
    if os.path.exists("/proc/driver/nvidia/version"):
        pytest.skip("this machine has a driver")
    fetched = subprocess.run(["sh", FETCH, CACHE], capture_output=True, text=True, timeout=300, check=False)
    if fetched.returncode == 3:
        pytest.skip(f"the vendor's library cannot be had here: {fetched.stderr.strip()}")
    assert fetched.returncode == 0, fetched.stderr
    had_node = NODE.exists()
    yield fetched.stdout.strip()
    if not had_node:
        NODE.unlink(missing_ok=True)


@pytest.mark.parametrize("tool", ["get_gpu_inventory", "get_gpu_telemetry", "snapshot_ecc", "inspect_topology"])
def test_without_a_driver_each_tool_says_so_and_what_to_do(library, tool):
    with Session("--nvml-library", library, wrapper=WITHOUT_NODES) as session:
        result = session.call(tool)
        answer = json.loads(result["content"][0]["text"])
        assert result["isError"] is True
        assert (answer["status"], answer["source"], answer["error"]) == ("error", "nvml", "driver_not_loaded")
        assert "kernel module is not loaded (NVML code 9)" in answer["summary"]
        assert "modprobe nvidia" in answer["remedy"]
        session.ping()


def test_without_a_driver_nothing_is_healthy(library):
    with Session("--nvml-library", library, wrapper=WITHOUT_NODES) as session:
        answer = session.ask("diagnose_gpu_node")
        assert (answer["verdict"], answer["device_count"]) == ("unknown", 0)
        problem, = [problem for problem in answer["problems"] if problem["kind"] == "driver_not_loaded"]
        assert "modprobe nvidia" in problem["remedy"]
