"""The record: whole, in order, and there before what it speaks of, even if the agent is killed in the middle."""

import json
import os
import shutil
import signal
import subprocess

import pytest
from operator_bench import (
    TOOL, YES, Client, Holder, arguments, device_node, events, process_state, records, shell)
from support import AGENT, eventually, run_agent

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="device nodes need root")

# Where CI has forgotten it, the tests fail.
strace = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("CI"), reason="strace is not installed (apt-get install strace)")


@pytest.fixture
def device(tmp_path):
    return device_node(tmp_path)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "audit.log"


def verify(log):
    return run_agent("audit", "verify", str(log))


def test_every_record_says_who_what_and_where(device, log):
    with Holder(device) as holder, Client(*arguments(log), answer=YES) as session:
        answer = session.start().kill(pid=holder.pid)
    written = records(log)
    assert [record["sequence"] for record in written] == list(range(1, 7))
    for record in written:
        assert record["tool"] == TOOL and record["mode"] == "operator" and record["simulated"] is True
        assert record["node"] == answer["node"]
        assert record["client"] == "bench" and record["channel"] == "mcp 2025-11-25"
        assert record["agent_pid"] == session.pid
        assert record["time"].endswith("Z")
    assert len({record["plan_id"] for record in written}) == 1
    assert written[-1]["outcome"] == "done"
    assert written[-1]["detail"]["before"] == answer["before"]
    assert written[-1]["detail"]["after"] == answer["after"]
    assert answer["audit"] == {"sequence": 6, "sha256": written[-1]["sha256"]}
    assert any(target.startswith(f"process:{holder.pid}@") for target in written[0]["targets"])
    assert log.stat().st_mode & 0o777 == 0o600


def test_without_a_file_the_record_is_on_standard_error(device):
    with Holder(device) as holder, Client(*arguments(), answer=YES) as session:
        session.start().kill(pid=holder.pid)
        lines = [json.loads(line) for line in session.read_log().splitlines() if line.startswith('{"audit"')]
    assert [line["event"] for line in lines] == ["plan", "confirmation", "action", "step", "step", "result"]


def test_the_chain_is_checked(device, log):
    with Holder(device) as holder:
        shell(log, f"pid={holder.pid}")
        shell(log, f"pid={holder.pid}")
        shell(log, "pid=1")
    whole = log.read_bytes()
    finished = verify(log)
    assert finished.returncode == 0 and b"3 records, all in order" in finished.stdout
    lines = whole.splitlines(keepends=True)
    for number, changed in {
            1: [lines[0].replace(b"TERM", b"KILL"), *lines[1:]], 2: [lines[0], lines[2]], 3: [*lines, lines[0]][:2] + [lines[0]],
    }.items():
        log.write_bytes(b"".join(changed))
        finished = verify(log)
        assert finished.returncode == 1, number
        assert f"line {number} ".encode() in finished.stdout, finished
    log.write_bytes(whole + lines[0][:50])
    finished = verify(log)
    assert finished.returncode == 3 and b"never finished (50 bytes)" in finished.stdout
    # The next record closes it, and says so.
    shell(log, "pid=1")
    finished = verify(log)
    assert finished.returncode == 0 and b"line 4" in finished.stdout and b"4 records" in finished.stdout
    log.write_bytes(b"something else\n")
    assert verify(log).returncode == 1
    assert verify(log.parent / "none").returncode == 1
    assert verify(log.parent).returncode == 1


@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder", "writable by all", "missing folder", "other text"])
def test_files_that_are_no_place_for_a_record(kind, device, tmp_path, log):
    path = log
    if kind == "symlink":
        log.symlink_to(tmp_path / "elsewhere")
    elif kind == "fifo":
        os.mkfifo(log)
    elif kind == "folder":
        log.mkdir()
    elif kind == "writable by all":
        log.touch()
        log.chmod(0o666)
    elif kind == "missing folder":
        path = tmp_path / "none" / "audit.log"
    else:
        log.write_text("root:x:0:0::/root:/bin/sh\n")
    with Holder(device) as holder:
        finished = run_agent("call", TOOL, *arguments(path), "--arg", f"pid={holder.pid}", stdin=subprocess.DEVNULL)
        assert finished.returncode != 0
        said = (finished.stdout + finished.stderr).decode()
        assert "audit log" in said or str(path) in said
        assert holder.lives()
    assert not (tmp_path / "elsewhere").exists()
    if kind == "other text":
        assert log.read_text() == "root:x:0:0::/root:/bin/sh\n"


