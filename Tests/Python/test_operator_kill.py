"""`kill_gpu_process` on real processes: who is ended, how, and who never is."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import jsonschema
import pytest
from operator_bench import (
    LOOP, TOOL, YES, Client, Holder, arguments, device_node, events, process_state, reasons)
from support import AGENT, SIMULATOR, Session, eventually, run_agent

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="processes of other users and device nodes need root")


@pytest.fixture
def device(tmp_path):
    return device_node(tmp_path)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "audit.log"


@pytest.fixture
def client(log):
    with Client(*arguments(log), answer=YES) as session:
        yield session.start()


def test_term_ends_a_process(client, device, log):
    with Holder(device) as holder:
        answer = client.kill(pid=holder.pid)
        assert answer["outcome"] == "done" and answer["acted"]
        assert answer["result"]["processes"] == [{"pid": holder.pid, "name": "sh", "end": "ended"}]
        assert answer["before"]["processes"][0]["state"] == "running"
        assert answer["after"]["processes"][0]["state"] in ("zombie", "gone")
        assert answer["before"]["gpus"][0]["process_count"] >= 1
        assert "process_count" in answer["after"]["gpus"][0]
        assert not holder.lives()
    assert events(log) == ["plan", "confirmation", "action", "step", "step", "result"]
    assert str(holder.pid) in client.asked[0]["message"]


def test_the_answer_fits_its_schema(client, device):
    tools = {tool["name"]: tool for tool in client.request("tools/list")["result"]["tools"]}
    schema = tools[TOOL]["outputSchema"]
    with Holder(device) as holder:
        for pid in (holder.pid, holder.pid, 1):
            jsonschema.validate(client.kill(pid=pid), schema, jsonschema.Draft202012Validator)


def test_kill_is_only_sent_when_asked_for(client, device):
    with Holder(device, "trap '' TERM") as holder:
        answer = client.kill(pid=holder.pid, grace_seconds=1)
        assert answer["outcome"] == "failed"
        assert answer["result"]["processes"][0]["end"] == "still_running"
        assert not answer["as_expected"]
        assert any("then_kill" in line for line in answer["next"])
        assert holder.lives()
        answer = client.kill(pid=holder.pid, grace_seconds=0, then_kill=True)
        assert answer["result"]["processes"][0]["end"] == "killed"
        assert [step["step"] for step in answer["steps"]] == ["send_TERM", "wait_for_end", "send_KILL"]
        assert not holder.lives()


def test_kill_at_once(client, device):
    with Holder(device, "trap '' TERM") as holder:
        assert client.kill(pid=holder.pid, signal="KILL")["result"]["processes"][0]["end"] == "killed"


def test_a_process_of_another_user(client, device):
    with Holder(device, user=65534, group=65534, extra_groups=[]) as holder:
        answer = client.kill(pid=holder.pid)
        assert answer["plan"]["processes"][0]["user"] in ("nobody", "65534")
        assert answer["outcome"] == "done"


def test_a_process_in_a_namespace_like_a_containers(client, device):
    script = f"exec 5<&0; sh -c 'echo ready; {LOOP}' <&5 & wait"
    with Holder(device, command=["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", script]) as holder:
        def children(pid):
            return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        first = children(holder.pid)[0]
        second = children(first)[0]
        assert pathlib.Path(f"/proc/{second}/status").read_text().split("NSpid:")[1].split()[1] != "1"
        refused = client.kill(pid=first)
        assert reasons(refused) == ["container_init"] and not refused["acted"]
        assert process_state(first) not in ("Z", None)
        answer = client.kill(pid=second)
        assert answer["outcome"] == "done", answer["summary"]
        assert eventually(lambda: process_state(second) in ("Z", None))


def test_all_holders_of_a_gpu(client, device, tmp_path):
    daemon = tmp_path / "nvidia-persistenced"
    shutil.copy("/bin/sh", daemon)
    loop = f"echo ready; {LOOP}"
    with Holder(device) as one, Holder(device, "trap '' TERM") as two, \
            Holder(device, command=[str(daemon), "-c", loop]) as service:
        answer = client.kill(gpu=0, processes="all", grace_seconds=1, then_kill=True)
        assert answer["outcome"] == "done"
        ends = {entry["pid"]: entry["end"] for entry in answer["result"]["processes"]}
        assert ends[one.pid] == "ended" and ends[two.pid] == "killed"
        assert service.pid not in ends and service.lives()
        assert "persistence_daemon" in [entry["reason"] for entry in answer["plan"]["left_alone"]]
    assert reasons(client.kill(gpu=5, processes="all")) == ["nothing_to_end"]


# Who is never ended, with real processes. Each row: the reason, and what makes a pid for it.

def refused_zombie(device, tmp_path):
    holder = Holder(device)
    os.kill(holder.pid, signal.SIGKILL)
    assert eventually(lambda: holder.state() == "Z")
    return holder, holder.pid


def refused_asleep(device, tmp_path):
    """A parent that waits for its child's exec in vfork(2), which waits for a pipe: state D, as in a driver."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import os\nprint('ready', flush=True)\n"
        f"os.posix_spawn('/bin/true', ['true'], {{}}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, {str(pipe)!r}, os.O_RDONLY, 0)])")
    holder = Holder(device, command=[sys.executable, "-c", program])
    assert eventually(lambda: holder.state() == "D")
    return holder, holder.pid


