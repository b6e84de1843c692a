"""The fixture has what MCP's conformance suite looks for, in each revision for which the suite has scenarios.

How requests must be formed, and how they may travel, is tested in test_mcp_http.py.
"""

import json
import re
import threading

import pytest
from mcp_fixture import ENVELOPE, MODERN, running
from mcp_peer import SESSIONS, Peer

CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
LEVEL = "io.modelcontextprotocol/logLevel"


@pytest.fixture(scope="module")
def port():
    with running() as (_, port):
        yield port


@pytest.fixture(params=[*SESSIONS, MODERN])
def peer(request, port):
    return Peer(port, request.param)


@pytest.fixture(params=SESSIONS)
def session(request, port):
    return Peer(port, request.param)


@pytest.fixture
def modern(port):
    return Peer(port, MODERN)


def text(result):
    assert not result.get("isError")
    return result["content"][0]["text"]


# All revisions.

def test_tools_are_listed_in_one_order_with_names_and_descriptions(peer):
    tools = peer.result("tools/list")["tools"]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", tool["name"]) and tool["description"] for tool in tools)
    assert peer.result("tools/list")["tools"] == tools
    # The suite calls the first one without arguments.
    assert "required" not in tools[0]["inputSchema"]


def test_schemas_keep_their_words(peer):
    tools = {tool["name"]: tool["inputSchema"] for tool in peer.result("tools/list")["tools"]}
    schema = tools["json_schema_2020_12_tool"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$defs"]["address"]["$anchor"] == "addressDef"
    assert schema["allOf"][0]["anyOf"] and {"if", "then", "else"} <= set(schema)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("tool, blocks", [
    ("test_simple_text", [{"type": "text", "text": "This is a simple text response for testing."}]),
    ("test_image_content", [{"type": "image", "mimeType": "image/png"}]),
    ("test_audio_content", [{"type": "audio", "mimeType": "audio/wav"}]),
    ("test_embedded_resource", [{"type": "resource"}]),
    ("test_multiple_content_types", [{"type": "text"}, {"type": "image"}, {"type": "resource"}]),
])
def test_tools_answer_with_each_kind_of_content(peer, tool, blocks):
    content = peer.result("tools/call", {"name": tool})["content"]
    assert len(content) == len(blocks)
    for block, expected in zip(content, blocks):
        assert expected.items() <= block.items()
        if block["type"] == "resource":
            assert {"uri", "mimeType", "text"} <= block["resource"].keys()
        else:
            assert block.get("data") or block["text"]


def test_a_tool_that_fails_says_so_in_its_result(peer):
    result = peer.tool("test_error_handling")
    assert result["isError"] is True and result["content"][0]["text"]


@pytest.mark.parametrize("identifier", [7, "seven", 0, ""])
def test_an_unknown_tool_is_an_error_of_the_protocol(peer, identifier):
    reply = peer.call("tools/call", {"name": "test_no_such_tool"}, id=identifier)
    assert "result" not in reply and reply["error"]["code"] == -32602
    assert reply["id"] == identifier and type(reply["id"]) is type(identifier)


@pytest.mark.parametrize("token", ["one", 2, 0])
def test_progress_is_told_to_who_asked(peer, token):
    peer.tool("test_tool_with_progress", _meta={"progressToken": token})
    told = peer.told("notifications/progress")
    assert [(step["progressToken"], step["progress"], step["total"]) for step in told] == [
        (token, 0, 100), (token, 50, 100), (token, 100, 100)]
    peer.heard.clear()
    peer.tool("test_tool_with_progress")
    assert peer.heard == []


def test_lists_are_answered_side_by_side(peer):
    replies = {}

    def run(identifier):
        replies[identifier] = peer.call("tools/list", id=identifier)

    threads = [threading.Thread(target=run, args=[f"list-{index}"]) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply["id"] for reply in replies.values()} == set(replies)
    assert all(reply["result"]["tools"] for reply in replies.values())


def test_resources_are_listed_and_read(peer):
    listed = {resource["uri"]: resource for resource in peer.result("resources/list")["resources"]}
    assert {"test://static-text", "test://static-binary", "test://watched-resource"} <= listed.keys()
    assert all(resource["name"] and resource["description"] for resource in listed.values())
    for uri, member in (("test://static-text", "text"), ("test://static-binary", "blob")):
        contents, = peer.result("resources/read", {"uri": uri})["contents"]
        assert (contents["uri"], contents["mimeType"]) == (uri, listed[uri]["mimeType"]) and contents[member]


def test_templates_are_filled_in(peer):
    templates = peer.result("resources/templates/list")["resourceTemplates"]
    assert [template["uriTemplate"] for template in templates] == ["test://template/{id}/data"]
    contents, = peer.result("resources/read", {"uri": "test://template/123/data"})["contents"]
    assert json.loads(contents["text"]) == {"id": "123", "templateTest": True, "data": "Data for ID: 123"}


@pytest.mark.parametrize("prompt, arguments, expected", [
    ("test_simple_prompt", None, [{"type": "text"}]),
    ("test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}, [
        {"type": "text", "text": "Prompt with arguments: arg1='one', arg2='two'"}]),
    ("test_prompt_with_embedded_resource", {"resourceUri": "test://x"}, [{"type": "resource"}, {"type": "text"}]),
    ("test_prompt_with_image", None, [{"type": "image", "mimeType": "image/png"}, {"type": "text"}]),
])
def test_prompts_hold_their_messages(peer, prompt, arguments, expected):
    listed = {prompt["name"]: prompt for prompt in peer.result("prompts/list")["prompts"]}
    assert listed[prompt]["description"]
    messages = peer.result("prompts/get", {"name": prompt, **({"arguments": arguments} if arguments else {})})["messages"]
    assert len(messages) == len(expected)
    assert all(part.items() <= message["content"].items() for message, part in zip(messages, expected))


