"""The agent's resources: listed, read, completed; what they hold is what the tools answer."""

import json
import subprocess

import pytest
from support import AGENT, ENVIRONMENTS, ROOT, TOOLS, simulated

GPU_3 = "GPU-fb1016a3-9575-062f-cbc8-d214771e8f4d"
MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
# What no two readings have in common.
FLEETING = ("collected_at", "summary", "devices", "all_devices", "log")


@pytest.fixture(name="agent", scope="module")
def fixture_agent():
    with simulated("fallen-off-bus") as agent:
        agent.initialize()
        yield agent


def read(agent, uri):
    reply = agent.request("resources/read", {"uri": uri})
    assert "result" in reply, reply
    (contents,) = reply["result"]["contents"]
    assert contents["uri"] == uri
    return contents


def answer(agent, uri):
    contents = read(agent, uri)
    assert contents["mimeType"] == "application/json"
    return json.loads(contents["text"])


def complete(agent, template, name, value):
    reply = agent.request(
        "completion/complete",
        {"ref": {"type": "ref/resource", "uri": template}, "argument": {"name": name, "value": value}})
    return reply["result"]["completion"]["values"]


def test_everything_is_listed_with_title_and_type(agent):
    listed = agent.request("resources/list")["result"]["resources"]
    assert [resource["uri"] for resource in listed][:2] == ["gpu://node", "gpu://log/xid"]
    assert sum(resource["uri"].startswith("gpu://docs/") for resource in listed) >= 5
    templates = agent.request("resources/templates/list")["result"]["resourceTemplates"]
    assert [template["uriTemplate"] for template in templates] == [
        "gpu://gpus/{uuid}", "gpu://gpus/{uuid}/telemetry", "gpu://xid/{number}"]
    for item in listed + templates:
        assert {"name", "title", "description", "mimeType", "annotations"} <= set(item), item
        assert 0 <= item["annotations"]["priority"] <= 1


def test_capabilities_offer_subscriptions():
    with simulated("h100x8") as agent:
        said = agent.initialize()
        assert said["capabilities"]["resources"] == {"subscribe": True}
        assert "completions" in said["capabilities"]
        assert "gpu://node" in said["instructions"]
        assert len(said["instructions"].encode()) <= 2048


@pytest.mark.parametrize(
    ("uri", "tool", "arguments"),
    [("gpu://node", "describe_gpu_node", {}), ("gpu://log/xid", "analyze_xid_errors", {}),
     (f"gpu://gpus/{GPU_3}", "get_gpu_health", {"gpu": GPU_3}), ("gpu://gpus/0", "get_gpu_health", {"gpu": "0"}),
     ("gpu://gpus/0/telemetry", "get_gpu_telemetry", {"gpu": "0"})])
def test_a_resource_says_what_the_tool_says(agent, uri, tool, arguments):
    resource, called = answer(agent, uri), agent.ask(tool, **arguments)
    assert set(resource) == set(called)
    for key in set(resource) - set(FLEETING):
        assert resource[key] == called[key], key


def test_the_lost_gpu_is_found_by_its_name(agent):
    (device,) = answer(agent, f"gpu://gpus/{GPU_3}")["devices"]
    assert device["verdict"] == "unhealthy"
    assert device["uuid"] == GPU_3


def test_xids_come_from_the_catalogue(agent):
    entry = answer(agent, "gpu://xid/79")
    assert entry["code"] == "Xid 79"
    assert {"name", "meaning", "severity", "cause", "action"} <= set(entry)
    assert answer(agent, "gpu://xid/20034")["code"] == "SXid 20034"


def test_xids_need_no_hardware():
    with simulated("no-driver") as agent:
        agent.initialize()
        assert answer(agent, "gpu://xid/48")["number"] == 48
        assert agent.children() == []