def refused_plain_file(device, tmp_path):
    folder = tmp_path / "not" / "dev"
    folder.mkdir(parents=True)
    (folder / "nvidia0").write_text("")
    holder = Holder(folder / "nvidia0")
    return holder, holder.pid


def refused_idle(device, tmp_path):
    holder = Holder(None)
    return holder, holder.pid


def refused_gone(device, tmp_path):
    with Holder(device) as holder:
        pass
    return None, holder.pid


def refused_thread(device, tmp_path):
    program = "import threading, time\nt = threading.Thread(target=time.sleep, args=(600,), daemon=True)\nt.start()\n" \
        "print('ready', flush=True)\ntime.sleep(600)"
    holder = Holder(device, command=[sys.executable, "-c", program])
    threads = [int(name) for name in os.listdir(f"/proc/{holder.pid}/task")]
    return holder, next(thread for thread in threads if thread != holder.pid)


def refused_program(name):
    def make(device, tmp_path):
        program = tmp_path / name
        shutil.copy("/bin/sh", program)
        holder = Holder(device, command=[str(program), "-c", f"echo ready; {LOOP}"])
        return holder, holder.pid
    return make


def refused_name_only(device, tmp_path):
    """A program that calls itself like a runtime, which anybody can."""
    program = "import ctypes, time\nctypes.CDLL(None).prctl(15, b'containerd', 0, 0, 0)\nprint('ready', flush=True)\n" \
        "time.sleep(600)"
    holder = Holder(device, command=[sys.executable, "-c", program])
    return holder, holder.pid


