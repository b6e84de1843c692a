"""The conformance fixture as a process, and the least that is needed to talk to it over HTTP by hand."""

import contextlib
import http.client
import json
import os
import pathlib
import subprocess

from support import ROOT

FIXTURE = pathlib.Path(os.environ.get("CONFORMANCE_SERVER", ROOT / ".build/debug/mcp-conformance-server"))
MODERN = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def build():
    if not FIXTURE.exists():
        subprocess.run(["swift", "build", "--product", "mcp-conformance-server"], cwd=ROOT, check=True)


@contextlib.contextmanager
def running(*arguments):
    """Runs the fixture on a free port; gives its process and port."""
    build()
    process = subprocess.Popen([FIXTURE, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        yield process, int(address.rsplit(":", 1)[1].split("/")[0])
    finally:
        process.kill()
        process.wait()


class Events:
    """The events of a response that is a stream, as they come."""

    def __init__(self, response):
        self.response = response

    def __iter__(self):
        event = {}
        while line := self.response.readline():
            line = line.decode().rstrip("\n")
            if not line:
                if event:
                    yield event
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name.rstrip(":")] = value

    def messages(self):
        return [json.loads(event["data"]) for event in self if event.get("data")]


class Client:
    """Requests by hand. Each has a connection of its own, so that streams can be left open."""

    def __init__(self, port, **headers):
        self.port = port
        self.headers = {
            "Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
        self.identifier = 0

    def send(self, method, body=None, headers=None, path="/mcp", timeout=10):
        """The response; headers that are None are left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = {name: value for name, value in {**self.headers, **(headers or {})}.items() if value is not None}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        response.connection = connection
        return response

    def post(self, method, params=None, headers=None, **members):
        self.identifier += 1
        message = {"jsonrpc": "2.0", "id": self.identifier, "method": method, "params": params or {}, **members}
        return self.send("POST", message, headers)

    def call(self, method, params=None, **arguments):
        """The reply, wherever it stands, and the status."""
        response = self.post(method, params, **arguments)
        if response.getheader("Content-Type", "").startswith("text/event-stream"):
            return response.status, Events(response).messages()[-1]
        return response.status, json.loads(response.read())

    def initialize(self, version="2025-11-25", capabilities=None):
        """Begins a session, all of its handshake; requests after it belong to it."""
        response = self.post("initialize", {
            "protocolVersion": version, "capabilities": capabilities or {},
            "clientInfo": {"name": "tests", "version": "1"}})
        assert response.status == 200
        self.headers["Mcp-Session-Id"] = response.getheader("Mcp-Session-Id")
        assert self.send("POST", {"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202
        return json.loads(response.read())["result"]

    def modern(self, method, params=None, headers=None, envelope=None, **routing):
        """A request that stands alone, with the headers that belong to it."""
        params = {**(params or {}), "_meta": ENVELOPE if envelope is None else envelope}
        sent = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        name = params.get("uri") if method == "resources/read" else params.get("name")
        if method in ("tools/call", "prompts/get", "resources/read"):
            sent["Mcp-Name"] = name
        return self.post(method, params, {**sent, **(headers or {})}, **routing)
