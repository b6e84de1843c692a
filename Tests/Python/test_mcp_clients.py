"""Two generations of a client that others wrote talk to the agent and check what it says."""

import functools
import json
import subprocess

import jsonschema
import pytest
from support import AGENT, ENVIRONMENTS, FAULTY_GPU, HEALTHY, ROOT, SCENARIOS, TOOLS

CLIENTS = {"mcp1": ("mcp1", "2025-11-25"), "mcp2": ("tests", "2026-07-28")}
CALLS = [("get_gpu_inventory", {}), ("get_gpu_telemetry", {}), ("echo_test", {"message": "hello, wörld"})]


@functools.cache
def run_client(client, scenario):
    """What a client made of the tools and of all calls."""
    environment, _ = CLIENTS[client]
    finished = subprocess.run(
        [ENVIRONMENTS / environment / "bin" / "python", ROOT / "Tests/Python/clients" / f"{client}.py", AGENT,
         "--simulate", scenario],
        input=json.dumps(CALLS).encode(), capture_output=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout)


@pytest.fixture(scope="module", params=CLIENTS)
def client(request):
    return request.param


def test_negotiates_its_own_revision(client):
    session = run_client(client, "a100x2")
    assert session["protocol"] == CLIENTS[client][1]
    assert session["server"] == "k8s-mcp-agent"


def test_lists_the_tools_with_schemas_and_annotations(client):
    tools = {tool["name"]: tool for tool in run_client(client, "a100x2")["tools"]}
    assert set(TOOLS) <= set(tools)
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
        jsonschema.Draft202012Validator.check_schema(tool["outputSchema"])
        assert tool["inputSchema"]["type"] == tool["outputSchema"]["type"] == "object"
        assert tool["description"]
        assert set(tool["annotations"]) == {
            "title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_calls_every_tool(client, scenario):
    session = run_client(client, scenario)
    schemas = {tool["name"]: tool["outputSchema"] for tool in session["tools"]}
    for (name, _), answer in zip(CALLS, session["answers"], strict=True):
        if answer.get("isError"):
            assert scenario not in HEALTHY + FAULTY_GPU, answer["content"]
            assert answer["content"][0]["text"]
            continue
        jsonschema.validate(answer["structuredContent"], schemas[name], jsonschema.Draft202012Validator)
        assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
    echo = session["answers"][2]["structuredContent"]
    assert echo["echo"] == "hello, wörld"
    assert echo["timestamp"]
    assert echo["mode"] == "read-only"


@pytest.mark.parametrize("scenario", HEALTHY + FAULTY_GPU)
def test_answers_say_that_the_hardware_is_simulated(client, scenario):
    for answer in run_client(client, scenario)["answers"][:2]:
        assert answer["structuredContent"]["source"] == "simulated"
        assert answer["structuredContent"]["summary"]
