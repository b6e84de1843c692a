"""Real processes that hold something like a GPU's device node, and a session with an agent that may end them."""

import contextlib
import json
import os
import pathlib
import stat
import subprocess
import tempfile

import pytest
from support import AGENT, Session

SCENARIO = "h100x8"
TOOL = "kill_gpu_process"
MODERN = "2026-07-28"
FOLDER = tempfile.TemporaryDirectory()
# Nobody ever writes into it: a shell that reads from it waits, without children that hold something, too.
SILENCE = pathlib.Path(FOLDER.name) / "silence"
os.mkfifo(SILENCE)
os.chmod(SILENCE, 0o666)
os.chmod(FOLDER.name, 0o755)
LOOP = f"exec 4<>{SILENCE}; read x <&4"


def device_node(folder):
    """A character device that is called like GPU 0's; what it does is that of /dev/null."""
    path = pathlib.Path(folder) / "dev" / "nvidia0"
    path.parent.mkdir(exist_ok=True)
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        path.open("rb").close()
    except PermissionError:
        pytest.skip("device nodes can only be made and opened by root, on a file system without nodev")
    path.chmod(0o666)
    return path


class Holder:
    """A process that has the device open."""

    def __init__(self, device, script="", command=None, **options):
        command = command or ["sh", "-c", f"{script}\necho ready\n{LOOP}"]
        with open(device or "/dev/null", "rb") as file:
            self.process = subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, **options)
        assert self.process.stdout.readline() == b"ready\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    def state(self):
        return process_state(self.pid)

    def lives(self):
        return self.state() not in ("Z", None)


def process_state(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def arguments(log=None, *more):
    """Of an agent whose driver is simulated and whose processes are real."""
    audit = ["--audit-log", str(log)] if log else []
    return ["--simulate", SCENARIO, "--host-root", "/", "--mode", "operator", *audit, *more]


class Client(Session):
    """A client that answers the agent's questions as it is told to."""

    def __init__(self, *more, answer=None, revision="2025-11-25", **options):
        super().__init__(*more, **options)
        self.answer = answer
        self.revision = revision
        self.asked = []

    @property
    def capabilities(self):
        return {"elicitation": {}} if self.answer else {}

    def start(self):
        if self.revision == MODERN:
            return self
        self.request("initialize", {
            "protocolVersion": self.revision, "capabilities": self.capabilities,
            "clientInfo": {"name": "bench", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def call_raw(self, more=None, **arguments):
        """The reply to one request, without answering anything."""
        params = {"name": TOOL, "arguments": arguments, **(more or {})}
        if self.revision == MODERN:
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": self.capabilities,
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"}}
        identifier = self.start_request("tools/call", params)
        while True:
            message = self.receive()
            if message.get("method") == "elicitation/create":
                self.asked.append(message["params"])
                answer = self.answer() if callable(self.answer) else self.answer
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": answer})
            elif message.get("id") == identifier and "method" not in message:
                return message

    def kill(self, **arguments):
        """The structured answer, after all questions."""
        reply = self.call_raw(**arguments)
        while reply.get("result", {}).get("resultType") == "input_required":
            result = reply["result"]
            responses = {}
            for name, request in result["inputRequests"].items():
                self.asked.append(request["params"])
                responses[name] = self.answer() if callable(self.answer) else self.answer
            reply = self.call_raw(
                {"requestState": result["requestState"], "inputResponses": responses}, **arguments)
        assert "result" in reply, reply
        # Clients of the first two revisions get the same as text only.
        answer = json.loads(reply["result"]["content"][0]["text"])
        assert reply["result"].get("isError", False) == (answer["status"] == "error"), reply
        assert not (reply["result"].get("isError") and "structuredContent" in reply["result"]), reply
        return answer


YES = {"action": "accept", "content": {"confirm": True}}
NO = {"action": "decline"}
CLOSED = {"action": "cancel"}
UNCHECKED = {"action": "accept", "content": {"confirm": False}}


def records(log):
    return [json.loads(line) for line in pathlib.Path(log).read_text().splitlines()]


def events(log):
    return [record["event"] for record in records(log)]


def reasons(answer):
    return [refusal["reason"] for refusal in answer.get("refusals", [])]


def shell(log, *pairs, **options):
    """One `call` from the command line; its answer."""
    arguments_ = [word for pair in pairs for word in ("--arg", pair)]
    finished = subprocess.run(
        [AGENT, "call", TOOL, *arguments(log), *arguments_], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        check=False, **options)
    answer = json.loads(finished.stdout)
    is_done = answer["status"] != "error" and (answer["acted"] or answer["outcome"] == "not_needed")
    assert finished.returncode == (0 if is_done else 1), finished
    return answer
