"""The rules of Streamable HTTP, request by request, for clients of both eras."""

import json
import os
import re
import signal
import socket
import threading
import time

import pytest
from mcp_fixture import ENVELOPE, MODERN, Client, Events, running


@pytest.fixture(scope="module")
def port():
    with running() as (_, port):
        yield port


@pytest.fixture
def client(port):
    return Client(port)


def error(response):
    return response.status, json.loads(response.read())["error"]["code"]


# Who may talk to the server.

@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": "127.0.0.1.evil.example"}, {"Host": "localhost.evil"},
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"},
    {"Origin": "file://localhost"},
])
def test_other_names_and_origins_are_forbidden(client, headers):
    for path in ("/mcp", "/healthz", "/nothing"):
        assert client.send("POST", "{}", headers, path).status == 403


@pytest.mark.parametrize("headers", [
    {"Host": "localhost"}, {"Host": "LOCALHOST:1"}, {"Host": "[::1]:80"}, {"Host": "127.9.9.9"},
    {"Origin": "http://localhost:3000"}, {"Origin": "https://127.0.0.1"}, {"Origin": "http://[::1]:80"},
])
def test_names_of_this_machine_are_allowed(client, headers):
    assert client.post("ping", headers=headers).status == 200


def test_a_token_is_asked_for_and_read_again(tmp_path):
    file = tmp_path / "token"
    file.write_text("secret\n")
    with running("--token-file", str(file)) as (_, port):
        client = Client(port)
        refused = client.post("ping")
        assert (refused.status, refused.getheader("WWW-Authenticate")) == (401, "Bearer")
        for value in ("Bearer wrong", "Bearer", "Bearer secretx", "Basic secret", "secret"):
            assert client.post("ping", headers={"Authorization": value}).status == 401
        assert client.post("ping", headers={"Authorization": "Bearer secret"}).status == 200
        assert client.post("ping", headers={"Authorization": "bearer secret"}).status == 200
        assert client.send("GET", path="/healthz").status == 200
        assert client.send("GET", path="/metrics").status == 401
        (tmp_path / "next").write_text("changed")
        os.replace(tmp_path / "next", file)
        assert client.post("ping", headers={"Authorization": "Bearer secret"}).status == 401
        assert client.post("ping", headers={"Authorization": "Bearer changed"}).status == 200
        file.unlink()
        assert client.post("ping", headers={"Authorization": "Bearer changed"}).status == 401


# The form of requests.

@pytest.mark.parametrize("headers, status", [
    ({"Content-Type": "text/plain"}, 415), ({"Content-Type": None}, 415),
    ({"Content-Type": "application/json; charset=utf-8"}, 200), ({"Content-Type": "Application/JSON"}, 200),
    ({"Accept": "application/json"}, 406), ({"Accept": "text/event-stream"}, 406), ({"Accept": None}, 406),
    ({"Accept": "*/*"}, 200), ({"Accept": "application/*, text/*"}, 200),
    ({"Accept": "application/json;q=0.9, text/event-stream;q=0.1"}, 200),
])
def test_body_and_answer_types(client, headers, status):
    assert client.post("ping", headers=headers).status == status


@pytest.mark.parametrize("body, code", [
    ("{", -32700), ("", -32700), ("\xff", -32700), ('{"a":1,"a":2}', -32700), ("[" * 200, -32700),
    ("[]", -32600), ('{"jsonrpc":"2.0"}', -32600), ('"x"', -32600), ('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
])
def test_what_is_no_message(client, body, code):
    assert error(client.send("POST", body.encode("latin-1"))) == (400, code)


def test_other_methods_and_paths(client):
    response = client.send("PUT", "{}")
    assert (response.status, response.getheader("Allow")) == (405, "POST, GET, DELETE")
    for method in ("GET", "DELETE"):
        response = client.send(method)
        assert (response.status, response.getheader("Allow")) == (405, "POST")
    assert client.send("GET", path="/").status == 404
    assert client.send("POST", path="/healthz").status == 405


def test_limits_of_body_and_headers(client):
    assert client.send("POST", " " * (4 << 20) + "{}").status == 413
    assert client.send("POST", json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "x": "y" * (3 << 20)})).status == 200
    assert client.post("ping", headers={"X-Long": "x" * 40_000}).status == 431


