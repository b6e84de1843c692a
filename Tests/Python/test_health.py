"""The judgement, end to end: for each simulated fault the right GPU, cause and action, and no other GPU accused."""

import json
import os
import pty
import time

import jsonschema
import pytest
from support import AGENT, HEALTHY, SCENARIOS, devices, run_agent, simulated

HEALTH_TOOLS = ("get_gpu_health", "diagnose_gpu_node", "snapshot_ecc", "inspect_topology")
# Scenario: verdict of the node, then for each GPU that is not healthy its verdict and first action, then a rule that
# has to be among the findings.
JUDGEMENTS = {name: ("healthy", {}, None) for name in HEALTHY} | {
    "busy": ("healthy", {}, None),
    "ecc-dbe": ("unhealthy", {2: ("unhealthy", "RESET_GPU")}, "uncorrected_memory_errors"),
    "row-remap-pending": ("degraded", {5: ("degraded", "RESET_GPU")}, "row_remap_pending"),
    "row-remap-failure": ("unhealthy", {6: ("unhealthy", "RESET_GPU")}, "row_remap_failure"),
    "fallen-off-bus": ("unhealthy", {3: ("unhealthy", "REBOOT_NODE")}, "pci_configuration"),
    "nvlink-down": ("unhealthy", {4: ("unhealthy", "RESET_GPU")}, "nvlink_down"),
    "nvlink-errors": ("unhealthy", {1: ("unhealthy", "CHECK_NVLINK")}, "nvlink_errors"),
    "thermal-slowdown": ("unhealthy", {7: ("unhealthy", "CHECK_THERMALS")}, "temperature_margin"),
    "power-brake": (
        "degraded", {0: ("degraded", "CHECK_POWER"), 1: ("degraded", "CHECK_POWER")}, "power_brake"),
    "pcie-degraded": ("degraded", {2: ("degraded", "CHECK_PCIE")}, "pcie_width"),
    "fabric-not-ready": (
        "unhealthy", {gpu: ("unhealthy", "CHECK_FM_CONFIG") for gpu in range(8)}, "fabric_state"),
    "confidential-not-ready": (
        "unhealthy", {gpu: ("unhealthy", "CHECK_DRIVER") for gpu in range(8)}, "confidential_computing"),
    "zombie-process": (
        "degraded", {2: ("degraded", "RESTART_APP"), 6: ("degraded", "CHECK_APP")}, "dead_process_holds_memory"),
    "reset-required": ("unhealthy", {0: ("unhealthy", "RESET_GPU")}, "gpu_answers"),
    "driver-hang": ("unhealthy", {3: ("unhealthy", "REBOOT_NODE")}, "driver_timeout"),
    "driver-crash": ("degraded", {5: ("degraded", "CHECK_DRIVER")}, "probe_crashed"),
}
EXIT_CODES = {"healthy": 0, "degraded": 1, "unhealthy": 1, "unknown": 3}


@pytest.mark.parametrize("scenario", JUDGEMENTS)
def test_the_right_gpu_is_judged_with_its_action_and_no_other(scenario):
    verdict, accused, rule = JUDGEMENTS[scenario]
    with simulated(scenario) as session:
        answer = session.ask("get_gpu_health")
    assert answer["verdict"] == verdict
    found = {
        gpu["index"]: (gpu["verdict"], gpu.get("action")) for gpu in answer["devices"] if gpu["verdict"] != "healthy"}
    assert found == accused
    grave = [finding for finding in answer["findings"] if finding["severity"] != "info"]
    assert {gpu for finding in grave for gpu in finding.get("gpus", [])} == {
        gpu for gpu, (judged, _) in accused.items() if judged != "unknown"}
    assert rule is None or rule in {finding["rule"] for finding in grave}
    assert all(finding["evidence"] for finding in grave if finding["rule"] not in ("probe_crashed", "driver_timeout"))
    if not accused:
        assert answer["summary"] == f"{len(answer['devices'])} healthy."


