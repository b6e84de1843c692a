"""Pipes one MCP session through a command and checks that only JSON lines come out: test_session.py COMMAND..."""

import json
import subprocess
import sys

REQUESTS = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "image-test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "get_gpu_inventory", "arguments": {}}},
]


def main():
    text = "".join(json.dumps(request) + "\n" for request in REQUESTS)
    run = subprocess.run(sys.argv[1:], input=text, capture_output=True, text=True, timeout=60)
    answers = {answer["id"]: answer for answer in map(json.loads, run.stdout.splitlines())}
    assert run.returncode == 0, (run.returncode, run.stderr)
    assert sorted(answers) == [1, 2, 3], (answers, run.stderr)
    assert answers[1]["result"]["serverInfo"]["name"] == "k8s-mcp-agent", answers[1]
    inventory = answers[3]["result"].get("structuredContent")
    assert inventory and not answers[3]["result"].get("isError"), json.dumps(answers[3])[:3000]
    assert inventory["node"] == "test-node", inventory["node"]
    assert inventory["device_count"] == 8, json.dumps(inventory)[:2000]
    names = {device.get("name") or inventory["all_devices"]["name"] for device in inventory["devices"]}
    print(f"a session through the image: {len(answers[2]['result']['tools'])} tools, {inventory['device_count']} x {names}")


main()