def test_health_and_metrics(client):
    client.post("ping")
    assert client.send("GET", path="/healthz").status == 200
    assert client.send("GET", path="/readyz").status == 200
    text = client.send("GET", path="/metrics?x=1").read().decode()
    assert re.search(r'^mcp_http_requests_total\{method="ping",status="200"\} \d+$', text, re.M)
    assert re.search(r"^mcp_http_request_duration_seconds_count \d+$", text, re.M)


# Clients with a session.

def test_a_session_lives_and_ends(client):
    result = client.initialize()
    assert result["protocolVersion"] == "2025-11-25"
    session = client.headers["Mcp-Session-Id"]
    assert re.fullmatch(r"[\x21-\x7e]{20,}", session)
    accepted = client.send("POST", {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (accepted.status, accepted.read()) == (202, b"")
    assert client.call("tools/list")[0] == 200
    assert client.send("DELETE").status == 204
    assert client.post("tools/list").status == 404
    assert client.send("DELETE").status == 404


def test_without_a_session_there_is_only_ping(client):
    assert client.call("ping") == (200, {"jsonrpc": "2.0", "id": 1, "result": {}})
    status, reply = client.call("tools/list")
    assert (status, reply["error"]["code"]) == (400, -32602)
    assert "initialize" in reply["error"]["message"]
    assert client.post("tools/list", headers={"Mcp-Session-Id": "unknown"}).status == 404


def test_versions_in_the_header_of_a_session(client):
    client.initialize("2025-06-18")
    for version in ("2025-06-18", "2025-03-26", None):
        assert client.post("ping", headers={"MCP-Protocol-Version": version}).status == 200
    assert client.send("DELETE", headers={"MCP-Protocol-Version": "2001-01-01"}).status == 400


def test_requests_run_side_by_side(client):
    client.initialize()
    replies = [None] * 6

    def run(index):
        replies[index] = Client(client.port, **client.headers).call(
            "tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": index}}, id=f"call-{index}")[1]

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=[index]) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reply["id"] for reply in replies] == [f"call-{index}" for index in range(6)]
    assert time.monotonic() - began < 6 * 0.1 + 5


def test_progress_comes_on_the_stream_of_its_request(client):
    client.initialize("2025-06-18")
    response = client.post("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": "t"}})
    assert response.getheader("Content-Type") == "text/event-stream"
    assert response.getheader("Cache-Control") == "no-cache"
    assert response.getheader("X-Accel-Buffering") == "no"
    events = list(Events(response))
    assert all(event["event"] == "message" for event in events)
    messages = [json.loads(event["data"]) for event in events]
    assert [message["params"]["progress"] for message in messages[:-1]] == [0, 50, 100]
    assert messages[-1]["id"] == client.identifier


def test_a_batch_is_answered_together(client):
    client.initialize("2025-03-26")
    response = client.send("POST", [
        {"jsonrpc": "2.0", "id": 7, "method": "ping"}, {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 8, "method": "tools/call", "params": {"name": "test_simple_text"}}])
    assert {reply["id"] for reply in json.loads(response.read())} == {7, 8}
    assert client.send("POST", [{"jsonrpc": "2.0", "method": "notifications/initialized"}]).status == 202
    assert error(client.send("POST", [])) == (400, -32600)


def test_questions_come_on_the_stream_of_their_call(client):
    client.initialize("2025-11-25", {"elicitation": {}})
    response = client.post("tools/call", {"name": "test_elicitation", "arguments": {"message": "Well?"}})
    events = iter(Events(response))
    assert next(events)["data"] == ""
    question = json.loads(next(events)["data"])
    assert (question["method"], question["params"]["message"]) == ("elicitation/create", "Well?")
    answer = {"action": "accept", "content": {"username": "ann", "email": "a@example.org"}}
    assert client.send("POST", {"jsonrpc": "2.0", "id": question["id"], "result": answer}).status == 202
    reply = json.loads(next(events)["data"])
    assert reply["result"]["content"][0]["text"] == (
        'User response: action=accept, content={"username":"ann","email":"a@example.org"}')


