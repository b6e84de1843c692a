"""The kernel log's faults: which GPU, whose fault, what to do, and that the answer never waits for the driver."""

import datetime
import gzip
import json
import time

import pytest
from support import SCENARIOS, Session, run_agent, simulated

STARTED = datetime.datetime.now(datetime.UTC)
MESSAGES = (
    "NVRM: GPU at PCI:0000:61:00: GPU-fb1016a3-9575-062f-cbc8-d214771e8f4d",
    "NVRM: Xid (PCI:0000:61:00): 48, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer "
    "at partition 4, subpartition 1.",
    "NVRM: Xid (PCI:0000:61:00): 45, pid=991, name=train, Ch 00000008",
    "NVRM: Xid (PCI:0000:1b:00): 31, pid=30811, name=python3, Ch 00000010, intr 10000000. MMU Fault: ENGINE GRAPHICS "
    "GPCCLIENT_T1_0 faulted @ 0x7f12_3456a000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ",
)


@pytest.fixture(autouse=True)
def started_now():
    """The logs are as old as they say, however long the other tests took."""
    global STARTED  # noqa: PLW0603
    STARTED = datetime.datetime.now(datetime.UTC)


def at(minutes_ago):
    return STARTED - datetime.timedelta(minutes=minutes_ago)


def dmesg(minutes_ago):
    return f"[{100_000 - minutes_ago * 60:12.6f}] "


def dmesg_with_dates(minutes_ago):
    return at(minutes_ago).strftime("[%a %b %e %H:%M:%S %Y] ")


def journal(minutes_ago):
    return at(minutes_ago).strftime("%b %d %H:%M:%S node-7 kernel: ")


def journal_iso(minutes_ago):
    return at(minutes_ago).strftime("%Y-%m-%dT%H:%M:%S+0000 node-7 kernel: ")


def recorded(minutes_ago):
    return f"4,{1_000 - minutes_ago},{(100_000 - minutes_ago * 60) * 1_000_000},c;"


FORMS = (dmesg, dmesg_with_dates, journal, journal_iso, recorded)


def write_log(path, prefix, messages=MESSAGES, minutes_ago=10):
    lines = [prefix(minutes_ago) + "usb 1-1: new device"] + [prefix(minutes_ago) + message for message in messages]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def analyze(*options, **arguments):
    pairs = [part for key, value in arguments.items() for part in ("--arg", f"{key}={value}")]
    finished = run_agent("call", "analyze_xid_errors", *pairs, *options)
    assert finished.returncode == 0, finished.stdout.decode() + finished.stderr.decode()
    return json.loads(finished.stdout)


def from_file(path, **arguments):
    """What the log alone says: of a node whose driver cannot be asked."""
    return analyze("--simulate", "driver-mismatch", "--kernel-log", str(path), **arguments)


def of_session(agent, **arguments):
    """An answer with the driver's part in it: a driver that has only just been started may be too late for the first."""
    for _ in range(20):
        answer = agent.ask("analyze_xid_errors", **arguments)
        if "driver_not_awaited" not in {problem["kind"] for problem in answer.get("problems", [])}:
            return answer
    raise AssertionError("the driver never answered in time")


def codes(answer):
    return {group["code"] for group in answer["groups"]}


@pytest.mark.parametrize("prefix", FORMS, ids=lambda form: form.__name__)
def test_every_form_of_a_log_file_says_the_same(tmp_path, prefix):
    answer = from_file(write_log(tmp_path / "kernel.log", prefix))
    assert codes(answer) == {"Xid 48", "Xid 45", "Xid 31"}
    root = next(group for group in answer["groups"] if group["code"] == "Xid 48")
    follower = answer["groups"][answer["groups"].index(root) + 1]
    assert (root["gpu"], root["severity"], root["cause"], root["action"]) == (3, "critical", "hardware", "RESET_GPU")
    assert (follower["code"], follower["root"]) == ("Xid 45", root["id"])
    assert root["followers"] == [follower["id"]]
    program = next(group for group in answer["groups"] if group["code"] == "Xid 31")
    assert program["cause"] == "application"
    assert program["processes"][0]["name"] == "python3"
    assert program["line"].startswith("NVRM: Xid (PCI:0000:1b:00): 31,")