def test_runbooks_are_markdown_and_name_tools_that_exist(agent):
    docs = [resource for resource in agent.request("resources/list")["result"]["resources"]
            if resource["uri"].startswith("gpu://docs/")]
    tools = set(TOOLS) | {"analyze_xid_errors"}
    for doc in docs:
        contents = read(agent, doc["uri"])
        assert contents["mimeType"] == doc["mimeType"] == "text/markdown"
        assert contents["text"].startswith("# " + doc["title"])
        assert len(contents["text"].encode()) == doc["size"]
        words = {word for word in contents["text"].split("`")[1::2]
                 if word.split("_")[0] in ("get", "list", "analyze", "snapshot", "inspect", "describe", "diagnose")
                 and "_" in word and " " not in word}
        assert words <= tools, doc["uri"]


@pytest.mark.parametrize(
    "uri", ["gpu://gpus/99", "gpu://gpus/GPU-none", "gpu://gpus/0,1", "gpu://gpus/x%2Fy", "gpu://xid/999", "gpu://xid/-1",
            "gpu://docs/none", "gpu://node/", "file:///etc/passwd", "gpu://gpus/99/telemetry"])
def test_what_does_not_exist_is_not_found(agent, uri):
    error = agent.request("resources/read", {"uri": uri})["error"]
    assert error["code"] == -32002
    assert error["data"]["uri"] == uri
    agent.send({"jsonrpc": "2.0", "id": "m", "method": "resources/read", "params": {"_meta": MODERN, "uri": uri}})
    error = agent.receive_answer("m")["error"]
    assert error["code"] == -32602
    assert error["data"]["uri"] == uri


def test_without_a_driver_the_reason_is_told():
    with simulated("no-driver") as agent:
        agent.initialize()
        error = agent.request("resources/read", {"uri": "gpu://gpus/0/telemetry"})["error"]
        assert error["code"] == -32603
        assert "remedy" in error["message"]


def test_how_long_contents_may_be_kept_is_told(agent):
    def ttl(uri):
        agent.send({"jsonrpc": "2.0", "id": uri, "method": "resources/read", "params": {"_meta": MODERN, "uri": uri}})
        result = agent.receive_answer(uri)["result"]
        return result["ttlMs"], result["cacheScope"]

    assert ttl("gpu://node") == (0, "private")
    assert ttl("gpu://xid/79") == ttl("gpu://docs/xid-triage") == (3_600_000, "public")


def test_variables_are_completed(agent):
    for template in ("gpu://gpus/{uuid}", "gpu://gpus/{uuid}/telemetry"):
        offered = complete(agent, template, "uuid", "")
        assert len(offered) == 8
        assert all(uuid.startswith("GPU-") for uuid in offered)
        assert complete(agent, template, "uuid", GPU_3[:8]) == [GPU_3]
    numbers = complete(agent, "gpu://xid/{number}", "number", "")
    assert set(numbers[:2]) == {"79", "154"}
    assert complete(agent, "gpu://xid/{number}", "number", "11")[0].startswith("11")


@pytest.mark.parametrize(
    ("client", "mode", "protocol"),
    [("resources1", "legacy", "2025-11-25"), ("resources2", "legacy", "2025-11-25"), ("resources2", "auto", "2026-07-28")])
def test_others_clients_read_complete_and_hear(client, mode, protocol, tmp_path):
    log = tmp_path / "kern.log"
    log.write_text("[    0.000000] Linux version 6.8.0-45-generic\n", encoding="utf8")
    environment = "mcp1" if client == "resources1" else "tests"
    finished = subprocess.run(
        [ENVIRONMENTS / environment / "bin" / "python", "-B", ROOT / "Tests/Python/clients" / f"{client}.py", mode, log,
         AGENT, "--simulate", "fallen-off-bus", "--kernel-log", log],
        capture_output=True, timeout=90, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    said = json.loads(finished.stdout)
    assert said["protocol"] == protocol
    assert said["resources"]["gpu://node"] == "application/json"
    assert said["resources"]["gpu://docs/thermal"] == "text/markdown"
    assert said["templates"] == ["gpu://gpus/{uuid}", "gpu://gpus/{uuid}/telemetry", "gpu://xid/{number}"]
    assert len(said["uuids"]) == 8
    assert said["gpu"]["devices"][0]["uuid"] == said["uuids"][0]
    assert said["pods"] == ["research/llm-train-0"]
    assert said["heard"] in ("gpu://log/xid", "ResourceUpdated")
