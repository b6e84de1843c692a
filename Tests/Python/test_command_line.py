"""The subcommands from a shell: wrong names, lost output, missing standard streams, and what people read."""

import gzip
import json
import os
import re
import subprocess

import pytest
from support import AGENT, ROOT


def run(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "timeout": 60} | options
    return subprocess.run([AGENT, *arguments], encoding="utf8", **options)


REPORTS = {
    "scenarios": ["scenarios"],
    "runbook": ["runbook", "thermal"],
    "thresholds": ["thresholds"],
    "tools": ["tools"],
    "call": ["call", "echo_test", "--arg", "message=hello"],
    "diagnose": ["diagnose", "--simulate", "a100x2"],
    "doctor": ["doctor", "--simulate", "a100x2"],
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_cannot_be_written_is_a_failure(name):
    with open("/dev/full", "wb") as full:
        done = run(*REPORTS[name], stdout=full)
    assert done.returncode == 1
    assert "standard output cannot be written: No space left on device" in done.stderr


@pytest.mark.parametrize("name", REPORTS)
def test_without_a_standard_output_it_fails(name):
    done = subprocess.run(
        ["sh", "-c", '"$0" "$@" >&-', AGENT, *REPORTS[name]], stderr=subprocess.PIPE, encoding="utf8", timeout=60)
    assert done.returncode == 1
    assert "standard output cannot be written" in done.stderr


def test_without_a_standard_input_the_server_ends_at_once():
    done = subprocess.run(
        ["sh", "-c", '"$0" "$@" <&-', AGENT, "serve", "--simulate", "a100x2"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=10)
    assert (done.returncode, done.stdout) == (0, b"")


WRONG = {
    "--simulate": (["--simulate", "h100x9"], 'did you mean "h100x8"?'),
    "--host-root": (["--host-root", "/nonexistent"], "/nonexistent"),
    "--thresholds": (["--thresholds", "/dev/null"], "is not a regular file"),
}


@pytest.mark.parametrize("option", WRONG)
@pytest.mark.parametrize("command", ["serve", "diagnose", "doctor", "call"])
def test_what_an_option_names_wrongly_is_no_verdict_on_the_node(command, option):
    arguments, words = WRONG[option]
    tool = ["get_gpu_health"] if command == "call" else []
    done = run(command, *tool, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert option in done.stderr and words in done.stderr


def test_a_scenario_file_with_a_mistake_is_a_mistake_of_the_caller(tmp_path):
    scenario = tmp_path / "node.json"
    scenario.write_text('{"extends": "h100x8", "gpuz": []}', encoding="utf8")
    done = run("diagnose", "--simulate", scenario)
    assert done.returncode == 2
    assert str(scenario) in done.stderr and "gpuz" in done.stderr


@pytest.mark.parametrize("text", ["true", "1e3", "-0", "1.50", "null", "hello"])
def test_a_text_argument_stays_as_it_was_typed(text):
    done = run("call", "echo_test", "--arg", f"message={text}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["echo"] == text


def test_amounts_of_memory_are_never_rounded_to_nothing():
    done = run("call", "list_gpu_processes", "--simulate", "h100x8", "--output", "table")
    assert re.search(r"^  memory_used_bytes +4 MiB$", done.stdout, re.MULTILINE)
    done = run("call", "get_gpu_telemetry", "--simulate", "fallen-off-bus", "--output", "table")
    assert "GiB" in done.stdout
    assert not re.search(r"\b0 GiB", done.stdout)


def test_what_is_too_wide_for_a_table_has_a_block_for_each_gpu():
    node = ROOT / "Tests" / "Recordings" / "dgx-h100-containerd" / "scenario.json"
    lines = run("call", "list_gpu_processes", "--simulate", node, "--output", "table").stdout.splitlines()
    blocks = lines[lines.index("GPU 0"):lines.index("findings")]
    assert [line for line in blocks if not line.startswith(" ")] == [line for gpu in range(8) for line in (f"GPU {gpu}", "")]
    assert max(map(len, blocks)) <= 120
    assert re.match(r"  processes\[0\] +pid=60100 type=compute memory_bytes=70 GiB ", blocks[5]), blocks[:8]


@pytest.mark.parametrize("clock", ["", "1000"])
def test_statistics_have_rows_and_units(clock, monkeypatch):
    """Also where they are the same on all GPUs, as they are when the clock stands still, and can be at any time."""
    if clock:
        monkeypatch.setenv("NVML_SIMULATOR_CLOCK", clock)
    done = run(
        "call", "get_gpu_telemetry", "--simulate", "busy", "--arg", "duration_ms=200", "--arg", "interval_ms=100",
        "--output", "table")
    units = r"min=[0-9.]+ W mean=[0-9.]+ W max=[0-9.]+ W"
    assert re.search(rf"^ *statistics\.power_w +{units}", done.stdout, re.MULTILINE), done.stdout
    assert re.search(r"^ *statistics\.memory_used_bytes .*min=[0-9.]+ GiB", done.stdout, re.MULTILINE), done.stdout


def test_a_misspelt_command_is_named():
    wrong = run("diagnos", "--simulate", "t4x1")
    assert wrong.returncode == 2
    assert "Did you mean 'k8s-mcp-agent diagnose'?" in wrong.stderr
    assert "Did you mean" not in run("diagnose", "--nonsense").stderr


def test_the_two_deadlines_are_told_apart():
    wrong = run("connect", "node-1", "--deadline", "10")
    assert wrong.returncode == 2 and "it ends the session" in wrong.stderr and "-- --deadline 10" in wrong.stderr


def test_a_folder_is_no_scenario(tmp_path):
    wrong = run("diagnose", "--simulate", tmp_path)
    assert wrong.returncode == 2
    assert "is a folder; name the scenario file in it" in wrong.stderr


def test_guides_and_limits_can_be_printed_and_given_back(tmp_path):
    names = [line.split()[0] for line in run("runbook").stdout.splitlines()]
    assert "reset-or-reboot" in names
    for name in names:
        assert run("runbook", name).stdout.startswith("# ")
    wrong = run("runbook", "reset")
    assert wrong.returncode == 2
    assert "There are: " in wrong.stderr and "reset-or-reboot" in wrong.stderr
    limits = tmp_path / "limits"
    limits.write_text(run("thresholds").stdout)
    done = run("diagnose", "--simulate", "a100x2", "--thresholds", limits)
    assert done.returncode == 0, done.stderr


def test_lists_of_an_answer_are_blocks_in_a_table():
    lines = run("call", "get_gpu_health", "--simulate", "ecc-dbe", "--output", "table").stdout.splitlines()
    start = lines.index("findings")
    assert lines[start + 1] == "  - severity  critical"
    assert "    rule      recovery_action" in lines[start:]
    drawing = run("call", "inspect_topology", "--simulate", "a100x2", "--output", "table").stdout.splitlines()
    header, first = drawing[drawing.index("matrix") + 1:][:2]
    assert header.index("GPU0") == first.index("X")


def test_doctor_reads_the_log(tmp_path):
    log = tmp_path / "dmesg.txt"
    log.write_text("[   10.000000] NVRM: loading NVIDIA UNIX x86_64 Kernel Module  580.95.05\n")
    done = run("doctor", "--simulate", "no-permission", "--kernel-log", log)
    assert re.search(rf"\[ok\] +kernel log: {re.escape(str(log))}", done.stdout), done.stdout
    packed = tmp_path / "dmesg.txt.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    done = run("doctor", "--simulate", "no-permission", "--kernel-log", packed)
    assert re.search(rf"\[missing\] +kernel log: {re.escape(str(packed))} cannot be read", done.stdout), done.stdout
    assert "-> " in done.stdout


def test_doctor_lists_where_it_looked_for_the_library(tmp_path):
    done = run("doctor", "--host-root", tmp_path)
    assert "NVML library: none that can be used" in done.stdout
    assert done.stdout.count("libnvidia-ml.so.1: not there") > 10, done.stdout


@pytest.mark.parametrize("scenario", ["driver-hang", "driver-crash"])
def test_a_gpu_that_stops_the_driver_is_recorded_too(scenario, tmp_path):
    folder = tmp_path / "node"
    done = run("record", folder, "--simulate", scenario, "--deadline", "1")
    assert done.returncode == 0, done.stderr
    assert "Recorded 8 GPUs" in done.stdout and "Not read" in done.stdout
    answers = [
        json.loads(run("diagnose", "--output", "json", "--deadline", "1", "--simulate", node).stdout)
        for node in (scenario, folder / "scenario.json")]
    assert answers[0]["verdict"] == answers[1]["verdict"]
    assert [gpu["index"] for gpu in answers[0]["devices"]] == [gpu["index"] for gpu in answers[1]["devices"]]


def test_there_is_nothing_to_record_of_a_scenario_that_does_not_exist(tmp_path):
    done = run("record", tmp_path / "node", "--simulate", "nonsense")
    assert done.returncode == 2
    assert not os.path.exists(tmp_path / "node")


def test_tools_shows_those_that_are_named():
    done = run("tools", "echo_test", "get_gpu_health")
    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines() if line[:1].strip()] == ["echo_test", "get_gpu_health"]


@pytest.mark.parametrize("command", ["call", "tools"])
@pytest.mark.parametrize("name, words", [
    ("get_gpu_helth", "Did you mean get_gpu_health?"), ("reset_gpu", "it is available only with --mode operator"),
    ("kill_gpu_process", "it is available only with --mode operator"),
])
def test_a_tool_that_is_not_there_is_explained(command, name, words):
    done = run(command, name)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


@pytest.mark.parametrize("tool, argument, code, words", [
    ("get_gpu_inventory", "gpu=99", 1, "this node has no GPU 99"),
    ("get_gpu_inventory", "gpu=nonsense", 2, "'nonsense' is no GPU"),
    ("get_gpu_inventory", "gpu=" + ",".join(map(str, range(65))), 2, "65 GPUs are named. Give at most 64"),
    ("get_gpu_inventory", "detail=everything", 2, "choose one of"),
    ("analyze_xid_errors", "since=yesterday", 2, "neither a duration nor a time"),
    ("analyze_xid_errors", "xid=many", 2, "give one number"),
])
def test_arguments_that_a_tool_does_not_take_are_wrong_usage(tool, argument, code, words):
    done = run("call", tool, "--simulate", "a100x2", "--arg", argument)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout


def test_what_is_empty_is_said_to_be_none_in_a_table():
    health = run("call", "get_gpu_health", "--simulate", "h100x8", "--output", "table").stdout
    assert re.search(r"^findings +none$", health, re.MULTILINE), health
    processes = run("call", "list_gpu_processes", "--simulate", "h100x8", "--output", "table").stdout
    assert re.search(r"^  processes +none$", processes, re.MULTILINE), processes
    missing = run("call", "diagnose_gpu_node", "--simulate", "no-driver", "--output", "table").stdout
    assert re.search(r"^healthy_gpus +none$", missing, re.MULTILINE), missing
    assert re.search(r"^    evidence +none$", missing, re.MULTILINE), missing