def test_arguments_choose_groups(tmp_path):
    log = write_log(tmp_path / "kernel.log", journal_iso)
    assert codes(from_file(log, gpu="0")) == {"Xid 31"}
    assert codes(from_file(log, gpu="0000:61:00.0")) == {"Xid 48", "Xid 45"}
    assert codes(from_file(log, xid="31,45")) == {"Xid 31", "Xid 45"}
    assert codes(from_file(log, xid=48)) == {"Xid 48"}
    assert codes(from_file(log, min_severity="critical")) == {"Xid 48"}
    limited = from_file(log, limit=1)
    assert codes(limited) == {"Xid 48"}
    assert limited["group_count"] == 3
    assert "2 groups" in limited["omitted"]


def test_since_is_a_duration_or_a_time(tmp_path):
    log = write_log(tmp_path / "kernel.log", journal_iso, minutes_ago=10)
    assert codes(from_file(log, since="30m"))
    assert not codes(from_file(log, since="5m"))
    assert codes(from_file(log, since=at(11).strftime("%Y-%m-%dT%H:%M:%SZ")))
    assert not codes(from_file(log, since=at(9).strftime("%Y-%m-%dT%H:%M:%SZ")))
    ahead = at(11) + datetime.timedelta(hours=5)
    assert codes(from_file(log, since=ahead.strftime("%Y-%m-%dT%H:%M:%S+05:00")))


def test_since_does_not_hide_what_has_no_zone(tmp_path):
    # Local time may be hours away from UTC: what is asked for may be among it.
    log = write_log(tmp_path / "kernel.log", dmesg_with_dates, minutes_ago=600)
    answer = from_file(log, since="30m")
    assert codes(answer) == {"Xid 48", "Xid 45", "Xid 31"}
    assert not any(group["first_at"].endswith("Z") for group in answer["groups"])
    assert "zone" in answer["summary"]
    assert not codes(from_file(write_log(log, dmesg_with_dates, minutes_ago=1_500), since="30m"))


def test_faults_of_the_port_above_a_gpu_are_shown_with_it(tmp_path):
    log = tmp_path / "kernel.log"
    log.write_text("[ 1000.000000] pcieport 0000:60:01.0: DPC: containment event, status:0x1f01 source:0x0000\n")
    with Session("--simulate", "h100x8", "--kernel-log", str(log)) as agent:
        agent.initialize()
        assert codes(of_session(agent, gpu=3)) == {"pcie_containment"}
        assert codes(of_session(agent, gpu=4)) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("since", "yesterday"), ("since", "-5m"), ("since", "2026-13-01"), ("since", "2099-01-01"), ("xid", "79x"),
     ("xid", "79," * 65), ("xid", [79] * 65), ("gpu", "12"), ("limit", "0")])
def test_wrong_arguments_are_named(name, value):
    with simulated("a100x2") as agent:
        agent.initialize()
        result = agent.call("analyze_xid_errors", **{name: value})
        assert result["isError"]
        assert name in result["content"][0]["text"]


def test_several_numbers_can_be_a_list(tmp_path):
    log = write_log(tmp_path / "kernel.log", dmesg)
    with Session("--simulate", "h100x8", "--kernel-log", str(log)) as agent:
        agent.initialize()
        assert codes(agent.ask("analyze_xid_errors", xid=[31, 45])) == {"Xid 31", "Xid 45"}


def test_a_fault_that_the_driver_no_longer_minds_is_recovered(tmp_path):
    log = write_log(tmp_path / "kernel.log", dmesg)
    with Session("--simulate", "h100x8", "--kernel-log", str(log)) as agent:
        agent.initialize()
        group = next(group for group in of_session(agent)["groups"] if group["code"] == "Xid 48")
        assert group["recovered"]
        assert group["action"] == "NONE"
        assert "NVML" in group["why"]


def test_a_lost_gpu_keeps_its_name():
    with simulated("fallen-off-bus") as agent:
        agent.initialize()
        answer = of_session(agent)
    (device,) = [device for device in answer["devices"] if not device.get("listed_by_nvml", True)]
    assert device["uuid"].startswith("GPU-")
    assert device["serial"]
    assert answer["groups"][0]["code"] == "Xid 79"
    assert answer["groups"][0]["bus_id"] == device["bus_id"]
    assert "gpu_lost" in {problem["kind"] for problem in answer["problems"]}


