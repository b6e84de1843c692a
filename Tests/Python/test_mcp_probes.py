"""Programs of others that look for faults of MCP servers find none that are ours."""

import json
import re
import subprocess
import typing

import jsonschema
import mcp_types
import pydantic
import pytest
from mcp_fixture import FIXTURE, build, running
from support import AGENT, ENVIRONMENTS, TOOLS
from test_agent_http import serving

PROGRAMS = ENVIRONMENTS / "probes" / "bin"
# A tool of the fixture that the suite looks at for its schema; it repeats whatever it is given.
SHOWN_ONLY = "json_schema_2020_12_tool"


def methods(model):
    """The names of the methods that a type of the protocol stands for."""
    field = getattr(model, "model_fields", {}).get("method")
    return typing.get_args(field.annotation) if field else ()


# What clients send, by method, in the types of the package `mcp`.
MESSAGES = {method: model for model in vars(mcp_types).values() for method in methods(model)}


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


def test_amagi_calls_every_tool_of_the_fixture_over_stdio():
    build()
    finished = run(PROGRAMS / "amagi-mcp-probe", "--", FIXTURE)
    assert finished.returncode == 0, finished.stdout
    assert "test_simple_text" in finished.stdout


def test_amagi_calls_every_tool_of_the_fixture_over_http():
    # One tool drops its connection on purpose, and this client does not come back for the answer.
    with running() as (_, port):
        finished = run(PROGRAMS / "amagi-mcp-probe", "--url", f"http://127.0.0.1:{port}/mcp", "--skip", "test_reconnection")
    assert finished.returncode == 0, finished.stdout
    assert "test_simple_text" in finished.stdout


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_amagi_has_nothing_to_say_against_the_agent(transport):
    """Strict: not even a warning."""
    if transport == "stdio":
        finished = run(PROGRAMS / "amagi-mcp-probe", "--strict", "--", AGENT, "--simulate", "h100x8")
    else:
        with serving("--simulate", "h100x8") as agent:
            finished = run(PROGRAMS / "amagi-mcp-probe", "--strict", "--url", f"http://127.0.0.1:{agent.port}/mcp")
    assert finished.returncode == 0, finished.stdout
    assert set(re.findall(r"^  PASS +(\S+)", finished.stdout, re.M)) >= set(TOOLS)


@pytest.mark.slow
@pytest.mark.parametrize("command", [[FIXTURE], [AGENT, "--simulate", "h100x8"]], ids=["fixture", "agent"])
def test_the_fuzzer_neither_crashes_nor_hangs_the_server_and_nothing_malformed_is_accepted(command, tmp_path):
    build()
    finished = run(
        PROGRAMS / "mcp-fuzzer", "--mode", "all", "--protocol", "stdio", "--endpoint", " ".join(map(str, command)),
        "--no-network", "--runs", "2", "--runs-per-type", "2", "--seed", "1", "--timeout", "10", "--log-level", "ERROR",
        folder=tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    findings = json.loads((tmp_path / "reports" / "findings.json").read_text())["findings"]
    schemas = input_schemas(command)
    assert not [finding for finding in findings if not is_tolerated(finding, schemas)]


def input_schemas(command):
    """What each tool of a server takes."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = subprocess.run(command, input=json.dumps(request).encode(), capture_output=True, timeout=30, check=True)
    return {tool["name"]: tool["inputSchema"] for tool in json.loads(answer.stdout)["result"]["tools"]}


def is_tolerated(finding, schemas):
    """Whether a finding is none. The fuzzer's inputs are not the same in each run, whatever the seed."""
    given = finding["evidence"].get("input")
    match finding["category"], finding["kind"]:
        case "accepted_malformed", "protocol":
            return is_well_formed(given) or was_not_answered(given, finding["evidence"]["result"])
        case "accepted_malformed", "tool":
            # Each answer without an error counts as accepted, also of a tool that got what it asks for.
            return finding["target"] == SHOWN_ONLY or jsonschema.Draft202012Validator(schemas[finding["target"]]).is_valid(given)
        case "hang", _:
            return was_told_to_wait(given)
        case "injection_reflection", _:
            # Each text that comes back: what a prompt with arguments and an error that names a value are for.
            return True
    return False


def is_well_formed(message):
    """Whether the protocol's own types take the message: it counts each answer without an error as accepted, also to
    messages that are as they should be, or have members more than they need, which the protocol allows."""
    model = MESSAGES.get(message.get("method"))
    identifier = message.get("id")
    if model is None or message.get("jsonrpc") != "2.0" or not isinstance(identifier, int | str | None):
        return False
    try:
        model.model_validate_json(json.dumps(message), strict=True)
    except pydantic.ValidationError:
        return False
    return True


def was_not_answered(message, result):
    """A notification is never answered, also one that nobody knows; that it was sent is all that the fuzzer tells of it."""
    is_notification = "id" not in message and str(message.get("method")).startswith("notifications/")
    return is_notification and result == {"response": {"status": "notification_sent"}, "error": None}


def was_told_to_wait(given):
    """A measurement that outlasts the fuzzer's patience because it was asked for."""
    return isinstance(given, dict) and any(
        isinstance(value, int | float) and value > 9_000 and name.endswith("_ms") for name, value in given.items())