@pytest.mark.parametrize(("scenario", "broken"), [("ecc-dbe", 2), ("fallen-off-bus", 3)])
def test_a_healthy_gpu_on_an_unhealthy_node_says_which_gpu_is_not(scenario, broken):
    with simulated(scenario) as session:
        answer = session.ask("get_gpu_health", gpu=0)
        assert answer["verdict"] == "unhealthy"
        assert answer["summary"] == f"1 healthy. Not asked for: GPU {broken} is unhealthy, and so the node."
        assert "Not asked for" not in session.ask("get_gpu_health", gpu=broken)["summary"]


def test_counters_of_this_session_tell_rates_without_another_wait():
    with simulated("nvlink-errors") as session:
        blind = session.ask("get_gpu_health", gpu=1, window_ms=0)
        assert blind["devices"][0]["verdict"] == "unknown"
        assert "nvlink_errors" in {gap["check"] for gap in blind["unchecked"]}
        time.sleep(1.2)
        seeing = session.ask("get_gpu_health", gpu=1, window_ms=0)
    assert seeing["devices"][0]["action"] == "CHECK_NVLINK"
    assert "nvlink_errors" in {finding["rule"] for finding in seeing["findings"] if finding["severity"] == "critical"}


def test_after_the_reset_that_the_driver_asks_for_comes_what_the_vendor_asks_for():
    with simulated("row-remap-failure") as session:
        gpu = session.ask("get_gpu_health", gpu=6)["devices"][0]
    assert gpu["next_actions"] == ["FIELD_DIAG"]


def test_a_gpu_missing_from_nvml_is_listed_and_unhealthy():
    with simulated("missing-gpu") as session:
        answer = session.ask("get_gpu_health")
        missing = [gpu for gpu in answer["devices"] if "index" not in gpu]
        assert [(gpu["bus_id"], gpu["verdict"], gpu["action"]) for gpu in missing] == [
            ("0000:61:00.0", "unhealthy", "REBOOT_NODE")]
        assert len(answer["devices"]) == 8
        alone = session.ask("get_gpu_health", gpu="0000:61:00.0")
        assert alone["device_count"] == 1
        assert alone["devices"] == missing


@pytest.mark.parametrize(
    ("scenario", "verdict"),
    [("no-driver", "unhealthy"), ("driver-mismatch", "degraded"), ("no-permission", "unknown")])
def test_without_nvml_every_gpu_is_listed_and_none_is_healthy(scenario, verdict):
    with simulated(scenario) as session:
        answer = session.ask("get_gpu_health")
    assert answer["verdict"] == verdict
    assert [gpu["verdict"] for gpu in answer["devices"]] == ["unknown"] * 8


def test_without_a_kernel_log_what_depends_on_it_is_unknown(tmp_path):
    scenario = tmp_path / "node.json"
    scenario.write_text(json.dumps({"extends": "h100x8", "host": {"remove": ["dev/kmsg"]}}), encoding="utf-8")
    answer = json.loads(run_agent("call", "get_gpu_health", "--simulate", str(scenario)).stdout)
    assert answer["verdict"] == "unknown"
    assert [gap["check"] for gap in answer["unchecked"]] == ["kernel_log"]


def test_who_uses_a_broken_gpu_is_named_with_its_pod():
    with simulated("fallen-off-bus") as session:
        device = session.ask("diagnose_gpu_node")["devices"][0]
    assert device["affected"] == [
        {"pid": 30811, "process": "pt_main_thread", "namespace": "research", "pod": "llm-train-0"}]


def test_limits_can_be_given_in_a_file(tmp_path):
    limits = tmp_path / "limits"
    limits.write_text("temperature_margin_c = 50\n")
    run = run_agent("diagnose", "--simulate", "busy", "--output", "json", "--thresholds", limits)
    assert run.returncode == 1
    assert json.loads(run.stdout)["findings"][0]["evidence"][0]["threshold"] == "50"
    limits.write_text("temperature_margins = 50\n")
    run = run_agent("diagnose", "--simulate", "busy", "--thresholds", limits)
    assert run.returncode == 2
    assert b"line 1" in run.stderr


