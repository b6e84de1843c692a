"""Two generations of a client that others wrote use everything that the protocol has, over both transports."""

import functools
import json
import subprocess

import pytest
from mcp_fixture import FIXTURE, build, running
from support import ENVIRONMENTS, ROOT

CLIENTS = {
    "v1": ("mcp1", "mcp_client_v1.py", []),
    "v2-legacy": ("tests", "mcp_client_v2.py", ["legacy"]),
    "v2-auto": ("tests", "mcp_client_v2.py", ["auto"]),
    "v2-modern": ("tests", "mcp_client_v2.py", ["2026-07-28"]),
}
REVISIONS = {"v1": "2025-11-25", "v2-legacy": "2025-11-25", "v2-auto": "2026-07-28", "v2-modern": "2026-07-28"}


def run_client(client, *target):
    environment, script, arguments = CLIENTS[client]
    command = [ENVIRONMENTS / environment / "bin" / "python", "-W", "ignore", ROOT / "Tests/Python" / script]
    finished = subprocess.run([*command, *arguments, *target], capture_output=True, timeout=90, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    return json.loads(finished.stdout)


@functools.cache
def said_by(client, transport):
    if transport == "stdio":
        build()
        return run_client(client, FIXTURE)
    with running() as (_, port):
        return run_client(client, f"http://127.0.0.1:{port}/mcp")


@pytest.fixture(scope="module", params=[
    (client, transport) for client in CLIENTS for transport in ("stdio", "http")], ids="-".join)
def session(request):
    return request.param[0], said_by(*request.param)


def test_the_revision_is_the_newest_that_both_speak(session):
    client, said = session
    assert said["protocol"] == REVISIONS[client]


def test_tools_answer_with_all_kinds_of_content(session):
    tools = session[1]["tools"]
    assert tools["test_simple_text"] == ["This is a simple text response for testing."]
    assert tools["test_multiple_content_types"] == ["Multiple content types test:", "image", "resource"]
    assert tools["test_audio_content"] == ["audio"]
    assert tools["test_reconnection"] == ["Reconnection test completed successfully"]


def test_progress_and_logs_arrive_in_order(session):
    said = session[1]
    assert said["tools"]["test_tool_with_progress"][1:] == [0, 50, 100]
    assert said["logs"][:3] == ["Tool execution started", "Tool processing data", "Tool execution completed"]


def test_questions_reach_the_client_and_answers_come_back(session):
    tools = session[1]["tools"]
    assert tools["test_sampling"] == ["LLM response: Paris"]
    assert tools["test_elicitation"] == ['User response: action=accept, content={"username":"Ann","email":"Ann"}']
    assert tools["test_input_required_result_list_roots"] == ["Roots: file:///work"]
    assert tools["test_input_required_result_multiple_inputs"] == ["Received 3 answers"]
    assert tools["test_input_required_result_multi_round"] == ["Ann likes Ann"]


def test_resources_prompts_and_completion(session):
    said = session[1]
    assert said["resources"] == {
        "test://static-text": "text/plain", "test://static-binary": "image/png", "test://watched-resource": "text/plain"}
    assert json.loads(said["template"])["id"] == "7"
    assert "test://none" in said["missing"]
    assert said["prompts"]["test_prompt_with_embedded_resource"] == ["resource", "text"]
    assert said["prompts"]["test_input_required_result_prompt"] == ["text"]
    assert said["completion"] == ["paris", "park", "party"]


def test_subscriptions_tell_what_was_asked_for(session):
    client, said = session
    if REVISIONS[client] == "2026-07-28":
        # It did not ask to hear of prompts.
        assert said["heard"] == ["ResourceUpdated", "ToolsListChanged"]
    else:
        assert said["heard"] == [
            "notifications/prompts/list_changed", "notifications/resources/updated", "notifications/tools/list_changed"]
