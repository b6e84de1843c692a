"""A client of one revision by hand, which hears what comes before a reply and answers what it is asked."""

import json

from mcp_fixture import ENVELOPE, MODERN, Client, Events

SESSIONS = ["2025-06-18", "2025-11-25"]
CAPABILITIES = {"sampling": {}, "elicitation": {}, "roots": {}}


class Peer:
    def __init__(self, port, revision, answers=None):
        """`answers` holds a result for each method by which the server may ask."""
        self.revision = revision
        self.answers = answers or {}
        self.heard, self.asked = [], []
        self.client = Client(port)
        if not self.is_modern:
            self.client.initialize(revision, CAPABILITIES)
            self.client.headers["MCP-Protocol-Version"] = revision
            self.notify("notifications/initialized")

    @property
    def is_modern(self):
        return self.revision == MODERN

    def notify(self, method, params=None):
        response = self.client.send("POST", {"jsonrpc": "2.0", "method": method, "params": params or {}})
        assert response.status == 202

    def send(self, method, params=None, **arguments):
        """The response, before anything of it has been read."""
        params = dict(params or {})
        meta = params.pop("_meta", {})
        if self.is_modern:
            envelope = {**ENVELOPE, "io.modelcontextprotocol/clientCapabilities": CAPABILITIES, **meta}
            return self.client.modern(method, params, envelope=envelope, **arguments)
        if meta:
            params["_meta"] = meta
        return self.client.post(method, params, **arguments)

    def call(self, method, params=None, **arguments):
        """The reply, after all questions that come before it."""
        response = self.send(method, params, **arguments)
        if response.getheader("Content-Type") == "application/json":
            return json.loads(response.read())
        for event in Events(response):
            if event.get("data"):
                message = json.loads(event["data"])
                if "method" not in message:
                    return message
                self.take(message)
        return None

    def take(self, message):
        if "id" not in message:
            return self.heard.append(message)
        assert not self.is_modern, "the server asks where it must not"
        self.asked.append(message)
        reply = {"jsonrpc": "2.0", "id": message["id"], "result": self.answers[message["method"]]}
        assert self.client.send("POST", reply).status == 202

    def result(self, method, params=None):
        return self.call(method, params)["result"]

    def tool(self, name, arguments=None, **params):
        return self.result("tools/call", {"name": name, "arguments": arguments or {}, **params})

    def told(self, method):
        """What it has heard of that kind."""
        return [message["params"] for message in self.heard if message["method"] == method]