def test_a_process_that_still_runs_has_its_pod():
    (process,) = analyze("--simulate", "fallen-off-bus")["groups"][0]["processes"]
    assert process["running_pids"] == process["pids"]
    assert process["pods"] == ["research/llm-train-0 (trainer)"]


def test_unknown_numbers_are_shown_raw(tmp_path):
    log = write_log(tmp_path / "kernel.log", dmesg, ["NVRM: Xid (PCI:0000:1b:00): 4711, something new"])
    (group,) = from_file(log)["groups"]
    assert group["code"] == "Xid 4711"
    assert group["line"].endswith("4711, something new")


def test_nvlink5_errors_are_decoded(tmp_path):
    line = ("NVRM: Xid (PCI:0000:1b:00): 149, NETIR_LINK_EVT Fatal XC0 i0 Link 08 "
            "(0x004505c6 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000)")
    (group,) = from_file(write_log(tmp_path / "kernel.log", dmesg, [line]))["groups"]
    assert group["nvlinks"] == [8]
    assert all(part["subcode"] == 4 for part in group.get("nvlink5", []))


def test_the_driver_is_not_waited_for():
    with simulated("driver-hang") as agent:
        agent.initialize()
        hanging = agent.start_call("get_gpu_inventory")
        begun = time.monotonic()
        answer = agent.ask("analyze_xid_errors")
        assert time.monotonic() - begun < 1.5, "it waited for the driver's deadline"
        assert answer["groups"][0]["code"] == "Xid 119"
        assert answer["devices"][0]["uuid"].startswith("GPU-")
        agent.receive_answer(hanging)


def test_without_a_driver_the_log_is_enough(tmp_path):
    log = write_log(tmp_path / "kernel.log", dmesg)
    answer = analyze("--simulate", "no-driver", "--kernel-log", str(log))
    assert answer["status"] == "partial"
    assert "Xid 48" in codes(answer)
    lost = next(device for device in answer["devices"] if device["bus_id"] == "0000:61:00.0")
    assert lost["uuid"] == "GPU-fb1016a3-9575-062f-cbc8-d214771e8f4d"


def test_lines_of_programs_are_no_evidence(tmp_path):
    log = tmp_path / "kernel.log"
    log.write_text(
        "6,6,99000000,-;usb 1-1: new high-speed USB device\n"
        "12,7,100000000,-;NVRM: Xid (PCI:0000:1b:00): 79, GPU has fallen off the bus.\n", encoding="utf-8")
    answer = from_file(log)
    assert answer["groups"] == []
    assert answer["devices"] == []
    assert [entry["code"] for entry in answer["injected"]] == ["Xid 79"]
    assert "not evidence" in answer["summary"]


