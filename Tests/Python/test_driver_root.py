"""The driver in another root, as an injected pod finds it: the child enters that root, and says so when it may not."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest
from support import AGENT, SIMULATOR, Session, run_agent

VERSION = "580.95.05"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="entering another root needs to be root")


def make_root(path, library_version=VERSION, module_version=VERSION, folder="usr/lib64"):
    """A node's root with a driver of its own; its link is absolute, as distributions make it."""
    libraries = path / folder
    libraries.mkdir(parents=True)
    shutil.copy(SIMULATOR / "libnvidia-ml.so.1", libraries / f"libnvidia-ml.so.{library_version}")
    (libraries / "libnvidia-ml.so.1").symlink_to(f"/{folder}/libnvidia-ml.so.{library_version}")
    module = path / "proc" / "driver" / "nvidia"
    module.mkdir(parents=True)
    (module / "version").write_text(
        f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {module_version}  Wed Oct  1 12:00:00 UTC 2025\n",
        encoding="utf-8")
    return path


def session(root, scenario="a100x2", *arguments):
    environment = {**os.environ, "NVML_SIMULATOR_SCENARIO": scenario}
    return Session("--host-root", str(root), *arguments, environment=environment)


def failure(result):
    assert result["isError"] is True
    return json.loads(result["content"][0]["text"])


@needs_root
@pytest.mark.parametrize("folder", ["usr/lib64", "usr/lib/x86_64-linux-gnu", "home/kubernetes/bin/nvidia/lib64", "opt/nvidia/lib64"])
def test_the_child_enters_the_driver_root_and_the_server_stays_out(tmp_path, folder):
    with session(make_root(tmp_path, folder=folder)) as server:
        answer = server.ask("get_gpu_inventory")
        assert answer["source"] == "nvml"
        assert answer["device_count"] == 2
        child, = server.children()
        assert os.readlink(f"/proc/{child}/root") == str(tmp_path)
        assert os.readlink(f"/proc/{server.pid}/root") == "/"
        assert "libnvidia-ml" in pathlib.Path(f"/proc/{child}/maps").read_text(encoding="utf-8")
        assert "libnvidia-ml" not in pathlib.Path(f"/proc/{server.pid}/maps").read_text(encoding="utf-8")


@needs_root
def test_a_driver_container_below_the_host_root_is_found(tmp_path):
    make_root(tmp_path / "run" / "nvidia" / "driver")
    (tmp_path / "run" / "nvidia" / "driver" / "proc").rename(tmp_path / "proc")
    with session(tmp_path) as server:
        assert server.ask("get_gpu_inventory")["device_count"] == 2
        child, = server.children()
        assert os.readlink(f"/proc/{child}/root") == str(tmp_path / "run" / "nvidia" / "driver")


@needs_root
def test_a_library_of_another_version_than_the_module_is_named(tmp_path):
    root = make_root(tmp_path, library_version="570.86.15")
    result = run_agent("doctor", "--host-root", str(root), env={**os.environ, "NVML_SIMULATOR_SCENARIO": "a100x2"})
    report = result.stdout.decode()
    assert "570.86.15" in report
    assert "not of the loaded kernel module's version" in report


@needs_root
def test_a_truncated_library_is_named_as_what_crashed(tmp_path):
    root = make_root(tmp_path)
    library = root / "usr" / "lib64" / f"libnvidia-ml.so.{VERSION}"
    os.truncate(library, library.stat().st_size * 3 // 10)
    with session(root) as server:
        answer = failure(server.call("get_gpu_inventory"))
        assert answer["error"] == "probe_crashed"
        assert f"dlopen({tmp_path}/usr/lib64/libnvidia-ml.so" in answer["summary"]
        assert "damaged" in answer["remedy"]
        assert server.ask("echo_test", message="alive")["echo"] == "alive"


def test_an_empty_library_is_no_candidate(tmp_path):
    root = make_root(tmp_path)
    library = root / "usr" / "lib64" / f"libnvidia-ml.so.{VERSION}"
    library.write_bytes(b"")
    with session(root) as server:
        answer = failure(server.call("get_gpu_inventory"))
        assert answer["error"] == "library_not_found"
        assert "empty file" in answer["summary"]
        assert VERSION in answer["remedy"]


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_library_without_nvml_is_unusable(tmp_path, by):
    library = tmp_path / "libnvidia-ml.so.1"
    library.symlink_to("/lib/x86_64-linux-gnu/libm.so.6")
    option, variable = (["--nvml-library", str(library)], {}) if by == "option" else ([], {"NVML_LIBRARY_PATH": str(library)})
    result = subprocess.run(
        [AGENT, "call", "get_gpu_inventory", *option], env={**os.environ, **variable},
        capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1
    answer = json.loads(result.stdout)
    assert answer["error"] == "library_unusable"
    assert "nvmlInit_v2" in answer["summary"]


def test_a_simulated_node_keeps_its_own_library():
    result = run_agent("call", "get_gpu_inventory", "--simulate", "a100x2", env={**os.environ, "NVML_LIBRARY_PATH": "/nowhere"})
    assert result.returncode == 0
    assert json.loads(result.stdout)["device_count"] == 2


def test_a_library_that_was_named_and_is_not_there_is_named(tmp_path):
    (tmp_path / "lib").mkdir()
    result = subprocess.run(
        [AGENT, "call", "get_gpu_inventory", "--nvml-library", "lib/libnvidia-ml.so.1"],
        capture_output=True, text=True, timeout=20, check=False, cwd=tmp_path)
    answer = json.loads(result.stdout)
    assert answer["error"] == "library_not_found"
    assert f"{tmp_path}/lib/libnvidia-ml.so.1" in answer["summary"]
    assert "usual places" not in answer["summary"]


def test_a_relative_library_is_looked_for_where_the_agent_was_started(tmp_path):
    (tmp_path / "libnvidia-ml.so.1").symlink_to("/lib/x86_64-linux-gnu/libm.so.6")
    result = subprocess.run(
        [AGENT, "call", "get_gpu_inventory", "--nvml-library", "libnvidia-ml.so.1"],
        capture_output=True, text=True, timeout=20, check=False, cwd=tmp_path)
    assert json.loads(result.stdout)["error"] == "library_unusable"


@needs_root
def test_without_the_right_to_enter_the_root_the_answer_says_so(tmp_path):
    root = make_root(tmp_path)
    for path in [tmp_path, *tmp_path.parents]:
        if path.owner() == "root" and path != pathlib.Path("/"):
            path.chmod(path.stat().st_mode | 0o755)
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    agent = tmp_path / "agent"
    shutil.copy(AGENT, agent)
    result = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", agent, "call", "get_gpu_inventory",
         "--host-root", root],
        capture_output=True, text=True, timeout=20, check=False)
    answer = json.loads(result.stdout)
    assert answer["error"] == "driver_root_not_entered"
    assert "CAP_SYS_CHROOT" in answer["remedy"]


def test_on_a_node_without_a_driver_the_library_is_not_asked(tmp_path):
    """As root NVML would make /dev/nvidiactl and leave it behind."""
    root = make_root(tmp_path)
    shutil.rmtree(root / "proc")
    with session(root) as server:
        answer = failure(server.call("get_gpu_inventory"))
        assert answer["error"] == "driver_not_loaded"
        assert "/proc/driver/nvidia/version" in answer["summary"]
        assert "modprobe" in answer["remedy"]
