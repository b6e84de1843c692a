"""What the agent says of nodes that are broken, and that it lives on."""

import json
import os
import pathlib
import signal
import time

import pytest
from support import RUNNING, SCENARIOS, children, devices, eventually, run_agent, simulated

DEADLINE = 3.0
# Scenarios in which the driver gives nothing at all, with the words of the answer.
NO_DRIVER = {
    "no-driver": "driver_not_loaded",
    "driver-mismatch": "driver_version_mismatch",
    "no-permission": "no_permission",
}
TOOLS = ("get_gpu_inventory", "get_gpu_telemetry")


def is_gone(pid):
    """Whether a process has ended, reaped or not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def problems(answer):
    return {problem["kind"]: problem for problem in answer.get("problems", [])}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("scenario", NO_DRIVER)
def test_without_a_usable_driver_the_answer_names_cause_and_remedy(scenario, tool):
    with simulated(scenario) as session:
        result = session.call(tool)
        assert result["isError"] is True
        answer = json.loads(result["content"][0]["text"])
        assert answer["status"] == "error"
        assert answer["error"] == NO_DRIVER[scenario]
        assert answer["remedy"]
        assert answer["source"] == "simulated"
        assert session.ask("echo_test", message="alive")["echo"] == "alive"


@pytest.mark.parametrize("scenario", ["driver-mismatch", "no-permission"])
def test_the_health_of_a_gpu_without_a_usable_driver_names_cause_and_remedy(scenario):
    with simulated(scenario) as session:
        cause = json.loads(session.call("get_gpu_telemetry", gpu=1)["content"][0]["text"])
        result = session.call("get_gpu_health", gpu=1)
        assert result["isError"] is True
        text = result["content"][0]["text"]
        assert "has no GPU" not in text
        assert cause["summary"] in text
        assert cause["remedy"] in text


@pytest.mark.parametrize("tool", TOOLS)
def test_a_lost_gpu_is_named_and_has_no_readings(tool):
    with simulated("fallen-off-bus") as session:
        answer = session.ask(tool)
        assert answer["status"] == "partial"
        assert answer["device_count"] == 8
        lost = devices(answer)[3]
        assert "temperature_c" not in lost
        assert "memory_total_bytes" not in lost
        assert lost["bus_id"] == "0000:61:00.0"
        assert problems(answer)["gpu_lost"]["gpu"] == 3
        assert problems(answer)["gpu_lost"]["remedy"]
        assert any(entry["gpu"] == 3 for entry in answer["unavailable"])


def test_a_gpu_that_needs_a_reset_says_so():
    with simulated("reset-required") as session:
        answer = session.ask("get_gpu_telemetry")
        assert answer["status"] == "partial"
        reasons = {entry["reading"]: entry["reason"] for entry in answer["unavailable"] if entry["gpu"] == 0}
        assert reasons["power_w"] == "reset_required"
        assert "power_w" not in devices(answer)[0]
        assert all("power_w" in device for device in devices(answer)[1:])
        for tool in ("get_gpu_telemetry", "get_gpu_inventory"):
            assert "GPU 0 (0000:1b:00.0) needs a reset" in session.ask(tool)["summary"]


@pytest.mark.parametrize(
    ("scenario", "gpus", "reason"),
    [("thermal-slowdown", None, "hw_thermal_slowdown"), ("power-brake", None, "hw_power_brake")])
def test_clocks_that_are_held_down_by_a_fault_are_marked(scenario, gpus, reason):
    with simulated(scenario) as session:
        answer = session.ask("get_gpu_telemetry")
        marked = [device["index"] for device in devices(answer) if reason in device.get("clocks_event_faults", [])]
        assert marked
        assert "fault" in answer["summary"]


def test_clocks_that_are_held_down_normally_are_not_marked():
    with simulated("busy") as session:
        answer = session.ask("get_gpu_telemetry")
        assert all(device["clocks_event_reasons"] == ["sw_power_cap"] for device in devices(answer))
        assert not any("clocks_event_faults" in device for device in devices(answer))
        assert "fault" not in answer["summary"]


def test_a_narrowed_pcie_link_is_seen():
    with simulated("pcie-degraded") as session:
        now = devices(session.ask("get_gpu_telemetry"))
        best = devices(session.ask("get_gpu_inventory"))
        assert any(device["pcie_width"] < limit["pcie_max_width"] for device, limit in zip(now, best, strict=True))


# A driver that does not come back.


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_a_hanging_driver_is_reported_within_the_deadline(tool):
    with simulated("driver-hang") as session:
        session.ping()
        start = RUNNING.seconds
        answer = session.ask(tool)
        assert RUNNING.seconds - start <= DEADLINE + 0.5
        assert answer["status"] == "partial"
        hang = problems(answer)["driver_timeout"]
        assert hang["gpu"] == 3
        assert hang["message"]
        assert hang["remedy"]
        assert "temperature_c" not in devices(answer)[3]


# A reading that each tool has of a GPU that was read.
READ_BY = {"get_gpu_inventory": "memory_total_bytes", "snapshot_ecc": "volatile", "get_gpu_telemetry": "temperature_c"}


@pytest.mark.slow
@pytest.mark.parametrize("tools", [("get_gpu_inventory", "snapshot_ecc"), tuple(READ_BY)])
def test_calls_at_once_on_a_hanging_driver_all_have_the_other_gpus(tools):
    # With time for the other GPUs, also where the machine stands still for a moment.
    with simulated("driver-hang", "--deadline", "8") as session:
        session.ping()
        start = RUNNING.seconds
        pending = {session.start_call(tool): tool for tool in tools}
        while pending:
            message = session.receive()
            if message.get("id") not in pending:
                continue
            tool, result = pending.pop(message["id"]), message["result"]
            assert not result.get("isError"), result["content"]
            answer = result["structuredContent"]
            assert answer["status"] == "partial"
            hang = problems(answer)["driver_timeout"]
            assert hang["gpu"] == 3
            assert "GPU 3 was not read" in hang["message"]
            read = [device["index"] for device in devices(answer) if READ_BY[tool] in device]
            assert read == [0, 1, 2, 4, 5, 6, 7]
        assert RUNNING.seconds - start <= 8 + 0.5


@pytest.mark.slow
def test_where_a_gpu_hangs_the_topology_of_the_others_is_read_each_time(tmp_path):
    node = tmp_path / "node.json"
    node.write_text(json.dumps(
        {"extends": "l40sx4", "gpus": [{"index": 2, "faults": [{"call": "*", "hang_s": "forever"}]}]}))
    with simulated(str(node), "--deadline", "2") as session:
        for _ in range(3):
            answer = session.ask("inspect_topology")
            assert problems(answer)["driver_timeout"]["gpu"] == 2
            assert [device["index"] for device in devices(answer) if "near_numa_nodes" in device] == [0, 1, 3]


@pytest.mark.slow
def test_two_gpus_that_hang_are_both_named(tmp_path):
    node = tmp_path / "node.json"
    hangs = [{"call": "*", "hang_s": "forever"}]
    node.write_text(json.dumps({"extends": "h100x8", "gpus": [{"index": 1, "faults": hangs}, {"index": 5, "faults": hangs}]}))
    with simulated(str(node)) as session:
        answer = session.ask("get_gpu_health")
        verdicts = {device.get("index"): device["verdict"] for device in answer["devices"]}
        assert [verdicts[1], verdicts[5]] == ["unhealthy"] * 2
        assert not any(verdicts[index] == "healthy" for index in (6, 7)), "nobody got to them"
        hung = {gpu for finding in answer["findings"] if finding["rule"] == "driver_timeout" for gpu in finding["gpus"]}
        assert hung == {1, 5}
        kinds = [(problem["kind"], problem.get("gpu")) for problem in session.ask("get_gpu_inventory")["problems"]]
        assert sorted(kinds) == [("driver_timeout", 1), ("driver_timeout", 5)]


@pytest.mark.slow
def test_a_hanging_driver_does_not_hang_the_agent():
    with simulated("driver-hang") as session:
        session.initialize()
        pending = session.start_call("get_gpu_telemetry")
        session.ping(timeout=2.5)
        assert session.receive_answer(pending)["result"]["structuredContent"]
        # The GPUs that work are still served.
        assert devices(session.ask("get_gpu_telemetry", gpu="0"))[0]["index"] == 0
        session.start_call("get_gpu_telemetry")
        session.end_input()
        assert session.wait(DEADLINE + 1.5) == 0


STARTS_NEVER = {"extends": "h100x8", "faults": [{"call": "nvmlInit", "hang_s": "forever"}], "kernel_log": [
    {"ago_s": 300, "gpu": 3, "xid": 119, "message": "pid=30811, name=train, Timeout after 45s of waiting for RPC response"}]}


@pytest.mark.slow
def test_a_driver_that_hangs_at_its_start_is_slow_first_and_then_hung_while_the_host_is_still_read(tmp_path):
    node = tmp_path / "node.json"
    node.write_text(json.dumps(STARTS_NEVER))
    with simulated(str(node), "--deadline", "1") as session:
        seen = []
        while seen[-3:] != ["driver_timeout"] * 3:
            assert len(seen) < 20, seen
            answer = session.ask("get_gpu_health")
            kind, = {"driver_slow", "driver_timeout"} & {problem["kind"] for problem in answer.get("problems", [])} | {
                finding["rule"] for finding in answer["findings"] if finding["rule"] == "driver_timeout"}
            seen.append(kind)
            assert answer["verdict"] == "unhealthy"
            assert answer["device_count"] == 8
            assert any("Xid 119" in finding["title"] for finding in answer["findings"])
        assert seen == sorted(seen), "once it counts as hung it stays so"
        assert seen[0] == "driver_slow"
        assert session.ask("describe_gpu_node")["summary"].startswith("8 x NVIDIA H100")


def test_a_command_waits_for_a_driver_that_starts_slowly(tmp_path):
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"extends": "a100x2", "faults": [{"call": "nvmlInit", "hang_s": 1.5}]}))
    for command in (["diagnose"], ["call", "get_gpu_health"]):
        run = run_agent(*command, "--simulate", node, "--deadline", "0.5")
        assert run.returncode == 0
        assert b"2 healthy" in run.stdout
        assert b"still starting, or slow; waiting up to" in run.stderr


OPENS = "nvmlDeviceGetHandleByIndex"


def test_gpus_that_open_slowly_are_no_fault_and_a_command_waits_for_them(tmp_path):
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"extends": "l40sx4", "all_gpus": {"faults": [{"call": OPENS, "hang_s": 0.8, "times": 1}]}}))
    run = run_agent("diagnose", "--simulate", node, "--deadline", "1")
    assert run.returncode == 0, run.stdout
    assert b"4 healthy" in run.stdout
    with simulated(str(node), "--deadline", "1") as session:
        first = session.ask("get_gpu_health")
        assert first["verdict"] == "unknown"
        assert "driver_slow" in problems(first)


@pytest.mark.slow
def test_the_first_gpu_that_never_opens_is_slow_first_and_then_hung(tmp_path):
    node = tmp_path / "node.json"
    node.write_text(json.dumps(
        {"extends": "l40sx4", "gpus": [{"index": 0, "faults": [{"call": OPENS, "hang_s": "forever"}]}]}))
    run = run_agent("diagnose", "--simulate", node, "--deadline", "0.5")
    assert run.returncode == 1
    assert b"still starting" in run.stderr
    assert b"1 unhealthy, 3 healthy" in run.stdout, run.stdout


def opening(folder, seconds, persistence=False):
    """A node whose GPUs take so long to open, by their index; the others, which somebody uses, open at once."""
    node = folder / "node.json"
    gpus = [
        {"index": index, "faults": [{"call": OPENS, "hang_s": wait, **({} if wait == "forever" else {"times": 1})}]}
        for index, wait in seconds.items()]
    node.write_text(json.dumps(
        {"extends": "l40sx4", "all_gpus": {"modes": {"persistence": persistence}}, "gpus": gpus}))
    return node


def hung(answer):
    """The GPUs that are called hung; "node" where none is named."""
    return {
        gpu for finding in answer["findings"] if finding["rule"] == "driver_timeout"
        for gpu in finding.get("gpus", ["node"])}


def test_an_idle_gpu_that_opens_slowly_beside_others_in_use_is_no_fault(tmp_path):
    node = opening(tmp_path, {2: 2})
    run = run_agent("diagnose", "--simulate", node, "--deadline", "1")
    assert run.returncode == 0, run.stdout
    assert b"still starting" in run.stderr
    assert b"4 healthy" in run.stdout
    with simulated(str(node), "--deadline", "1") as session:
        first = session.ask("get_gpu_health")
        assert first["verdict"] == "unknown"
        assert problems(first)["driver_slow"]["gpu"] == 2
        assert "Ask again" in problems(first)["driver_slow"]["remedy"]
        assert hung(first) == set()
        verdicts = {device.get("index"): device["verdict"] for device in first["devices"]}
        assert verdicts[2] == "unknown"
        assert eventually(lambda: session.ask("get_gpu_health")["verdict"] == "healthy")


def test_a_gpu_that_opens_slowly_is_recorded_as_it_is_when_it_is_open(tmp_path):
    node = opening(tmp_path, {2: 1.2})
    run = run_agent("record", tmp_path / "recording", "--simulate", node, "--deadline", "0.5")
    assert run.returncode == 0, run.stderr
    recording = json.loads((tmp_path / "recording" / "scenario.json").read_text())
    assert not any("faults" in gpu for gpu in recording["gpus"])


@pytest.mark.slow
def test_one_of_the_gpus_that_never_opens_is_slow_first_and_then_hung_and_the_others_are_read(tmp_path):
    node = opening(tmp_path, {2: "forever"})
    run = run_agent("diagnose", "--simulate", node, "--deadline", "0.5")
    assert run.returncode == 1
    assert b"still starting" in run.stderr
    assert b"1 unhealthy, 3 healthy" in run.stdout, run.stdout
    with simulated(str(node), "--deadline", "1") as session:
        seen = []
        while not seen or seen[-1] == set():
            assert len(seen) < 20, seen
            seen.append(hung(session.ask("get_gpu_health")))
        assert seen[0] == set(), "it may still be starting"
        assert seen[-1] == {2}

        def has_the_others():
            answer = session.ask("get_gpu_health")
            assert hung(answer) == {2}
            return sorted(device["verdict"] for device in answer["devices"]) == ["healthy"] * 3 + ["unhealthy"]
        assert eventually(has_the_others)


@pytest.mark.slow
def test_a_hung_gpu_stays_hung_while_others_open_slowly_and_these_are_not_accused(tmp_path):
    node = opening(tmp_path, {0: "forever", 1: 0.8, 2: 0.8, 3: 0.8})
    with simulated(str(node), "--deadline", "1") as session:
        seen = []
        while {0} not in seen:
            assert len(seen) < 20, seen
            seen.append(hung(session.ask("get_gpu_health")))
        assert set().union(*seen) == {0}
        # Each hang costs the child, and the next one has to open all others again.
        for _ in range(6):
            answer = session.ask("get_gpu_health")
            assert hung(answer) == {0}
            # Where nobody got to NVML at all, the GPUs are those of the PCI bus and have no index.
            assert {device["index"] for device in answer["devices"] if device["verdict"] == "unhealthy"} <= {0}


@pytest.mark.slow
def test_a_gpu_that_hung_and_recovered_is_healthy_again(tmp_path):
    with simulated(str(opening(tmp_path, {0: "forever", 1: 0.4, 2: 0.4, 3: 0.4})), "--deadline", "1") as session:
        assert eventually(lambda: hung(session.ask("get_gpu_health")) == {0}, 20)
        opening(tmp_path, {0: 0.4, 1: 0.4, 2: 0.4, 3: 0.4})
        assert eventually(lambda: session.ask("get_gpu_health")["verdict"] == "healthy", 30)


def test_where_the_other_gpus_have_persistence_mode_a_gpu_that_does_not_open_is_hung_at_once(tmp_path):
    with simulated(str(opening(tmp_path, {2: "forever"}, persistence=True))) as session:
        answer = session.ask("get_gpu_telemetry")
        assert problems(answer)["driver_timeout"]["gpu"] == 2
        assert [device["index"] for device in devices(answer) if "temperature_c" in device] == [0, 1, 3]


def test_a_short_deadline_is_kept():
    with simulated("driver-hang", "--deadline", "0.5") as session:
        session.ping()
        start = RUNNING.seconds
        session.ask("get_gpu_inventory")
        assert RUNNING.seconds - start <= 1.0


@pytest.mark.slow
def test_a_crashing_driver_is_survived_a_hundred_times():
    with simulated("driver-crash") as session:
        crashes = 0
        for attempt in range(100):
            answer = session.ask("get_gpu_telemetry")
            crashes += "probe_crashed" in problems(answer)
            if attempt == 0:
                descriptors, pids = len(session.descriptors()), len(session.children())
        assert crashes == 100
        assert answer["status"] == "partial"
        assert "signal 11" in problems(answer)["probe_crashed"]["message"] or "SIGSEGV" in str(problems(answer))
        assert len(session.descriptors()) <= descriptors
        assert len(session.children()) <= max(pids, 1)
        assert session.ask("echo_test", message="alive")["echo"] == "alive"


def test_a_crash_names_the_gpu_and_the_others_are_read():
    with simulated("driver-crash") as session:
        answer = session.ask("get_gpu_telemetry")
        assert problems(answer)["probe_crashed"]["gpu"] == 5
        assert "temperature_c" in devices(answer)[0]


@pytest.mark.parametrize("scenario", ["h100x8", "driver-hang", "driver-crash"])
def test_no_child_outlives_the_agent(scenario):
    with simulated(scenario, "--deadline", "0.5") as session:
        session.call("get_gpu_inventory")
        pids = children(session.pid)
        session.end_input()
        assert session.wait() == 0
        assert eventually(lambda: all(is_gone(pid) for pid in pids))


def test_a_killed_child_is_replaced():
    with simulated("h100x8") as session:
        session.ask("get_gpu_inventory")
        (first,) = session.children()
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: first not in session.children())
        assert session.ask("get_gpu_inventory")["device_count"] == 8
        assert len(session.children()) == 1


def test_the_child_dies_with_a_killed_agent():
    with simulated("h100x8") as session:
        session.ask("get_gpu_inventory")
        (child,) = session.children()
        session.process.kill()
        session.wait()

        assert eventually(lambda: is_gone(child))


# Wrong questions.


@pytest.mark.parametrize("gpu", ["99", "GPU-00000000-0000-0000-0000-000000000000", "ffff:ff:1f.0", "nonsense", ""])
def test_a_gpu_that_does_not_exist_is_an_error_with_the_valid_choices(gpu):
    with simulated("a100x2") as session:
        result = session.call("get_gpu_telemetry", gpu=gpu)
        assert result["isError"] is True
        assert "structuredContent" not in result
        assert gpu in result["content"][0]["text"]


@pytest.mark.parametrize("length", [4090, 5000])
def test_a_name_that_no_gpu_can_have_is_refused_and_the_child_goes_on(length):
    with simulated("a100x2") as session:
        session.ask("get_gpu_inventory")
        before = session.children()
        result = session.call("get_gpu_telemetry", gpu="GPU-" + "a" * length)
        assert result["isError"] is True
        assert "gpu" in result["content"][0]["text"]
        assert "driver_timeout" not in result["content"][0]["text"]
        assert session.children() == before


@pytest.mark.parametrize(
    "arguments",
    [{"detail": "everything"}, {"duration_ms": -1}, {"duration_ms": 60_001}, {"interval_ms": 0}, {"gpus": "0"},
     {"duration_ms": "soon"}, {"gpu": ["0"]}])
def test_a_wrong_argument_is_an_error_that_names_it(arguments):
    with simulated("a100x2") as session:
        result = session.call("get_gpu_telemetry", **arguments)
        assert result["isError"] is True
        assert next(iter(arguments)) in result["content"][0]["text"]


def test_an_unknown_scenario_is_refused_with_the_nearest_name():
    finished = run_agent("call", "get_gpu_inventory", "--simulate", "h100x")
    assert finished.returncode != 0
    assert b"h100x8" in finished.stderr + finished.stdout


def test_every_scenario_is_listed():
    listed = run_agent("scenarios").stdout.decode()
    assert {line.split()[0] for line in listed.splitlines() if line.strip()} >= set(SCENARIOS)


FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")


@pytest.fixture
def freezer():
    """A cgroup-v1 freezer group: a frozen process cannot be killed, just like one that sleeps inside a driver."""
    group = FREEZER / f"k8s-mcp-agent-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no cgroup-v1 freezer can be used here ({error.strerror}), so no child can be made unkillable")
    yield group
    (group / "freezer.state").write_text("THAWED", encoding="utf-8")
    assert eventually(lambda: not (group / "cgroup.procs").read_text(encoding="utf-8").strip())
    group.rmdir()


def freeze(group, pid):
    (group / "cgroup.procs").write_text(str(pid), encoding="utf-8")
    (group / "freezer.state").write_text("FROZEN", encoding="utf-8")
    assert eventually(lambda: (group / "freezer.state").read_text(encoding="utf-8").strip() == "FROZEN")


def thaw(group):
    (group / "freezer.state").write_text("THAWED", encoding="utf-8")


def test_a_child_that_cannot_be_killed_is_named_with_evidence_and_blocks_nothing(freezer):
    with simulated("h100x8", "--deadline", "1") as session:
        session.ask("get_gpu_inventory")
        child, = session.children()
        freeze(freezer, child)
        started = RUNNING.seconds
        result = session.call("get_gpu_inventory")
        assert RUNNING.seconds - started < 1 + 0.5
        answer = json.loads(result["content"][0]["text"])
        assert result["isError"] is True
        assert answer["error"] == "driver_stuck_in_kernel"
        assert any(line == "process state D" for line in answer["evidence"])
        # The host is still read, by another child that keeps away from the driver; and at once.
        started = RUNNING.seconds
        again = json.loads(session.call("get_gpu_inventory")["content"][0]["text"])
        assert RUNNING.seconds - started < 0.9
        assert again["error"] == "driver_stuck_in_kernel"
        assert len(again["gpus_on_pci_bus"]) == 8
        assert session.ask("echo_test", message="alive")["echo"] == "alive"
        # When the kernel lets go of it, the driver is asked again.
        thaw(freezer)
        assert eventually(lambda: is_gone(child))
        assert session.ask("get_gpu_inventory")["status"] == "success"


def test_the_agent_ends_while_a_child_cannot_be_killed(freezer):
    with simulated("h100x8", "--deadline", "1") as session:
        session.ask("get_gpu_inventory")
        freeze(freezer, session.children()[0])
        session.call("get_gpu_inventory")
        session.end_input()
        started = RUNNING.seconds
        assert session.wait() == 0
        assert RUNNING.seconds - started < 0.5
