"""The agent itself over HTTP: its options, what it says of the driver, crowds, and its end."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from mcp_fixture import Client
from support import AGENT, ROOT, SIMULATOR, children, eventually

# The one that the Swift tests build, with the trait.
HTTP_AGENT = pathlib.Path(os.environ.get("AGENT_HTTP", ROOT / ".build/debug/k8s-mcp-agent"))


def build():
    if not HTTP_AGENT.exists():
        subprocess.run(
            ["swift", "build", "--traits", "HTTP", "--product", "k8s-mcp-agent"], cwd=ROOT, check=True)
        subprocess.run(["swift", "build", "--traits", "HTTP", "--product", "NVMLSimulator"], cwd=ROOT, check=True)


class Serving:
    """An agent on a port of its own."""

    def __init__(self, *arguments, program=HTTP_AGENT):
        build()
        self.process = subprocess.Popen(
            [program, "serve", "--http", "127.0.0.1:0", *arguments], stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()
        address = re.search(r"serving MCP at https?://127\.0\.0\.1:(\d+)/mcp", self.said)
        assert address, self.said + self.process.stderr.read()
        self.port = int(address.group(1))

    def client(self, **headers):
        return Client(self.port, **headers)

    def metric(self, name):
        text = self.client().send("GET", path="/metrics").read().decode()
        found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.M)
        assert found, text
        return int(found.group(1))


@contextlib.contextmanager
def serving(*arguments, **options):
    agent = Serving(*arguments, **options)
    try:
        yield agent
    finally:
        agent.process.kill()
        agent.process.wait()


def refusal(*arguments, program=HTTP_AGENT, code=2):
    build()
    finished = subprocess.run(
        [program, "serve", *arguments], capture_output=True, text=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
    assert finished.returncode == code, finished
    return finished.stderr


@pytest.mark.parametrize("arguments, words", [
    (["--http", "0.0.0.0:0"], "can be reached from other machines; add --http-token-file"),
    (["--http", "[::]:0"], "--insecure"), (["--http", "8080"], "expected HOST:PORT"),
    (["--http", "127.0.0.1:99999"], "expected HOST:PORT"),
    (["--http", "127.0.0.1:0", "--http-certificate", "x"], "--http-certificate and --http-key go together"),
    (["--http", "127.0.0.1:0", "--http-token-file", "/nonexistent"],
     "--http-token-file: the token file /nonexistent cannot be read (No such file or directory); write the token into it"),
    (["--http", "127.0.0.1:0", "--http-token-file", "/"], "cannot be read (Is a directory)"),
    (["--http", "127.0.0.1:0", "--http-token-file", "/dev/null"], "the token file /dev/null is no regular file"),
    (["--http", "127.0.0.1:0", "--http-certificate", "/nonexistent", "--http-key", "/dev/null"],
     "/nonexistent cannot be read (No such file or directory)"),
    (["--http", "127.0.0.1:0", "--http-certificate", "/dev/null", "--http-key", "/dev/null"], "name a certificate chain"),
    (["--insecure"], "--insecure needs --http HOST:PORT"),
    (["--http-token-file", "/dev/null"], "--http-token-file needs --http HOST:PORT"),
    (["--http-allow-host", "gpu.example"], "--http-allow-host needs --http HOST:PORT"),
])
def test_options_that_cannot_be_meant_are_refused(arguments, words):
    assert words in refusal(*arguments)


def test_an_address_that_cannot_be_listened_on_is_named():
    simulated = ["--simulate", "t4x1", "--http"]
    said = refusal(*simulated, "192.0.2.1:0", "--insecure", code=1)
    assert "cannot listen on port 0 of 192.0.2.1: Cannot assign requested address; choose an address of this machine" in said
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refusal(*simulated, f"127.0.0.1:{taken.getsockname()[1]}", code=1)
        assert "Address already in use" in said and "a port that is free" in said
    said = refusal(*simulated, "nowhere.invalid:0", "--insecure", code=1)
    assert "cannot listen on port 0 of nowhere.invalid: no address is known by this name" in said


def test_the_agent_ends_when_nobody_uses_it():
    with serving("--simulate", "t4x1", "--idle-timeout", "1") as agent:
        deadline = time.monotonic() + 10
        with contextlib.suppress(OSError):
            # Whoever looks after it is no user of it.
            while time.monotonic() < deadline:
                assert agent.client().send("GET", path="/healthz").status == 200
                agent.metric("mcp_http_calls")
                time.sleep(0.05)
        assert agent.process.wait(5) == 0
        assert time.monotonic() < deadline
        assert "no request for 1 s" in agent.process.stderr.read()


def test_the_child_that_reads_the_driver_has_no_socket_of_the_server():
    with serving("--simulate", "t4x1") as agent:
        client = agent.client()
        client.initialize()
        assert client.call("tools/call", {"name": "get_gpu_inventory", "arguments": {}})[0] == 200
        child, = children(agent.process.pid)
        assert sorted(int(entry.name) for entry in pathlib.Path(f"/proc/{child}/fd").iterdir())[:6] == [0, 1, 2, 3, 4, 5]
        assert not any("socket:" in os.readlink(entry) for entry in pathlib.Path(f"/proc/{child}/fd").iterdir())


def test_clients_that_ask_or_listen_keep_the_agent():
    with serving("--simulate", "t4x1", "--idle-timeout", "2") as agent:
        client = agent.client()
        client.initialize()
        for _ in range(25):
            time.sleep(0.1)
            assert client.call("ping")[0] == 200
        stream = client.send("GET")
        time.sleep(3)
        assert agent.process.poll() is None
        stream.connection.close()
        stream.close()
        assert agent.process.wait(10) == 0


def test_an_address_for_others_is_served_where_that_is_meant(tmp_path):
    build()
    (tmp_path / "token").write_text("secret")
    for extra in (["--insecure"], ["--http-token-file", str(tmp_path / "token")]):
        process = subprocess.Popen(
            [HTTP_AGENT, "serve", "--simulate", "t4x1", "--http", "0.0.0.0:0", *extra], stderr=subprocess.PIPE, text=True)
        assert "notice: serving MCP at http://0.0.0.0:" in process.stderr.readline()
        process.terminate()
        assert process.wait(5) == 0


def test_the_small_agent_becomes_the_larger_one_beside_it(tmp_path):
    build()
    shutil.copy(AGENT, tmp_path / "k8s-mcp-agent")
    (tmp_path / "simulator").symlink_to(SIMULATOR)
    small = tmp_path / "k8s-mcp-agent"
    said = refusal("--http", "127.0.0.1:0", program=small)
    assert "k8s-mcp-agent-http" in said and "make agent-http" in said
    (tmp_path / "k8s-mcp-agent-http").symlink_to(HTTP_AGENT)
    with serving("--simulate", "t4x1", program=small) as agent:
        assert agent.client().call("ping")[0] == 200


def test_tools_answer_in_both_eras():
    with serving("--simulate", "h100x8") as agent:
        legacy = agent.client()
        legacy.initialize()
        answer = legacy.call("tools/call", {"name": "get_gpu_inventory"})[1]["result"]["structuredContent"]
        assert (answer["source"], answer["device_count"]) == ("simulated", 8)
        modern = json.loads(agent.client().modern("tools/call", {"name": "get_gpu_inventory"}).read())
        assert modern["result"]["structuredContent"]["device_count"] == 8


def test_readiness_asks_the_driver_and_metrics_tell_of_it():
    with serving("--simulate", "h100x8") as agent:
        ready = agent.client().send("GET", path="/readyz")
        assert (ready.status, ready.read()) == (200, b"ready\n")
        assert agent.metric("gpu_probe_timeouts_total") == 0
    with serving("--simulate", "driver-hang", "--deadline", "0.3") as agent:
        assert agent.client().send("GET", path="/healthz").status == 200
        ready = agent.client().send("GET", path="/readyz")
        assert ready.status == 503
        assert "driver did not answer within 0." in ready.read().decode()
        assert agent.metric("gpu_probe_timeouts_total") >= 1
    with serving("--simulate", "driver-crash") as agent:
        # The driver itself answers: it crashes when one GPU is read.
        assert agent.client().send("GET", path="/readyz").status == 200
        agent.client().modern("tools/call", {"name": "get_gpu_inventory"}).read()
        assert agent.metric("gpu_probe_crashes_total") >= 1
        agent.client().modern("tools/call", {"name": "get_gpu_inventory"}).read()
        assert agent.metric("gpu_probe_restarts_total") >= 1


@pytest.mark.parametrize("scenario, words", [
    ("no-driver", "kernel module is not loaded"), ("driver-mismatch", "different versions"), ("no-permission", "may not open"),
])
def test_a_driver_that_cannot_be_used_is_not_ready(scenario, words):
    with serving("--simulate", scenario) as agent:
        ready = agent.client().send("GET", path="/readyz")
        assert ready.status == 503
        assert words in ready.read().decode()
        assert agent.client().send("GET", path="/healthz").status == 200


def test_metrics_count_requests_and_sessions():
    with serving("--simulate", "t4x1") as agent:
        client = agent.client()
        client.initialize()
        client.call("tools/list")
        assert agent.metric('mcp_http_requests_total{method="initialize",status="200"}') == 1
        assert agent.metric('mcp_http_requests_total{method="tools/list",status="200"}') == 1
        assert agent.metric("mcp_http_sessions") == 1
        client.send("DELETE")
        assert agent.metric("mcp_http_sessions") == 0
        assert agent.metric("mcp_http_request_duration_seconds_count") >= 3


def test_a_crowd_is_served_beside_sessions_and_streams():
    with serving("--simulate", "t4x1") as agent:
        sessions = []
        for _ in range(100):
            client = agent.client()
            client.initialize()
            sessions.append(client)
        streams = [client.send("GET") for client in sessions[:20]]
        assert (agent.metric("mcp_http_sessions"), agent.metric("mcp_http_streams")) == (100, 20)

        def ask(number):
            reply = json.loads(agent.client().modern(
                "tools/call", {"name": "echo_test", "arguments": {"message": str(number)}}).read())
            return reply["result"]["structuredContent"]["echo"]

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            assert list(pool.map(ask, range(2_000))) == [str(number) for number in range(2_000)]
        for client in sessions:
            assert client.call("ping")[0] == 200
            assert client.send("DELETE").status == 204
        for stream in streams:
            stream.read()
        assert eventually(lambda: agent.metric("mcp_http_streams") == 0)
        assert agent.metric("mcp_http_sessions") == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_comes_within_five_seconds_whatever_goes_on(number):
    with serving("--simulate", "driver-hang", "--deadline", "60") as agent:
        sessions = [agent.client() for _ in range(5)]
        for client in sessions:
            client.initialize()
        streams = [client.send("GET") for client in sessions]
        hanging = [agent.client() for _ in range(3)]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(hang, client) for client in hanging]
            assert eventually(lambda: agent.metric("mcp_http_calls") == 3)
            began = time.monotonic()
            agent.process.send_signal(number)
            assert agent.process.wait(8) == 0
            assert time.monotonic() - began < 6
            for call in calls:
                call.result(10)
        for stream in streams:
            assert stream.read().startswith(b"event: message")


def hang(client):
    """A call that is cut off by the end of the agent, or answered shortly before."""
    with contextlib.suppress(OSError, EOFError):
        client.modern("tools/call", {"name": "get_gpu_inventory"}).read()