@strace
@pytest.mark.parametrize("number", range(1, 8))
def test_killed_at_every_step_the_record_tells_how_far_it_got(number, device, log):
    """The signal comes with the fsync(2) of a record: it is written, and what it announces is not done."""
    with Holder(device, "trap '' TERM") as holder:
        plan = None
        command = [
            "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", f"inject=fsync:signal=SIGKILL:when={number}",
            AGENT, *arguments(log)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as agent:
            ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
                "name": TOOL, "arguments": {"pid": holder.pid, "grace_seconds": 0, "then_kill": True}}}
            agent.stdin.write(json.dumps(ask).encode() + b"\n")
            agent.stdin.flush()
            line = agent.stdout.readline()
            if line:
                plan = json.loads(line)["result"]["structuredContent"]
                ask["id"] = 2
                ask["params"]["arguments"]["confirm"] = plan["plan_id"]
                agent.stdin.write(json.dumps(ask).encode() + b"\n")
                agent.stdin.flush()
                assert agent.stdout.readline() == b""
            agent.stdin.close()
            agent.wait(30)
        assert verify(log).returncode == 0
        kinds = [record.get("step", record["event"]) for record in records(log)]
        everything = ["plan", "confirmation", "action", "send_TERM", "wait_for_end", "send_KILL", "result"]
        assert kinds == everything[:number]
        # KILL is announced by record 6, and was not sent when the agent died there.
        assert holder.lives() == (number < 7)
        if number == 7:
            return
        again = shell(log, f"pid={holder.pid}")
        assert again["outcome"] == "confirmation_required", again
        earlier = again.get("earlier_actions", [])
        if number < 3:
            assert earlier == []
            return
        assert earlier[0]["steps"] == everything[3:number] and not earlier[0]["in_progress"]
        step = everything[number - 1]
        assert (f"stopped at step {step}" if number > 3 else "before its first step") in again["summary"]


@strace
def test_a_call_that_waits_is_seen_by_another_agent(device, log):
    with Holder(device, "trap '' TERM") as holder, Client(*arguments(log), answer=YES) as session:
        session.start()
        # Answered by hand, since the answer is only wanted later.
        identifier = session.start_request("tools/call", {"name": TOOL, "arguments": {
            "pid": holder.pid, "grace_seconds": 60}})
        question = session.receive()
        session.send({"jsonrpc": "2.0", "id": question["id"], "result": YES})
        assert eventually(lambda: "step" in events(log))
        refused = shell(log, f"pid={holder.pid}")
        assert [refusal["reason"] for refusal in refused["refusals"]] == ["action_in_progress"]
        # A cancelled call is broken off between its steps, and recorded as what it is.
        session.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identifier}})
        assert eventually(lambda: events(log)[-1] == "result")
        assert records(log)[-1]["outcome"] == "failed"
        assert holder.lives()
        assert shell(log, f"pid={holder.pid}")["outcome"] == "confirmation_required"


@pytest.mark.parametrize("end", ["stdin", "SIGTERM"])
def test_an_agent_that_is_asked_to_end_records_it(end, device, log):
    with Holder(device, "trap '' TERM") as holder, Client(*arguments(log), answer=YES) as session:
        session.start()
        session.start_request("tools/call", {"name": TOOL, "arguments": {"pid": holder.pid, "grace_seconds": 300}})
        question = session.receive()
        session.send({"jsonrpc": "2.0", "id": question["id"], "result": YES})
        assert eventually(lambda: len(events(log)) == 5)
        if end == "SIGTERM":
            session.terminate(signal.SIGTERM)
        else:
            session.end_input()
            session.terminate(signal.SIGTERM)
        session.wait(20)
        assert events(log)[-1] == "result"
        assert holder.lives() and process_state(holder.pid)
    assert verify(log).returncode == 0


def test_a_call_that_is_cancelled_before_its_first_signal_sends_none(device, log):
    with Holder(device) as holder, Client(*arguments(log)) as session:
        plan = session.start().kill(pid=holder.pid)
        call = {"jsonrpc": "2.0", "id": 900, "method": "tools/call", "params": {
            "name": TOOL, "arguments": {"pid": holder.pid, "confirm": plan["plan_id"]}}}
        session.send(call)
        session.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 900}})
        assert eventually(lambda: events(log)[-1] == "refusal")
        assert records(log)[-1]["outcome"] == "interrupted"
        assert holder.lives() and "step" not in events(log)


def test_a_record_that_nobody_reads_does_not_hold_the_agent(device):
    reading, writing = os.pipe()
    try:
        with Holder(device) as holder:
            agent = subprocess.Popen(
                [AGENT, *arguments()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writing)
            fill(writing)
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
                "name": TOOL, "arguments": {"pid": holder.pid}}}
            output, _ = agent.communicate(json.dumps(call).encode() + b"\n", timeout=30)
            result = json.loads(output.splitlines()[0])["result"]
            assert result["isError"] and "could not be recorded" in result["content"][0]["text"]
            assert holder.lives() and agent.returncode == 0
    finally:
        os.close(reading)
        os.close(writing)


def fill(pipe):
    """Until it takes nothing more, without changing how others write to it."""
    own = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(own, b"x" * 4096)
    except BlockingIOError:
        pass
    finally:
        os.close(own)
