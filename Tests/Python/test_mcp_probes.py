"""Programs of others that look for faults of MCP servers find none that are ours."""

import json
import re
import subprocess

import pytest
from mcp_fixture import FIXTURE, build, running
from support import AGENT, ENVIRONMENTS
from test_agent_http import serving

PROGRAMS = ENVIRONMENTS / "probes" / "bin"


def run(*command, timeout=150, folder=None):
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, cwd=folder)


def test_mcpcheck_finds_nothing_that_breaks_a_rule():
    with running() as (_, port):
        finished = run(PROGRAMS / "mcpcheck", f"http://127.0.0.1:{port}/mcp", "--legacy-probes")
    assert finished.returncode == 0, finished.stdout


def test_mcpcheck_finds_nothing_at_all_in_the_agent():
    # Strict, which the fixture cannot be: its tools are those of the suite, without schemas of what they answer.
    with serving("--simulate", "h100x8") as agent:
        finished = run(PROGRAMS / "mcpcheck", f"http://127.0.0.1:{agent.port}/mcp", "--legacy-probes", "--strict")
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_amagi_calls_every_tool(transport):
    build()
    if transport == "stdio":
        finished = run(PROGRAMS / "amagi-mcp-probe", "--", FIXTURE)
    else:
        with running() as (_, port):
            finished = run(PROGRAMS / "amagi-mcp-probe", "--url", f"http://127.0.0.1:{port}/mcp")
    # One tool of the fixture drops its connection on purpose, and this client does not come back for the answer.
    failed = set(re.findall(r"FAIL +(\S+)", finished.stdout)) - {"test_reconnection"}
    assert not failed, finished.stdout
    assert "test_simple_text" in finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize("server", [FIXTURE, AGENT], ids=["fixture", "agent"])
def test_the_fuzzer_neither_crashes_nor_hangs_the_server(server, tmp_path):
    build()
    endpoint = str(server) if server == FIXTURE else f"{server} --simulate h100x8"
    finished = run(
        PROGRAMS / "mcp-fuzzer", "--mode", "all", "--protocol", "stdio", "--endpoint", endpoint, "--no-network", "--runs", "2",
        "--runs-per-type", "2", "--seed", "1", "--timeout", "10", "--log-level", "ERROR", folder=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    findings = json.loads((tmp_path / "reports" / "findings.json").read_text())["findings"]
    # It counts every answer to its oddities as accepted, also where the protocol wants them accepted, and every text that
    # comes back in an answer as reflected, which is what a prompt with arguments and an error that names a value are for.
    # Its inputs are not the same in each run, whatever the seed: it may ask for measurements that outlast its patience.
    findings = [finding for finding in findings if not (finding["category"] == "hang" and was_told_to_wait(finding))]
    assert {finding["category"] for finding in findings} <= {"accepted_malformed", "injection_reflection"}, findings


def was_told_to_wait(finding):
    given = finding["evidence"].get("input")
    return isinstance(given, dict) and any(
        isinstance(value, int | float) and value > 9_000 and name.endswith("_ms") for name, value in given.items())
