"""Crowds over HTTP: sessions and open streams beside requests from many connections, and the memory that they leave behind."""

import argparse
import http.client
import json
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
AGENT = ROOT / "bin/k8s-mcp-agent-http"
DRIVER = ROOT / ".build/bench/http_driver"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
ENVELOPE = (
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}')
REQUEST = f'"method":"tools/call","params":{{"name":"echo_test","arguments":{{"message":"hello"}},{ENVELOPE}}}'
INITIALIZE = json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "stress", "version": "1"}}})
MOST_LEFT_BEHIND = 2_000_000


class Server:
    """The agent, serving a simulated node."""

    def __init__(self, program, arguments):
        self.process = subprocess.Popen([program, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.port = int(re.search(r":(\d+)/mcp", self.process.stderr.readline()).group(1))
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def send(self, method, body=None, headers=None, path="/mcp"):
        self.connection.request(method, path, body, {**HEADERS, **(headers or {})})
        response = self.connection.getresponse()
        text = response.read().decode()
        assert response.status < 300, f"{response.status}: {text}"
        return response, text

    def gauge(self, name):
        return int(re.search(rf"^{name} (\d+)$", self.send("GET", path="/metrics")[1], re.M).group(1))

    def memory(self):
        """PSS of the agent without its child, bytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        return int(re.search(r"^Pss: +(\d+) kB", text, re.M).group(1)) * 1024

    def begin_session(self):
        return self.send("POST", INITIALIZE)[0].getheader("Mcp-Session-Id")

    def listen(self, session):
        """An open stream of what comes unasked."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/mcp", headers={**HEADERS, "Mcp-Session-Id": session})
        response = connection.getresponse()
        assert response.status == 200, response.status
        return response, connection


def run_crowd(server, options):
    sessions = [server.begin_session() for _ in range(options.sessions)]
    streams = [server.listen(session) for session in sessions[:options.streams]]
    assert server.gauge("mcp_http_sessions") == options.sessions
    assert server.gauge("mcp_http_streams") == options.streams
    began = time.monotonic()
    command = [DRIVER, "calls", str(options.connections), str(options.requests), "stateless", REQUEST, str(server.port)]
    measured = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    print(f"  {options.requests} requests from {options.connections} connections beside {options.sessions} sessions and "
          f"{options.streams} streams: all answered in {time.monotonic() - began:.1f} s, "
          f"{measured['per_second']:.0f}/s, p99 {measured['p99_us'] / 1e3:.1f} ms, {server.memory() / 1e6:.1f} MB")
    for session in sessions:
        server.send("POST", '{"jsonrpc":"2.0","id":1,"method":"ping"}', {"Mcp-Session-Id": session})
        server.send("DELETE", headers={"Mcp-Session-Id": session})
    for response, connection in streams:
        assert b"data: " in response.read()
        connection.close()
    assert server.gauge("mcp_http_sessions") == server.gauge("mcp_http_streams") == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    server = Server(AGENT, ["serve", "--simulate", "h100x8", "--http", "127.0.0.1:0"])
    server.send("DELETE", headers={"Mcp-Session-Id": server.begin_session()})
    time.sleep(2)
    before = server.memory()
    print(f"Before: {before / 1e6:.1f} MB")
    for _ in range(options.rounds):
        run_crowd(server, options)
        server.connection.close()
        time.sleep(3)
        left = server.memory() - before
        print(f"  after they left: {left / 1e6:+.1f} MB")
    server.process.terminate()
    assert server.process.wait(5) == 0
    sys.exit(left > MOST_LEFT_BEHIND)


if __name__ == "__main__":
    main()