REFUSED = {
    "zombie": refused_zombie, "uninterruptible": refused_asleep, "not_a_device": refused_plain_file,
    "not_a_gpu_process": refused_idle, "gone": refused_gone, "thread": refused_thread,
    "container_runtime": refused_name_only,
    "kubelet": refused_program("kubelet"), "fabric_manager": refused_program("nv-fabricmanager"),
    "mps_daemon": refused_program("nvidia-cuda-mps-server"), "agent": refused_program("k8s-mcp-agent"),
    "gpu_monitor": refused_program("dcgm-exporter"), "imex_daemon": refused_program("nvidia-imex"),
    "init": lambda device, tmp_path: (None, 1),
    "this_agent": lambda device, tmp_path: (None, os.getpid()),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refuses(reason, device, tmp_path, client, log):
    holder, pid = REFUSED[reason](device, tmp_path)
    try:
        before = process_state(pid)
        answer = client.kill(pid=pid, signal="KILL")
        assert reasons(answer) == [reason], answer
        assert answer["outcome"] == "refused" and not answer["acted"]
        assert answer["refusals"][0]["message"] and answer["refusals"][0]["remedy"]
        assert client.asked == []
        assert process_state(pid) == before or before in "RS"
        assert process_state(pid) is not None or reason == "gone"
        assert events(log) == ["refusal"]
    finally:
        if holder:
            # Whoever waits for its other end is let go.
            with contextlib.suppress(OSError):
                os.close(os.open(tmp_path / "pipe", os.O_WRONLY | os.O_NONBLOCK))
            (tmp_path / "pipe").unlink(missing_ok=True)
            holder.__exit__()


@pytest.mark.parametrize("wrong", [
    {}, {"pid": 1, "gpu": 0}, {"pid": 5, "processes": "all"}, {"pid": 5, "signal": "KILL", "then_kill": True},
    {"pid": 5, "signal": "KILL", "grace_seconds": 3}, {"gpu": 99}, {"gpu": "x"}, {"pid": 0}, {"pid": -1},
    {"pid": 5, "signal": "HUP"}, {"pid": 5, "grace_seconds": 301}, {"pid": 5, "force": True}, {"pid": "all"},
])
def test_wrong_arguments_do_nothing(client, wrong, log):
    reply = client.call_raw(**wrong)
    assert reply["result"]["isError"], reply
    assert client.asked == []
    assert log.read_text() == ""


def test_a_simulated_node_has_no_processes(log):
    with Client("--simulate", "busy", "--mode", "operator", answer=YES) as session:
        session.start()
        holders = session.ask("list_gpu_processes")["devices"]
        pid = next(process["pid"] for gpu in holders for process in gpu.get("processes", []))
        answer = session.kill(pid=pid)
        assert "simulated_node" in reasons(answer)
        assert session.asked == []


def test_below_a_mounted_root_as_in_a_pod(device, log, tmp_path):
    """With hostPID the agent's own process ids are the node's, and the node's /proc is below the mounted root."""
    root = tmp_path / "host"
    (root / "proc").mkdir(parents=True)

    def call(*pairs):
        more = " ".join(f"--arg {pair}" for pair in pairs)
        finished = subprocess.run(
            ["unshare", "--mount", "sh", "-c",
             f"mount --bind /proc {root}/proc && exec {AGENT} call {TOOL} --simulate h100x8 --host-root {root} "
             f"--mode operator --audit-log {log} {more}"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        return json.loads(finished.stdout)

    with Holder(device) as holder:
        plan = call(f"pid={holder.pid}")
        assert plan["outcome"] == "confirmation_required", plan
        assert call(f"pid={holder.pid}", f"confirm={plan['plan_id']}")["outcome"] == "done"
        assert not holder.lives()


def test_from_a_namespace_of_its_own_nothing_is_reached(device, log, tmp_path):
    root = tmp_path / "host"
    (root / "proc").mkdir(parents=True)
    script = f"mount --bind /proc {root}/proc && exec unshare --pid --fork --mount-proc " \
        f"{AGENT} call {TOOL} --simulate h100x8 --host-root {root} --mode operator "
    with Holder(device) as holder:
        finished = subprocess.run(
            ["unshare", "--mount", "sh", "-c", f"{script} --arg pid={holder.pid}"], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False)
        assert b"foreign_pid_namespace" in finished.stdout, finished
        assert holder.lives()


def test_read_only_mode_knows_nothing_of_it(log):
    with Session("--simulate", "h100x8") as session:
        session.initialize()
        assert TOOL not in [tool["name"] for tool in session.request("tools/list")["result"]["tools"]]
        assert "error" in session.request("tools/call", {"name": TOOL, "arguments": {"pid": 1}})
    finished = run_agent("serve", "--simulate", "h100x8", "--audit-log", str(log))
    assert finished.returncode == 64 or finished.returncode == 2, finished
    assert not log.exists()


def test_annotations_and_instructions(client):
    tools = {tool["name"]: tool for tool in client.request("tools/list")["result"]["tools"]}
    hints = tools[TOOL]["annotations"]
    assert hints["destructiveHint"] is True and hints["readOnlyHint"] is False
    assert hints["idempotentHint"] is False and hints["openWorldHint"] is False
    with Client(*arguments(), answer=YES) as other:
        said = other.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {
            "name": "x", "version": "1"}})["result"]["instructions"]
    assert TOOL in said and len(said.encode()) < 2048


def test_a_number_that_another_process_has_got(log, tmp_path):
    """NVML lists it, and what has that number now holds nothing of the driver."""
    with Holder(None) as holder:
        scenario = tmp_path / "node.json"
        scenario.write_text(json.dumps({"extends": "h100x8", "gpus": [{"index": 0, "processes": [
            {"pid": holder.pid, "kind": "compute", "used_memory_bytes": 1 << 30}]}]}))
        with Client(
                "--nvml-library", str(SIMULATOR / "libnvidia-ml.so.1"), "--mode", "operator", "--audit-log", str(log),
                answer=YES, environment={**os.environ, "NVML_SIMULATOR_SCENARIO": str(scenario)}) as session:
            assert reasons(session.start().kill(pid=holder.pid)) == ["holds_nothing"]
        assert holder.lives()