def test_a_stream_that_broke_off_is_resumed(client):
    client.initialize()
    events = list(Events(client.post("tools/call", {"name": "test_reconnection"})))
    assert events[0]["data"] == ""
    assert "retry" in events[-1]
    rest = client.send("GET", headers={"Last-Event-ID": events[0]["id"]})
    messages = Events(rest).messages()
    assert [message["id"] for message in messages] == [client.identifier]
    for unknown in ("99-1", "nonsense", "-1"):
        assert client.send("GET", headers={"Last-Event-ID": unknown}).status == 400


def test_a_call_goes_on_when_its_client_is_cut_off(client):
    client.initialize()
    response = client.post("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": 1}})
    first = next(iter(Events(response)))
    response.connection.sock.shutdown(socket.SHUT_RDWR)
    response.close()
    time.sleep(0.3)
    messages = Events(client.send("GET", headers={"Last-Event-ID": first["id"]})).messages()
    assert [message.get("params", {}).get("progress") for message in messages] == [0, 50, 100, None]
    assert "result" in messages[-1]


def test_unasked_messages_come_on_one_stream(client):
    client.initialize()
    stream = client.send("GET")
    assert (stream.status, stream.getheader("Content-Type")) == (200, "text/event-stream")
    assert client.send("GET").status == 409
    assert client.send("GET", headers={"Accept": "application/json"}).status == 406
    assert client.call("resources/subscribe", {"uri": "test://watched-resource"})[1]["result"] == {}
    client.call("tools/call", {"name": "test_trigger_resource_update"})
    events = iter(Events(stream))
    assert next(events)["data"] == ""
    assert json.loads(next(events)["data"])["method"] == "notifications/resources/updated"
    stream.connection.close()
    client.send("DELETE")


def test_what_was_missed_is_told_when_the_stream_opens(client):
    client.initialize("2025-06-18")
    client.call("tools/call", {"name": "test_trigger_tool_change"})
    event = next(iter(Events(client.send("GET"))))
    assert json.loads(event["data"])["method"] == "notifications/tools/list_changed"


# Requests that stand alone.

def test_a_request_that_stands_alone(client):
    response = client.modern("server/discover")
    result = json.loads(response.read())["result"]
    assert response.getheader("Mcp-Session-Id") is None
    assert result["supportedVersions"][0] == MODERN
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "mcp-conformance-server"
    ignored = {"Mcp-Session-Id": "whatever", "Last-Event-ID": "1-1"}
    assert client.modern("tools/list", headers=ignored).status == 200


