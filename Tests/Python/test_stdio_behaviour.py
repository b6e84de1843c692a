"""How the agent treats its standard streams: what it is given, what it writes, and when it ends."""

import json
import os
import pty
import signal
import socket
import subprocess
import tempfile
import time
import tty

import pytest
from support import AGENT, RUNNING, Session, context_switches, cpu_ticks, peak_memory, simulated

MIB = 1 << 20
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
PING_LINE = json.dumps(PING).encode() + b"\n"
PARSE_ERROR, INVALID_REQUEST = -32700, -32600


def shortest(measure, attempts=5):
    """The best of a few attempts: what is asked is what the agent can do, not how busy the machine is."""
    return min(measure() for _ in range(attempts))


# Start and end.


def test_writes_nothing_before_the_first_request():
    with simulated("a100x2") as session:
        assert session.is_silent(0.5)
        session.ping()


def test_end_of_input_ends_it_at_once():
    def measure():
        with simulated("a100x2") as session:
            session.ask("get_gpu_inventory")
            start = time.monotonic()
            session.end_input()
            assert session.wait() == 0
            return time.monotonic() - start

    assert shortest(measure) <= 0.2


def test_every_request_that_was_read_is_answered_before_the_end():
    with simulated("h100x8") as session:
        started = {session.start_call("get_gpu_inventory") for _ in range(50)}
        session.end_input()
        answered = set()
        while (line := session.read_line()) is not None:
            answered.add(json.loads(line)["id"])
        assert answered == started
        assert session.wait() == 0


def test_a_last_line_needs_no_newline():
    with simulated("a100x2") as session:
        session.write(PING_LINE.rstrip(b"\n"))
        session.end_input()
        assert session.receive() == {"jsonrpc": "2.0", "id": 1, "result": {}}
        assert session.read_line() is None
        assert session.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number):
    with simulated("a100x2") as session:
        session.ping()
        session.terminate(number)
        assert session.wait(15) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish_what_is_in_flight(number):
    with simulated("a100x2") as session:
        session.initialize()
        identifier = session.start_request("tools/call", {
            "name": "get_gpu_telemetry", "arguments": {"duration_ms": 600, "interval_ms": 100},
            "_meta": {"progressToken": 1}})
        assert session.receive()["method"] == "notifications/progress", "it runs"
        session.terminate(number)
        assert "result" in session.receive_answer(identifier)
        assert session.wait(15) == 0


def test_a_signal_does_not_wait_for_what_takes_too_long():
    with simulated("a100x2") as session:
        session.ping()
        session.start_call("get_gpu_telemetry", duration_ms=60_000)
        time.sleep(0.2)
        start = RUNNING.seconds
        session.terminate()
        session.wait(20)
        assert RUNNING.seconds - start < 4


def test_a_closed_output_ends_it():
    with simulated("a100x2") as session:
        session.ping()
        session.process.stdout.close()
        session.process.stdout = None
        try:
            for _ in range(50):
                session.write(PING_LINE)
                time.sleep(0.02)
        except OSError:
            pass
        assert session.wait() == 0


# Kinds of streams.


def test_input_from_dev_null():
    assert subprocess.run([AGENT, "--simulate", "a100x2"], stdin=subprocess.DEVNULL, timeout=10, check=False).returncode == 0


def test_output_to_dev_null():
    finished = subprocess.run(
        [AGENT, "--simulate", "a100x2"], input=PING_LINE * 3, stdout=subprocess.DEVNULL, timeout=10, check=False)
    assert finished.returncode == 0


def test_an_output_that_cannot_be_written_is_a_failure():
    with open("/dev/full", "wb") as full:
        finished = subprocess.run(
            [AGENT, "--simulate", "a100x2"], input=PING_LINE, stdout=full, stderr=subprocess.PIPE, timeout=10, check=False)
    assert finished.returncode == 1
    assert b"standard output cannot be written: No space left on device" in finished.stderr


def test_an_input_that_cannot_be_read_is_a_failure(tmp_path):
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        finished = subprocess.run(
            [AGENT, "--simulate", "a100x2"], stdin=folder, capture_output=True, timeout=10, check=False)
    finally:
        os.close(folder)
    assert finished.returncode == 1
    assert b"standard input cannot be read: Is a directory" in finished.stderr


def test_input_and_output_are_files():
    with tempfile.TemporaryFile() as requests, tempfile.TemporaryFile() as answers:
        requests.write(PING_LINE)
        requests.seek(0)
        finished = subprocess.run(
            [AGENT, "--simulate", "a100x2"], stdin=requests, stdout=answers, timeout=10, check=False)
        assert finished.returncode == 0
        answers.seek(0)
        assert json.loads(answers.read()) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_input_and_output_are_one_socket():
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen([AGENT, "--simulate", "a100x2"], stdin=theirs, stdout=theirs) as process:
        theirs.close()
        ours.settimeout(10)
        ours.sendall(PING_LINE)
        assert json.loads(ours.recv(4096))["result"] == {}
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(10) == 0


def test_input_and_output_are_a_terminal():
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with subprocess.Popen([AGENT, "--simulate", "a100x2"], stdin=theirs, stdout=theirs) as process:
        os.close(theirs)
        os.write(ours, PING_LINE)
        assert json.loads(os.read(ours, 4096))["result"] == {}
        os.close(ours)
        assert process.wait(10) == 0


# Lines that nobody should send.

