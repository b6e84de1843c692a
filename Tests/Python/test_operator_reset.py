"""reset_gpu from end to end: a simulated node, and a script in the place of nvidia-smi that changes it as a reset does."""

import json
import os
import signal
import subprocess
import time

import pytest
from support import AGENT, Session

NEEDS_RESET = {"extends": "reset-required", "processes": [], "gpus": [{"index": 0, "processes": []}]}
WELL = {"extends": "h100x8", "processes": [], "gpus": [{"index": 0, "processes": []}]}
CODES = {3: "not_supported", 4: "no_permission"}


def with_gpu(scenario, **gpu):
    return {**scenario, "gpus": [{**scenario["gpus"][0], **gpu}]}


class Node:
    """A simulated node whose GPU 0 asks for a reset."""

    def __init__(self, folder, scenario=None, after=None, script=""):
        self.folder = folder
        self.file = folder / "node.json"
        self.after = folder / "after.json"
        self.calls_file = folder / "calls"
        self.audit = folder / "audit.jsonl"
        self.arguments = ["--simulate", str(self.file), "--mode", "operator", "--audit-log", str(self.audit)]
        self.set(scenario or NEEDS_RESET)
        self.after.write_text(json.dumps(after or WELL))
        self.tool = folder / "nvidia-smi"
        self.script(script)

    def set(self, scenario):
        self.file.write_text(json.dumps(scenario))

    def script(self, body):
        """The stand-in: notes its arguments, does `body`, and lets a reset change the node."""
        self.tool.write_text(
            f"#!/bin/sh\necho \"$*\" >> {self.calls_file}\ncase \"$*\" in *-pm*) exit 0;; esac\n{body}\n"
            f"cp {self.after} {self.file}.new && mv {self.file}.new {self.file}\necho All done.\n")
        self.tool.chmod(0o755)

    @property
    def calls(self):
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []

    @property
    def environment(self):
        return {**os.environ, "NVIDIA_SMI_STAND_IN": str(self.tool)}

    def call(self, **arguments):
        arguments = {"gpu": "0", "settle_seconds": 1, **arguments}
        words = [word for key, value in arguments.items() for word in ("--arg", f"{key}={value}")]
        result = subprocess.run(
            [AGENT, "call", "reset_gpu", *words, "--output", "json", *self.arguments], env=self.environment,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        answer = json.loads(result.stdout)
        assert result.returncode == (0 if answer["acted"] and answer["status"] != "error" else 1), result
        return answer

    def reset(self, **arguments):
        """Plan and confirmation."""
        plan = self.call(**arguments)
        assert plan["outcome"] == "confirmation_required", plan["summary"]
        assert self.calls == []
        return self.call(**arguments, confirm=plan["plan_id"])

    def records(self):
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture
def make(tmp_path):
    return lambda *arguments, **named: Node(tmp_path, *arguments, **named)


def reasons(answer):
    return [refusal["reason"] for refusal in answer.get("refusals", [])]


def test_read_only_mode_does_not_have_it(make):
    node = make()
    with Session("serve", "--simulate", str(node.file)) as session:
        session.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
        names = [tool["name"] for tool in session.request("tools/list", {})["result"]["tools"]]
    assert "reset_gpu" not in names and "get_gpu_health" in names


def test_a_reset_clears_what_the_driver_asked_for(make):
    node = make()
    answer = node.reset()
    assert answer["outcome"] == "done" and answer["as_expected"], answer["summary"]
    uuid = answer["plan"]["gpu"]["uuid"]
    assert node.calls == [f"-i {uuid} -pm 0", f"--gpu-reset -i {uuid}", f"-i {uuid} -pm 1"]
    assert (answer["before"]["recovery_action"], answer["after"]["recovery_action"]) == (1, 0)
    assert {check["verdict"] for check in answer["result"]["checks"]} <= {"passed", "unknown"}
    assert any("device plugin" in line for line in answer["next"])

    records = node.records()
    steps = [record["step"] for record in records if record["event"] == "step"]
    assert steps == [
        "save_evidence", "close_driver", "persistence_off", "look_for_clients", "reset", "persistence_on", "settle"]
    evidence = next(record["detail"] for record in records if record.get("step") == "save_evidence")
    assert evidence["recovery_action"] == 1 and any("95" in line for line in evidence["kernel_log"])
    assert evidence["ecc_volatile_uncorrected"] == 1
    verified = subprocess.run([AGENT, "audit", "verify", node.audit], capture_output=True, check=False)
    assert verified.returncode == 0

    # A second one within the hour is a loop, unless somebody wants it.
    node.set(NEEDS_RESET)
    again = node.call()
    assert again["outcome"] == "refused" and reasons(again) == ["loop_guard"]
    forced = node.call(force="true")
    assert forced["outcome"] == "confirmation_required" and "loop_guard" in forced["summary"]


def test_a_bus_reset_needs_a_known_bus(make):
    answer = make().call(method="bus")
    assert answer["outcome"] == "refused" and reasons(answer) == ["bridge"]


@pytest.mark.parametrize("code", [0, 255])
def test_another_client(make, code):
    node = make(script=f"echo 'GPU 00000000:1B:00.0: In use by another client'; exit {code}")
    answer = node.reset()
    assert answer["outcome"] == "stopped" and reasons(answer) == ["in_use"]
    assert node.calls[-1].endswith("-pm 1")
    assert answer["before"] == answer["after"]
    # Nothing was reset, so nothing keeps anybody from another attempt.
    assert node.call()["outcome"] == "confirmation_required"


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_of_nvidia_smi(make, code):
    answer = make(script=f"exit {code}").reset()
    assert answer["outcome"] == "stopped" and reasons(answer) == [CODES[code]]
    assert all(refusal["remedy"] for refusal in answer["refusals"])


@pytest.mark.parametrize("code", [15, 255])
def test_a_reset_that_went_wrong(make, code):
    answer = make(script=f"exit {code}").reset()
    assert answer["outcome"] == "failed" and answer["acted"]
    assert answer["result"]["failure"]["state"] in ("uncertain", "needs_reboot")
    assert f"exit code {code}" in answer["summary"]


@pytest.mark.parametrize("check, after", [
    ("memory_size", with_gpu(WELL, memory={"total_bytes": 1 << 30})),
    ("uuid", with_gpu(WELL, identity={"uuid": "GPU-00000000-0000-0000-0000-000000000bad"})),
    ("listed", with_gpu(WELL, listed=False)),
    ("recovery_action", with_gpu(WELL, recovery_action="node_reboot")),
    ("remapping", with_gpu(WELL, row_remap={"failure": True})),
    ("nvlink", with_gpu(WELL, nvlink={"links": [{"link": 3, "active": False}]})),
    ("fabric", with_gpu(WELL, fabric={"state": "in_progress"})),
])
def test_a_gpu_that_comes_back_otherwise(make, check, after):
    # Its size can be read before; only the driver's wish says that a reset is due.
    node = make(scenario=with_gpu(WELL, recovery_action="gpu_reset"), after=after)
    answer = node.reset(settle_seconds=0)
    assert answer["outcome"] == "failed" and not answer["as_expected"]
    failed = [found["name"] for found in answer["result"]["checks"] if found["verdict"] == "failed"]
    assert failed == [check], answer["result"]["checks"]
    assert any("reboot" in line for line in answer["next"])


NO_LINK = {"all_links": {"active": False, "speed_mbps": 0}}
A100_AT_SWITCHES = {
    "extends": "h100x8", "model": "a100-sxm4-40gb", "nvswitches": ["0000:f1:00.0", "0000:f2:00.0"], "nics": [],
    "processes": [], "all_gpus": {"recovery_action": "gpu_reset", "processes": [], "nvlink": NO_LINK}}


@pytest.mark.parametrize("check, other", [
    ("other_gpus", {"faults": [{"call": "*", "result": "GPU_IS_LOST"}]}),
    ("other_gpus", {"nvlink": {"links": [{"link": 3, "active": False, "speed_mbps": 0}]}}),
])
def test_a_reset_that_harms_another_gpu(make, check, other):
    node = make(scenario=with_gpu(WELL, recovery_action="gpu_reset"),
                after={**WELL, "gpus": [*WELL["gpus"], {"index": 1, **other}]})
    answer = node.reset(settle_seconds=0)
    assert answer["outcome"] == "failed" and not answer["as_expected"], answer["summary"]
    failed = [found["name"] for found in answer["result"]["checks"] if found["verdict"] == "failed"]
    assert failed == [check], answer["result"]["checks"]


@pytest.mark.parametrize("check, gpu", [
    ("nvlink", {"nvlink": {"links": [{"link": 3, "active": False, "speed_mbps": 0}]}}),
    ("fabric", {"fabric": {"health_mask": 1}}),
    ("pcie_width", {"pcie": {"width": 8}}),
])
def test_what_was_bad_before_and_still_is(make, check, gpu):
    node = make(scenario=with_gpu(WELL, recovery_action="gpu_reset", **gpu), after=with_gpu(WELL, **gpu))
    answer = node.reset(settle_seconds=0)
    failed = [found["name"] for found in answer["result"]["checks"] if found["verdict"] == "failed"]
    assert answer["outcome"] == "failed" and failed == [check], answer["result"]["checks"]


def test_links_that_are_down_lead_to_switches_all_the_same(make):
    answer = make(scenario=A100_AT_SWITCHES).call()
    assert answer["outcome"] == "refused" and reasons(answer) == ["nvlink"], answer["summary"]


def test_a_fatal_switch_error_needs_more_than_one_gpu(make, tmp_path):
    log = tmp_path / "kernel.log"
    log.write_text(
        "[ 5000.000000] nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 20034, Fatal, Link 30 LTSSM Fault Up\n")
    node = make()
    node.arguments += ["--kernel-log", str(log)]
    answer = node.call()
    assert answer["outcome"] == "refused" and reasons(answer) == ["nvswitch_errors"], answer["summary"]
    assert node.call(force="true")["outcome"] == "confirmation_required"


@pytest.mark.parametrize("change, reason", [
    (with_gpu(NEEDS_RESET, processes=[{"pid": 4711, "kind": "compute", "used_memory_bytes": 1 << 30}]), "clients"),
    ({"extends": "busy", "gpus": [{"index": 0, "recovery_action": "gpu_reset"}]}, "clients"),
    (with_gpu(WELL), "recovery_action"),
    (with_gpu(NEEDS_RESET, modes={"virtualization": 2}), "virtualization"),
    (with_gpu(NEEDS_RESET, recovery_action="system_reboot"), "recovery_action"),
    ({**NEEDS_RESET, "extends": "fallen-off-bus"}, None),
])
def test_what_stands_against_it(make, change, reason):
    node = make(scenario=change)
    answer = node.call(gpu="0" if reason else "3")
    assert answer["outcome"] == "refused" and not answer["acted"]
    assert reason is None or reason in reasons(answer)
    assert all(refusal["message"] and refusal["remedy"] for refusal in answer["refusals"])
    assert node.calls == []


def test_a_client_that_comes_after_the_plan(make):
    node = make()
    plan = node.call()
    node.set(with_gpu(NEEDS_RESET, processes=[{"pid": 4711, "kind": "compute", "used_memory_bytes": 1 << 30}]))
    answer = node.call(confirm=plan["plan_id"])
    assert answer["outcome"] == "refused" and "clients" in reasons(answer)
    assert node.calls == []


def test_a_fact_that_changes_after_the_plan(make):
    node = make()
    plan = node.call()
    node.set(with_gpu(NEEDS_RESET, modes={"persistence": 0}))
    answer = node.call(confirm=plan["plan_id"])
    assert answer["outcome"] == "plan_changed"
    assert node.calls == []


def test_without_nvidia_smi_nothing_is_planned(make):
    node = make()
    result = subprocess.run(
        [AGENT, "call", "reset_gpu", "--arg", "gpu=0", "--output", "json", *node.arguments], stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, check=False)
    assert "nvidia_smi" in reasons(json.loads(result.stdout))


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nobody_enters_the_driver_during_it(make):
    node = make(script="sleep 3")
    plan = node.call()
    with Session("serve", *node.arguments, environment=node.environment) as session:
        session.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
        session.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        plan = session.request("tools/call", {"name": "reset_gpu", "arguments": {"gpu": "0", "settle_seconds": 0}})
        identifier = plan["result"]["structuredContent"]["plan_id"]
        answers = {}
        first = session.start_request("tools/call", {
            "name": "reset_gpu", "arguments": {"gpu": "0", "settle_seconds": 0, "confirm": identifier}})
        wait_for(lambda: any(line.startswith("--gpu-reset") for line in node.calls))
        second = session.start_request("tools/call", {"name": "get_gpu_health", "arguments": {}})
        while len(answers) < 2:
            message = session.receive()
            if "id" in message and "method" not in message:
                answers[message["id"]] = message
        assert list(answers) == [second, first]
        assert "driver_closed" in json.dumps(answers[second])
        assert answers[first]["result"]["structuredContent"]["outcome"] == "done"
        health = session.request("tools/call", {"name": "get_gpu_health", "arguments": {}})
        assert "driver_closed" not in json.dumps(health)


def test_an_agent_that_is_killed_in_the_middle_leaves_a_trace(make):
    node = make(script="sleep 4")
    plan = node.call()
    process = subprocess.Popen(
        [AGENT, "call", "reset_gpu", "--arg", "gpu=0", "--arg", "settle_seconds=1", "--arg", f"confirm={plan['plan_id']}",
         *node.arguments], env=node.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    wait_for(lambda: any(line.startswith("--gpu-reset") for line in node.calls))
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = node.call()
    earlier = again["earlier_actions"][0]
    assert earlier["last_step"] == "reset" and not earlier["in_progress"]
    assert "stopped at step reset" in again["summary"] + json.dumps(again)
    # nvidia-smi itself is not torn down in the middle of a reset.
    wait_for(lambda: node.file.read_text() == node.after.read_text())


def serve(node):
    """A session of a client that cannot ask."""
    session = Session("serve", *node.arguments, environment=node.environment)
    session.request("initialize", {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
    session.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return session


def plan_in(session, **arguments):
    """The plan's id, and the arguments that confirm it."""
    arguments = {"settle_seconds": 0, **arguments}
    reply = session.request("tools/call", {"name": "reset_gpu", "arguments": arguments})
    return {"name": "reset_gpu", "arguments": {**arguments, "confirm": reply["result"]["structuredContent"]["plan_id"]}}


def test_a_cancelled_call_resets_nothing(make):
    node = make()
    with serve(node) as session:
        confirmation = plan_in(session, gpu="0")
        identifier = session.start_request("tools/call", confirmation)
        wait_for(lambda: node.records()[-1]["event"] == "confirmation")
        session.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identifier}})
        wait_for(lambda: node.records()[-1]["event"] == "refusal")
    assert node.records()[-1]["outcome"] == "interrupted"
    assert node.calls == []


def test_one_reset_at_a_time(make):
    both = {**NEEDS_RESET, "gpus": [
        {"index": index, "processes": [], "recovery_action": "gpu_reset"} for index in (0, 1)]}
    node = make(scenario={**both, "extends": "h100x8"}, script="sleep 5")
    with serve(node) as session:
        first, second = (plan_in(session, gpu=gpu) for gpu in ("0", "1"))
        identifiers = [session.start_request("tools/call", confirmation) for confirmation in (first, second)]
        answers = {}
        while len(answers) < 2:
            message = session.receive()
            if message.get("id") in identifiers and "method" not in message:
                answers[message["id"]] = message["result"]
        first, second = (answers[identifier] for identifier in identifiers)
    assert first["structuredContent"]["acted"]
    assert second["isError"] and reasons(json.loads(second["content"][0]["text"])) == ["action_in_progress"]
    assert len([line for line in node.calls if line.startswith("--gpu-reset")]) == 1


def test_a_job_on_another_gpu_after_the_plan(make):
    node = make()
    plan = node.call()
    node.set({**NEEDS_RESET, "processes": [
        {"pid": 5000, "name": "python", "user": 1000, "opens": ["/dev/nvidia1", "/dev/nvidiactl"]}]})
    answer = node.call(confirm=plan["plan_id"])
    assert answer["outcome"] == "plan_changed" and not answer["acted"]
    assert node.calls == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_does_not_break_off_a_reset(make, number):
    node = make(script="sleep 2")
    plan = node.call()
    process = subprocess.Popen(
        [AGENT, "call", "reset_gpu", "--arg", "gpu=0", "--arg", "settle_seconds=1", "--arg", f"confirm={plan['plan_id']}",
         *node.arguments], env=node.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: any(line.startswith("--gpu-reset") for line in node.calls))
    process.send_signal(number)
    output, said = process.communicate(timeout=60)
    assert process.returncode == 0 and json.loads(output)["outcome"] == "done"
    assert b"stopping on a signal" in said
    assert node.records()[-1]["event"] == "result"


def test_a_signal_before_the_reset_is_enough(make):
    node = make()
    plan = node.call()
    process = subprocess.Popen(
        [AGENT, "call", "reset_gpu", "--arg", "gpu=0", "--arg", "settle_seconds=1", "--arg", f"confirm={plan['plan_id']}",
         *node.arguments], env=node.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: node.records()[-1]["event"] == "confirmation")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 1 and node.calls == []
    assert node.records()[-1]["outcome"] == "interrupted"


def test_a_second_reset_in_one_session_needs_no_log_to_be_noticed(make):
    node = make(after=NEEDS_RESET)
    with Session("serve", *node.arguments[:4], environment=node.environment) as session:
        session.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
        session.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        session.request("tools/call", plan_in(session, gpu="0"), timeout=60)
        arguments = {"gpu": "0", "settle_seconds": 0}
        again = session.request("tools/call", {"name": "reset_gpu", "arguments": arguments})["result"]
        assert reasons(json.loads(again["content"][0]["text"])) == ["loop_guard"]


def test_a_gpu_of_which_nobody_knows_whether_it_wants_a_reset(make):
    node = make(scenario={"extends": "t4x1", "processes": []})
    assert reasons(node.call()) == ["recovery_action"]
    assert node.call(force="true")["outcome"] == "confirmation_required"


def test_a_stranger_with_the_name_of_the_persistence_daemon(make):
    node = make(scenario={**NEEDS_RESET, "processes": [
        {"pid": 7000, "name": "nvidia-persiste", "command": ["python", "train.py"], "user": 1000,
         "opens": ["/dev/nvidia0", "/dev/nvidiactl"]}]})
    assert reasons(node.call()) == ["clients"]