@pytest.mark.parametrize("scenario", SCENARIOS + ("missing-gpu",))
def test_diagnose_exits_with_the_verdict_and_prints_plain_text_into_a_pipe(scenario):
    run = run_agent("diagnose", "--simulate", scenario)
    page = run.stdout.decode()
    answer = json.loads(run_agent("diagnose", "--simulate", scenario, "--output", "json").stdout)
    assert run.returncode == EXIT_CODES[answer["verdict"]]
    assert answer["verdict"].upper() in page
    assert "\x1b" not in page
    for step in answer["do"]:
        assert step["action"] in page


def test_the_page_tells_states_from_limits_and_counts_from_lines():
    page = run_agent("diagnose", "--simulate", "ecc-dbe").stdout.decode()
    assert "recovery_action = 4 (expected 0) [nvml]" in page
    assert "remap_pending = true (expected false) [nvml]" in page
    assert "ecc_volatile_uncorrected = 1 (limit 1) [nvml]" in page
    assert "Xid 48 (once): NVRM: Xid (PCI:0000:52:00): 48" in page
    assert "followed_by = Xid 154" in page


def test_a_step_for_the_gpu_behind_a_switch_does_not_read_as_one_for_the_switch(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "[  100.000000] nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 12028, Non-fatal, "
        "Link 41 egress nonposted PRIV error\n")
    page = run_agent("diagnose", "--simulate", "h100x8", "--kernel-log", log).stdout.decode()
    assert "1. RESTART_APP on the GPU behind NVSwitch 0000:07:00.0: SXid 12028: " in page


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_diagnose_has_colours_on_a_terminal_only(variables, coloured):
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    master, follower = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.dup2(follower, 1)
        os.execve(AGENT, [AGENT, "diagnose", "--simulate", "pcie-degraded"], environment | variables)
    os.close(follower)
    page = b""
    while True:
        try:
            chunk = os.read(master, 1 << 16)
        except OSError:
            break
        if not chunk:
            break
        page += chunk
    os.waitpid(pid, 0)
    os.close(master)
    assert b"DEGRADED" in page
    assert (b"\x1b[" in page) == coloured


@pytest.mark.parametrize("scenario", SCENARIOS + ("missing-gpu",))
def test_answers_are_small_and_as_their_schemas_say(scenario):
    with simulated(scenario) as session:
        schemas = {tool["name"]: tool["outputSchema"] for tool in session.request("tools/list")["result"]["tools"]}
        for tool in HEALTH_TOOLS:
            for detail in ({}, {"detail": "full"}) if tool != "diagnose_gpu_node" else ({},):
                result = session.call(tool, **detail)
                if result.get("isError"):
                    # Only tools that judge have something to say without a driver.
                    assert tool in ("snapshot_ecc", "inspect_topology")
                    continue
                jsonschema.validate(result["structuredContent"], schemas[tool])
                if not detail:
                    assert len(result["content"][0]["text"].encode()) < 8192


def test_ecc_counters_are_compared_with_a_baseline(tmp_path):
    scenario = tmp_path / "growing.json"
    scenario.write_text(json.dumps({
        "extends": "h100x8",
        "gpus": [
            {"index": 1, "ecc": {"volatile": {"corrected": {"dram": {"from": 10, "per_second": 1000}}}}},
            {"index": 2, "ecc": {"volatile": {"corrected": {"dram": {"from": 0, "to": 1000000, "period_s": 0.7}}}}},
        ],
    }))
    with simulated(scenario) as session:
        first = session.ask("snapshot_ecc")
        assert all("since_baseline" not in gpu for gpu in devices(first))
        second = devices(session.ask("snapshot_ecc", baseline=first["snapshot_id"]))
        delta = second[1]["since_baseline"]
        assert delta["delta"]["volatile_corrected_dram"] > 0
        assert delta["per_hour"]["volatile_corrected_dram"] > 0
        assert second[0]["since_baseline"].get("delta", {}) == {}
        # The counter of GPU 2 swings: within each period it is at some time below where it was a moment ago.
        patience = time.monotonic() + 30
        while time.monotonic() < patience:
            fallen = devices(session.ask("snapshot_ecc", baseline=first["snapshot_id"]))[2]["since_baseline"]
            if "volatile_corrected_dram" in fallen.get("fell", []):
                break
            first = session.ask("snapshot_ecc")
            time.sleep(0.01)
        assert "volatile_corrected_dram" in fallen["fell"]
        assert "volatile_corrected_dram" not in fallen["delta"]
        wrong = session.call("snapshot_ecc", baseline="ecc-99")
        assert wrong["isError"]
        assert first["snapshot_id"] in wrong["content"][0]["text"]