HOSTILE = {
    "no JSON": b"hello",
    "half a message": b'{"jsonrpc":"2.0","id":1,"method":"ping"',
    "two messages": PING_LINE.strip() * 2,
    "over 8 MiB": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"' + b"x" * (8 * MIB) + b'"}}',
    "nested 100,000 deep": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "nested without end": b"[" * 100_000,
    "invalid UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\xff\xfe"}}',
    "overlong UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\xc0\xaf"}}',
    "lone surrogate": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\\ud800"}}',
    "NUL byte": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\x00"}}',
    "only NUL bytes": b"\x00" * 100,
    "duplicate keys": b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}',
    "number too large": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":1e999999}}',
    "number of 100,000 digits": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":' + b"9" * 100_000 + b"}}",
    "trailing comma": b'{"jsonrpc":"2.0","id":1,"method":"ping",}',
    "byte order mark": b"\xef\xbb\xbf" + PING_LINE.strip(),
    "not an object": b'"ping"',
    "empty batch": b"[]",
    "id is null": b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
    "id is a fraction": b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    "id is a list": b'{"jsonrpc":"2.0","id":[1],"method":"ping"}',
    "no version": b'{"id":1,"method":"ping"}',
    "method is a number": b'{"jsonrpc":"2.0","id":1,"method":7}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_line_gets_an_error_and_the_session_goes_on(name):
    with simulated("a100x2") as session:
        session.initialize()
        session.write(HOSTILE[name] + b"\n")
        reply = session.receive()
        assert reply["error"]["code"] in (PARSE_ERROR, INVALID_REQUEST)
        assert reply["error"]["message"]
        session.ping()
        assert session.ask("echo_test", message="still here")["echo"] == "still here"


def test_lines_without_a_message_are_ignored():
    with simulated("a100x2") as session:
        session.write(b"\n\r\n   \n" + PING_LINE.replace(b"\n", b"\r\n"))
        assert session.receive() == {"jsonrpc": "2.0", "id": 1, "result": {}}
        assert session.is_silent(0.2)


def test_a_notification_is_never_answered():
    with simulated("a100x2") as session:
        session.send({"jsonrpc": "2.0", "method": "notifications/unknown"})
        session.send({"jsonrpc": "2.0", "method": "ping"})
        session.send({"jsonrpc": "2.0", "id": 99, "result": {}})
        session.ping()
        assert session.is_silent(0.2)


def test_memory_stays_bounded():
    with simulated("a100x2") as session:
        session.ping()
        before = peak_memory(session.pid)
        for _ in range(16):
            session.write(b"x" * (4 * MIB))
        session.write(b"\n")
        assert session.receive()["error"]["code"] in (PARSE_ERROR, INVALID_REQUEST)
        session.ping()
        assert peak_memory(session.pid) - before < 32 * MIB


def test_a_line_in_pieces_is_one_line():
    with simulated("a100x2") as session:
        for byte in PING_LINE:
            session.write(bytes([byte]))
        assert session.receive() == {"jsonrpc": "2.0", "id": 1, "result": {}}


# Requests beside each other.


def test_a_slow_call_does_not_delay_a_ping():
    with simulated("a100x2") as session:
        slow = session.start_call("get_gpu_telemetry", duration_ms=1500, interval_ms=500)
        ping = session.start_request("ping")
        assert session.receive()["id"] == ping
        assert "result" in session.receive_answer(slow)


def test_a_cancelled_call_is_not_answered():
    with simulated("a100x2") as session:
        session.initialize()
        slow = session.start_call("get_gpu_telemetry", duration_ms=2000)
        time.sleep(0.1)
        session.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": slow}})
        session.ping()
        assert session.is_silent(2.5)


def test_progress_is_reported_when_asked_for():
    with simulated("a100x2") as session:
        session.initialize()
        identifier = session.start_request("tools/call", {
            "name": "get_gpu_telemetry", "arguments": {"duration_ms": 3000, "interval_ms": 500},
            "_meta": {"progressToken": "token"}})
        progress = []
        while (message := session.receive()).get("id") != identifier:
            assert message["method"] == "notifications/progress"
            assert message["params"]["progressToken"] == "token"
            progress.append(message["params"]["progress"])
        assert len(progress) >= 2
        assert progress == sorted(set(progress))
        assert session.is_silent(0.3)


# Nothing to do.


@pytest.mark.slow
def test_no_processor_time_is_used_between_requests():
    with simulated("h100x8", "--deadline", "1") as session:
        session.ask("get_gpu_telemetry")
        # The deadline of that request still runs out, once.
        time.sleep(3)
        processes = [session.pid, *session.children()]
        assert len(processes) == 2
        ticks, switches = [cpu_ticks(pid) for pid in processes], sum(map(context_switches, processes))
        time.sleep(10)
        assert [cpu_ticks(pid) for pid in processes] == ticks
        assert sum(map(context_switches, processes)) == switches


def test_the_agent_itself_never_loads_nvml():
    with simulated("a100x2") as session:
        session.ask("get_gpu_inventory")
        with open(f"/proc/{session.pid}/maps", encoding="utf-8") as maps:
            assert "nvidia-ml" not in maps.read()


def test_lists_of_processes_show_whose_the_gpu_client_is():
    with simulated("a100x2") as session:
        session.ask("get_gpu_inventory")
        (child,) = session.children()
        with open(f"/proc/{child}/comm", encoding="utf-8") as name:
            assert name.read() == "k8s-mcp-agent\n"
        with open(f"/proc/{child}/cmdline", "rb") as arguments:
            assert arguments.read().split(b"\0")[:2] == [b"k8s-mcp-agent", b"probe-worker"]


def test_wrong_options_exit_with_2():
    with Session("--no-such-option") as session:
        session.end_input()
        assert session.wait() == 2
        assert "--no-such-option" in session.read_log()
