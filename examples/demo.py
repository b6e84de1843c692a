"""A complete MCP session in a page of Python, with nothing but the standard library.

    python3 examples/demo.py bin/agent --simulate h100x8

The arguments are the command line of an MCP server. It is asked for the inventory and the telemetry of its GPUs.
"""

import itertools
import json
import subprocess
import sys

# Heading, key of the answer, factor, format.
INVENTORY = [
    ("GPU", "index", 1, "d"), ("NAME", "name", 1, "s"), ("BUS ID", "bus_id", 1, "s"), ("UUID", "uuid", 1, "s"),
    ("MEMORY GIB", "memory_total_bytes", 1 / 2**30, ".1f"), ("NVLINKS", "nvlink_count", 1, "d"),
]
TELEMETRY = [
    ("GPU", "index", 1, "d"), ("TEMP C", "temperature_c", 1, "d"), ("POWER W", "power_w", 1, ".0f"),
    ("SM MHZ", "clock_sm_mhz", 1, "d"), ("GPU %", "utilization_gpu_percent", 1, "d"),
    ("MEMORY GIB", "memory_used_bytes", 1 / 2**30, ".1f"), ("STATE", "performance_state", 1, "s"),
    ("CLOCKS HELD BY", "clocks_event_reasons", 1, "s"),
]


class Session:
    """An MCP server as a child process: one JSON message per line in either direction."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.identifiers = itertools.count(1)

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method, **params):
        identifier = next(self.identifiers)
        self.send({"id": identifier, "method": method, "params": params})
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") == identifier:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']['message']}")
                return message["result"]
        sys.exit("the server ended without an answer")

    def call(self, tool, **arguments):
        result = self.request("tools/call", name=tool, arguments=arguments)
        if result.get("isError"):
            sys.exit(f"{tool}: {result['content'][0]['text']}")
        return result["structuredContent"]


def cell(device, key, factor, form):
    """One reading as text; what was not read is never shown as zero."""
    value = device.get(key)
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(item if isinstance(item, str) else item.get("reason", "?") for item in value) or "-"
    return format(value * factor if factor != 1 else value, form if not isinstance(value, str) else "s")


def print_table(columns, devices):
    rows = [[heading for heading, *_ in columns]]
    rows += [[cell(device, *column) for _, *column in columns] for device in devices]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    print()


def show(answer, columns):
    print(f"{answer['summary']}  [source: {answer['source']}]\n")
    print_table(columns, [{**answer.get("all_devices", {}), **device} for device in answer["devices"]])


def main(command):
    session = Session(command)
    server = session.request(
        "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "demo", "version": "1.0"})
    session.send({"method": "notifications/initialized"})
    tools = session.request("tools/list")["tools"]
    print(f"{server['serverInfo']['name']} {server['serverInfo']['version']} speaks MCP {server['protocolVersion']}"
          f" and offers {', '.join(tool['name'] for tool in tools)}.\n")
    show(session.call("get_gpu_inventory"), INVENTORY)
    show(session.call("get_gpu_telemetry"), TELEMETRY)
    session.process.stdin.close()
    return session.process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