def test_the_matrix_shows_links_and_distances():
    with simulated("nvlink-down") as session:
        rows = session.ask("inspect_topology")["matrix"].splitlines()
    assert rows[0].split()[:2] == ["GPU0", "GPU1"]
    assert rows[1].split()[:6] == ["GPU0", "X", "NV18", "NV18", "NV18", "NV16"]
    with simulated("l40sx4") as session:
        rows = session.ask("inspect_topology")["matrix"].splitlines()
    assert rows[1].split()[:5] == ["GPU0", "X", "NODE", "SYS", "SYS"]


@pytest.mark.parametrize(("times", "verdict", "action"), [(2, "degraded", "REBOOT_NODE"), (5, "unhealthy", "CONTACT_SUPPORT")])
def test_a_fault_that_came_back_after_each_reset_is_no_history(tmp_path, times, verdict, action):
    log = tmp_path / "dmesg"
    bus = "0000:52:00"
    lines = ["[    8.000000] NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build"]
    for hour in range(1, times + 1):
        lines += [
            f"[{hour * 3600}.000000] NVRM: Xid (PCI:{bus}): 48, pid={hour}, name=python3, An uncorrectable double bit error",
            f"[{hour * 3600 + 60}.000000] NVRM: Xid (PCI:{bus}): 154, GPU recovery action changed from 0x1 (GPU Reset Required) "
            "to 0x0 (None)"]
    log.write_text("\n".join(lines) + "\n", encoding="utf8")
    with simulated("h100x8", "--kernel-log", str(log)) as session:
        answer = session.ask("get_gpu_health")
        assert answer["verdict"] == verdict
        assert next(gpu for gpu in answer["devices"] if gpu["index"] == 2)["action"] == action
        faults = session.ask("analyze_xid_errors")
        assert action in faults["summary"]


@pytest.mark.parametrize(("gpu", "words"), [
    ({"repair": {"channel_pending": True}}, "Repair waits for a reset: GPU 2."),
    ({"repair": {"unrepairable_memory": True}}, "Memory that cannot be repaired: GPU 2."),
    ({"ecc": {"sram": {"volatile_secded": 3}}}, "Uncorrected SRAM errors since driver load: GPU 2."),
    ({"row_remap": {"error": "UNKNOWN"}}, "Errors or repairs could not be read in full: GPU 2."),
    ({"recovery_action": 4}, "The driver asks for a recovery: GPU 2."),
])
def test_ecc_is_only_called_good_where_all_of_it_is(tmp_path, gpu, words):
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"extends": "h100x8", "gpus": [{"index": 2, **gpu}]}))
    with simulated(str(node)) as session:
        summary = session.ask("snapshot_ecc")["summary"]
    assert words in summary
    assert "no repair outstanding" not in summary


def test_a_gpu_that_fell_off_the_bus_again_after_it_was_brought_back_has_returned(tmp_path):
    log = tmp_path / "dmesg"
    lines = []
    for start in (3600, 4500):
        lines += [
            f"[{start}.0] NVRM: Xid (PCI:0000:52:00): 79, pid=1, name=python3, GPU has fallen off the bus.",
            f"[{start + 1}.0] NVRM: Xid (PCI:0000:52:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)",
            f"[{start + 300}.0] NVRM: Xid (PCI:0000:52:00): 154, GPU recovery action changed from 0x2 (Node Reboot Required) to 0x0 (None)"]
    log.write_text("\n".join(lines) + "\n", encoding="utf8")
    with simulated("h100x8", "--kernel-log", str(log)) as session:
        assert session.ask("get_gpu_health")["verdict"] == "degraded"
