"""Two generations of a client that others wrote cancel a long call: it ends, and the server stays of use."""

import json
import subprocess
import time

import pytest
from support import AGENT, ENVIRONMENTS, ROOT, children, context_switches, eventually
from test_agent_http import serving

CLIENTS = {
    "v1": ("mcp1", "cancel1.py", []),
    "v2-legacy": ("tests", "cancel2.py", ["legacy"]),
    "v2-auto": ("tests", "cancel2.py", ["auto"]),
}


def start(client, *target):
    environment, script, arguments = CLIENTS[client]
    python = ENVIRONMENTS / environment / "bin" / "python"
    return subprocess.Popen(
        [python, "-W", "ignore", ROOT / "Tests/Python/clients" / script, *arguments, *target],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def is_at_rest(probe):
    """Whether the child that asks the driver is left alone for the time of many samples."""
    before = context_switches(probe)
    time.sleep(1)
    return context_switches(probe) == before


def check(process, find_agent):
    """What the client tells, and that its call ends long before the minute that it was to take."""
    try:
        assert json.loads(process.stdout.readline()) == {"cancelled": True, "after": "usable"}
        probe, = children(find_agent(process))
        assert eventually(lambda: is_at_rest(probe), 20)
        process.stdin.close()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_cancelled_call_ends_over_stdio(client):
    check(start(client, AGENT, "--simulate", "h100x8"), lambda process: children(process.pid)[0])


@pytest.mark.parametrize("client", CLIENTS)
def test_a_cancelled_call_ends_over_http(client):
    with serving("--simulate", "h100x8") as agent:
        check(start(client, f"http://127.0.0.1:{agent.port}/mcp"), lambda _: agent.process.pid)
        assert eventually(lambda: agent.metric("mcp_http_calls") == 0)