@pytest.mark.parametrize("envelope", [
    {}, {"io.modelcontextprotocol/clientCapabilities": {}}, {"io.modelcontextprotocol/protocolVersion": MODERN},
    {"io.modelcontextprotocol/protocolVersion": 1, "io.modelcontextprotocol/clientCapabilities": {}},
    {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": []}])
def test_faults_of_the_envelope(client, envelope):
    assert error(client.modern("server/discover", envelope=envelope)) == (400, -32602)


@pytest.mark.parametrize("headers", [
    {"MCP-Protocol-Version": "2025-11-25"}, {"MCP-Protocol-Version": None}, {"Mcp-Method": None},
    {"Mcp-Method": "tools/list"}, {"Mcp-Method": "Tools/Call"}, {"Mcp-Name": None}, {"Mcp-Name": "other"},
    {"Mcp-Name": "=?base64?????=?="}, {"Mcp-Name": "=?base64?dGVzdF9zaW1wbGVfdGV4dA=?="}])
def test_headers_must_say_what_the_body_says(client, headers):
    response = client.modern("tools/call", {"name": "test_simple_text"}, headers=headers)
    assert error(response) == (400, -32020)


def test_header_values_may_be_spelled_otherwise(client):
    for name in ("  test_simple_text\t", "=?base64?dGVzdF9zaW1wbGVfdGV4dA==?="):
        assert client.modern("tools/call", {"name": "test_simple_text"}, headers={"Mcp-Name": name}).status == 200


def test_routing_headers_must_be_there_once(client):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": ENVELOPE}})
    with socket.create_connection(("127.0.0.1", client.port), 5) as connection:
        connection.sendall((
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\n"
            f"MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/list\r\nMcp-Method: tools/list\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        answer = connection.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 400") and "-32020" in answer


@pytest.mark.parametrize("arguments, header, status", [
    ({"region": "eu"}, "eu", 200), ({"region": "eu"}, "=?base64?ZXU=?=", 200), ({}, None, 200), ({"region": None}, None, 200),
    ({"region": "eu"}, None, 400), ({"region": "eu"}, "us", 400), ({}, "eu", 400)])
def test_arguments_that_are_repeated_in_headers(client, arguments, header, status):
    response = client.modern(
        "tools/call", {"name": "test_custom_header", "arguments": arguments}, headers={"Mcp-Param-Region": header})
    assert response.status == status


def test_versions_that_are_not_served(client):
    for version in ("v999.0.0", "2025-11-25"):
        response = client.modern(
            "server/discover", headers={"MCP-Protocol-Version": version},
            envelope={**ENVELOPE, "io.modelcontextprotocol/protocolVersion": version})
        reply = json.loads(response.read())
        assert (response.status, reply["error"]["code"]) == (400, -32022)
        assert reply["error"]["data"]["requested"] == version
        assert MODERN in reply["error"]["data"]["supported"]


@pytest.mark.parametrize("method", [
    "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/get", "unknown/method"])
def test_methods_that_are_gone(client, method):
    assert error(client.modern(method)) == (404, -32601)


def test_statuses_of_other_errors(client):
    assert error(client.modern("tools/call", {"name": "test_missing_capability"})) == (400, -32021)
    assert error(client.modern("tools/call", {"name": "none"})) == (200, -32602)
    response = client.modern("resources/read", {"uri": "test://none"})
    assert json.loads(response.read())["error"] == {
        "code": -32602, "message": "Resource not found: test://none", "data": {"uri": "test://none"}}
    modern = {"MCP-Protocol-Version": MODERN}
    assert error(client.send("POST", [], modern)) == (400, -32600)
    assert error(client.send("POST", {"jsonrpc": "2.0", "id": 1, "result": {}}, modern)) == (400, -32600)
    assert client.send("POST", {"jsonrpc": "2.0", "method": "notifications/x"}, modern).status == 202


def test_a_subscription_tells_only_what_was_asked(client):
    stream = client.modern("subscriptions/listen", {"notifications": {"promptsListChanged": True}})
    identifier = client.identifier
    events = iter(Events(stream))
    acknowledged = json.loads(next(events)["data"])
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert acknowledged["params"]["notifications"] == {"promptsListChanged": True}
    client.modern("tools/call", {"name": "test_trigger_tool_change"}).read()
    client.modern("tools/call", {"name": "test_trigger_prompt_change"}).read()
    event = json.loads(next(events)["data"])
    assert event["method"] == "notifications/prompts/list_changed"
    assert event["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == identifier


# Bad neighbours, and the end.

def test_slow_and_deaf_clients_hurt_nobody(port):
    trickling = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for connection in trickling:
        connection.sendall(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-")
    deaf = []
    for _ in range(20):
        client = Client(port)
        client.initialize()
        deaf.append(client.send("GET"))
    client = Client(port)
    for _ in range(50):
        assert client.call("ping")[0] == 200
    for connection in trickling:
        connection.close()
    for response in deaf:
        response.connection.close()


def test_the_end_comes_soon_and_is_told():
    with running() as (process, port):
        client = Client(port)
        stream = client.modern("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        legacy = Client(port)
        legacy.initialize()
        unasked = legacy.send("GET")
        running_call = legacy.post("tools/call", {"name": "test_tool_with_progress", "_meta": {"progressToken": 1}})
        process.send_signal(signal.SIGTERM)
        messages = Events(stream).messages()
        assert messages[-2]["method"] == "notifications/cancelled"
        assert messages[-1]["result"]["resultType"] == "complete"
        assert Events(unasked).messages() == []
        assert "result" in Events(running_call).messages()[-1]
        assert process.wait(5) == 0