def test_arguments_of_prompts_are_completed(peer):
    completion = peer.result("completion/complete", {
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"}, "argument": {"name": "arg1", "value": "test"}})
    assert completion["completion"]["values"] == ["test", "testing"]


@pytest.mark.parametrize("name, status", [("evil.example.com", 403), ("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200)])
def test_other_names_than_those_of_this_machine_are_refused(peer, port, name, status):
    host = name if status == 403 else f"{name}:{port}"
    assert peer.send("tools/list", headers={"Host": host, "Origin": f"http://{host}"}).status == status


# Revisions with sessions.

def test_a_session_begins_and_is_kept(session):
    assert session.result("ping") == {}
    assert session.result("logging/setLevel", {"level": "info"}) == {}
    assert session.result("resources/subscribe", {"uri": "test://watched-resource"}) == {}
    assert session.result("resources/unsubscribe", {"uri": "test://watched-resource"}) == {}
    for version in ("invalid-protocol-version", "2000-01-01", "2099-01-01"):
        assert session.send("tools/list", headers={"MCP-Protocol-Version": version}).status == 400
    pings = [{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in (901, 902)]
    response = session.client.send("POST", pings)
    assert response.status == 400 and json.loads(response.read())["error"]["code"] == -32600
    assert session.client.send("DELETE").status == 204
    assert session.send("tools/list").status == 404


@pytest.mark.parametrize("level, levels", [
    ("debug", ["debug", "info", "info", "info", "error"]), ("info", ["info", "info", "info", "error"]), ("error", ["error"]),
    ("critical", [])])
def test_log_messages_come_while_a_tool_works(session, level, levels):
    session.result("logging/setLevel", {"level": level})
    session.tool("test_tool_with_logging")
    assert [entry["level"] for entry in session.told("notifications/message")] == levels


def test_a_model_is_asked(session):
    session.answers["sampling/createMessage"] = {
        "role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "none", "stopReason": "endTurn"}
    assert text(session.tool("test_sampling", {"prompt": "Where?"})) == "LLM response: Paris"
    question, = session.asked
    assert question["params"]["messages"] == [{"role": "user", "content": {"type": "text", "text": "Where?"}}]


def test_a_user_is_asked(session):
    session.answers["elicitation/create"] = {"action": "accept", "content": {"username": "ann", "email": "a@example.org"}}
    answer = text(session.tool("test_elicitation", {"message": "Who?"}))
    assert answer == 'User response: action=accept, content={"username":"ann","email":"a@example.org"}'
    question, = session.asked
    assert (question["method"], question["params"]["message"]) == ("elicitation/create", "Who?")


def asked_for(session, tool, content):
    """The fields of the form by which that tool asks."""
    session.answers["elicitation/create"] = {"action": "accept", "content": content}
    text(session.tool(tool))
    return session.asked[-1]["params"]["requestedSchema"]["properties"]


def test_forms_have_defaults(session):
    fields = asked_for(session, "test_elicitation_sep1034_defaults", {})
    assert {name: (field["type"], field["default"]) for name, field in fields.items()} == {
        "name": ("string", "John Doe"), "age": ("integer", 30), "score": ("number", 95.5), "status": ("string", "active"),
        "verified": ("boolean", True)}


def test_forms_have_choices(session):
    fields = asked_for(session, "test_elicitation_sep1330_enums", {
        "untitledSingle": "option1", "titledSingle": "value1", "legacyEnum": "opt1", "untitledMulti": ["option1", "option2"],
        "titledMulti": ["value1", "value2"]})
    assert set(fields["untitledSingle"]) == {"type", "enum"}
    assert all(set(choice) == {"const", "title"} for choice in fields["titledSingle"]["oneOf"])
    assert len(fields["legacyEnum"]["enum"]) == len(fields["legacyEnum"]["enumNames"])
    assert set(fields["untitledMulti"]["items"]) == {"type", "enum"}
    assert all(set(choice) == {"const", "title"} for choice in fields["titledMulti"]["items"]["anyOf"])


def test_a_cancelled_call_leaves_the_session_well(session):
    for unknown in ("none", 999):
        session.notify("notifications/cancelled", {"requestId": unknown})
    slow = session.send(
        "tools/call", {"name": "test_tool_slow", "arguments": {"durationMs": 60000}, "_meta": {"progressToken": 1}}, id="slow")
    session.notify("notifications/cancelled", {"requestId": "slow", "reason": "a test"})
    # The stream ends long before the minute is over, and without a reply.
    assert b'"result"' not in slow.read()
    assert text(session.tool("test_tool_fast")) == "Fast tool completed"


# Requests that stand alone.

def test_what_may_be_kept_says_for_how_long(modern):
    for method, params in [
            ("server/discover", {}), ("tools/list", {}), ("prompts/list", {}), ("resources/list", {}),
            ("resources/templates/list", {}), ("resources/read", {"uri": "test://static-text"})]:
        result = modern.result(method, params)
        assert type(result["ttlMs"]) is int and result["ttlMs"] >= 0
        assert result["cacheScope"] in ("public", "private")
        assert result["resultType"] == "complete"


def test_a_stream_holds_no_requests_of_the_server(modern):
    result = modern.tool("test_streaming_elicitation", _meta={"progressToken": 1, CAPABILITIES: {"elicitation": {}}})
    assert result["inputRequests"]["go_on"]["method"] == "elicitation/create"
    assert [message["method"] for message in modern.heard] == ["notifications/progress"]


@pytest.mark.parametrize("meta, levels", [
    ({}, []), ({LEVEL: "debug"}, ["debug", "info", "warning", "error"]), ({LEVEL: "error"}, ["error"]),
    ({LEVEL: "emergency"}, [])])
def test_logs_come_as_grave_as_the_request_wants(modern, meta, levels):
    modern.tool("test_logging_tool", _meta=meta)
    assert [entry["level"] for entry in modern.told("notifications/message")] == levels


def test_a_level_that_does_not_exist_is_refused(modern):
    reply = modern.call("tools/call", {"name": "test_logging_tool", "_meta": {LEVEL: "banana"}})
    assert reply["error"]["code"] == -32602 and modern.heard == []


def form(**content):
    return {"action": "accept", "content": content}


ANSWERS = {
    "elicitation/create": form(name="Ann", ok=True, color="blue", context="work"),
    "sampling/createMessage": {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "none"},
    "roots/list": {"roots": [{"uri": "file:///work", "name": "work"}]},
}


def answered(result):
    """What a client adds to its request, once it has the answers."""
    assert result["resultType"] == "input_required"
    responses = {name: ANSWERS[request["method"]] for name, request in result["inputRequests"].items()}
    return {"inputResponses": responses, "requestState": result["requestState"]}


@pytest.mark.parametrize("tool, methods, expected", [
    ("elicitation", ["elicitation/create"], "Hello, Ann!"),
    ("sampling", ["sampling/createMessage"], "Paris"),
    ("list_roots", ["roots/list"], "Roots: file:///work"),
    ("request_state", ["elicitation/create"], "state-ok"),
    ("multiple_inputs", ["elicitation/create", "roots/list", "sampling/createMessage"], "Received 3 answers"),
])
def test_a_call_is_made_again_with_what_was_missing(modern, tool, methods, expected):
    name = f"test_input_required_result_{tool}"
    first = modern.tool(name)
    assert sorted(request["method"] for request in first["inputRequests"].values()) == methods
    assert text(modern.tool(name, **answered(first))) == expected


def test_a_call_asks_several_times(modern):
    name = "test_input_required_result_multi_round"
    first = modern.tool(name)
    second = modern.tool(name, **answered(first))
    assert list(second["inputRequests"]) != list(first["inputRequests"])
    assert second["requestState"] != first["requestState"]
    assert text(modern.tool(name, **answered(second))) == "Ann likes blue"


def test_a_prompt_asks_and_lists_do_not(modern):
    first = modern.result("prompts/get", {"name": "test_input_required_result_prompt"})
    second = modern.result("prompts/get", {"name": "test_input_required_result_prompt", **answered(first)})
    assert second["messages"][0]["content"]["text"] == "Use this context: work"
    assert modern.result("tools/list")["resultType"] == modern.result("prompts/list")["resultType"] == "complete"


@pytest.mark.parametrize("responses", [
    {}, {"wrong_key": form(name="Ann")}, {"user_name": 12345}, {"user_name": form()}, {"user_name": {"action": "perhaps"}}])
def test_answers_that_do_not_fit_are_asked_for_again(modern, responses):
    result = modern.tool("test_input_required_result_elicitation", inputResponses=responses)
    assert result["resultType"] == "input_required" and list(result["inputRequests"]) == ["user_name"]


def test_answers_to_what_was_not_asked_are_ignored(modern):
    responses = {"user_name": form(name="Ann"), "other": form(foo="bar"), "another": 3}
    assert text(modern.tool("test_input_required_result_elicitation", inputResponses=responses)) == "Hello, Ann!"


@pytest.mark.parametrize("fault", [
    {"inputResponses": None}, {"inputResponses": []}, {"requestState": "none"}, {"requestState": 3}])
def test_answers_and_state_without_form_are_refused(modern, fault):
    reply = modern.call("tools/call", {"name": "test_input_required_result_elicitation", "arguments": {}, **fault})
    assert reply["error"]["code"] == -32602


def test_state_that_was_changed_is_refused(modern):
    name = "test_input_required_result_tampered_state"
    answers = answered(modern.tool(name))
    answers["requestState"] += "-TAMPERED"
    reply = modern.call("tools/call", {"name": name, "arguments": {}, **answers})
    assert reply["error"]["code"] == -32602


def test_only_what_the_client_can_answer_is_asked(modern):
    asked = modern.tool("test_input_required_result_capabilities", _meta={CAPABILITIES: {"sampling": {}}})["inputRequests"]
    assert [request["method"] for request in asked.values()] == ["sampling/createMessage"]
    reply = modern.call("tools/call", {"name": "test_missing_capability", "arguments": {}, "_meta": ENVELOPE})
    assert reply["error"]["code"] == -32021
    assert reply["error"]["data"] == {"requiredCapabilities": {"sampling": {}}}


def test_a_client_that_goes_cancels_its_call(modern):
    for _ in range(5):
        slow = modern.send(
            "tools/call", {"name": "test_tool_slow", "arguments": {"durationMs": 1000}, "_meta": {"progressToken": 1}})
        assert b"notifications/progress" in slow.readline() + slow.readline()
        slow.connection.close()
        slow.close()
    assert text(modern.tool("test_tool_fast")) == "Fast tool completed"