def test_control_characters_do_not_come_through(tmp_path):
    log = write_log(
        tmp_path / "kernel.log", dmesg, ["NVRM: Xid (PCI:0000:1b:00): 31, pid=1, name=a, \\x1b[2J\x1b[31mignore this\x07"])
    (group,) = from_file(log)["groups"]
    assert all(character.isprintable() for character in group["line"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_default_answers_are_short(scenario):
    with simulated(scenario) as agent:
        agent.initialize()
        result = agent.call("analyze_xid_errors")
        assert bool(result.get("isError")) == (scenario == "no-permission"), result["content"]
        assert len(result["content"][0]["text"]) < 8_192


def test_a_log_that_may_not_be_read_is_unknown_not_empty():
    finished = run_agent("call", "analyze_xid_errors", "--simulate", "no-permission")
    assert finished.returncode == 1
    answer = json.loads(finished.stdout)
    assert (answer["error"], answer["reason"]) == ("kernel_log_unreadable", "no_permission")
    assert "unknown" in answer["summary"]
    assert answer["remedy"]


def test_a_storm_on_all_gpus_is_short_and_whole(tmp_path):
    buses = ("1b", "43", "52", "61", "9d", "c3", "d1", "df")
    numbers = (13, 31, 43, 45, 48, 63, 74, 94, 95, 119, 154)
    lines = [
        f"[{1_000 + index * 0.4:12.6f}] NVRM: Xid (PCI:0000:{buses[index % 8]}:00): {numbers[index % 11]}, "
        f"pid={index}, name=worker-{index % 40}, something {'very long ' * 20}" for index in range(12_000)]
    log = tmp_path / "kernel.log"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = from_file(log)
    assert len(json.dumps(answer, separators=(",", ":"))) < 8_192
    assert answer["group_count"] > len(answer["groups"]) > 0
    assert answer["log"]["records_read"] == 12_000
    assert "kernel_log_incomplete" not in {problem["kind"] for problem in answer["problems"]}
    # More than one page of the log: nothing of it is left out, and each fault begins where it begins.
    every = from_file(log, limit=500)
    assert sum(group["count"] for group in every["groups"]) == 12_000
    assert min(group["first_at_uptime_s"] for group in every["groups"]) == 1_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [(gzip.compress(b"[ 1.0] NVRM: x\n", mtime=0), "file_is_compressed_gzip"), (b"", "file_is_empty"),
     ("[ 1.0] NVRM: x\n".encode("utf-16"), "file_is_utf16"), (b"hello\n", "file_is_no_kernel_log")])
def test_a_file_that_is_no_log_is_not_healthy(tmp_path, content, reason):
    log = tmp_path / "kernel.log"
    log.write_bytes(content)
    finished = run_agent("call", "analyze_xid_errors", "--simulate", "h100x8", "--kernel-log", str(log))
    assert finished.returncode == 1
    answer = json.loads(finished.stdout)
    assert (answer["error"], answer["reason"]) == ("kernel_log_unreadable", reason)
    assert answer["remedy"]
    for tool in ("get_gpu_health", "diagnose_gpu_node"):
        health = json.loads(run_agent("call", tool, "--simulate", "h100x8", "--kernel-log", str(log)).stdout)
        assert (health["status"], health["verdict"]) == ("partial", "unknown")
        assert answer["remedy"] in {problem["remedy"] for problem in health["problems"]}


@pytest.mark.parametrize(("minutes", "verdict"), [(300, "unhealthy"), (3 * 7 * 24 * 60, "unknown")])
def test_a_log_that_ends_before_this_boot_is_history(tmp_path, minutes, verdict):
    lost = ["NVRM: Xid (PCI:0000:61:00): 95, pid=1, name=python3, Uncontained: LTC TAG"]
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"extends": "h100x8", "all_gpus": {"recovery_action": None}}))
    log = write_log(tmp_path / "kernel.log", journal_iso, lost, minutes)
    finished = run_agent("call", "get_gpu_health", "--simulate", str(node), "--kernel-log", str(log))
    answer = json.loads(finished.stdout)
    assert answer["verdict"] == verdict
    assert (answer["status"] == "partial") == (verdict == "unknown")


def test_files_joined_in_the_wrong_order_are_not_healthy(tmp_path):
    log = tmp_path / "kernel.log"
    lines = [journal_iso(minutes) + f"NVRM: line {minutes}" for minutes in (300, 10, 9_000, 4_000)]
    for order, verdict in ((lines[2:] + lines[:2], "healthy"), (lines, "unknown")):
        log.write_text("\n".join(order) + "\n", encoding="utf-8")
        finished = run_agent("call", "get_gpu_health", "--simulate", "h100x8", "--kernel-log", str(log))
        answer = json.loads(finished.stdout)
        assert answer["verdict"] == verdict
    assert answer["status"] == "partial"
    assert any("the oldest first" in problem["remedy"] for problem in answer["problems"])


@pytest.mark.parametrize("command", [("call", "analyze_xid_errors"), ("serve",), ("diagnose",)])
@pytest.mark.parametrize("path", ["/nonexistent/kernel.log", "/tmp"])
def test_a_log_that_cannot_be_read_is_wrong_usage(command, path):
    finished = run_agent(*command, "--kernel-log", path)
    assert finished.returncode == 2
    assert path in finished.stderr.decode()
    assert finished.stdout == b""
