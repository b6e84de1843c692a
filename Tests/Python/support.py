"""What the tests share: where the built files are, and a session with the agent over its standard streams."""

import contextlib
import json
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
AGENT = pathlib.Path(os.environ.get("AGENT", ROOT / "bin" / "agent"))
SIMULATOR = ROOT / "bin" / "simulator"
ENVIRONMENTS = ROOT / ".build" / "python"
PROTOCOL = "2025-11-25"

TOOLS = (
    "diagnose_gpu_node", "get_gpu_inventory", "get_gpu_telemetry", "get_gpu_health", "snapshot_ecc", "inspect_topology",
    "describe_gpu_node", "list_gpu_processes", "get_pod_gpu_allocation",
    "echo_test",
)
HEALTHY = ("a100x2", "h100x8", "b200x8", "gb200x4", "l40sx4", "t4x1", "a100-mig")
FAULTY_GPU = (
    "ecc-dbe", "row-remap-pending", "row-remap-failure", "fallen-off-bus", "nvlink-down", "nvlink-errors",
    "thermal-slowdown", "power-brake", "pcie-degraded", "fabric-not-ready", "confidential-not-ready",
    "zombie-process", "reset-required", "busy",
)
FAULTY_DRIVER = ("driver-hang", "driver-crash", "driver-mismatch", "no-driver", "no-permission")
SCENARIOS = HEALTHY + FAULTY_GPU + FAULTY_DRIVER


class Session:
    """The agent as a child process, spoken to in lines of JSON."""

    def __init__(self, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, environment=None, wrapper=()):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*wrapper, AGENT, *arguments], stdin=stdin, stdout=stdout, stderr=self.log, env=environment, bufsize=0)
        self.identifier = 0
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    @property
    def pid(self):
        return self.process.pid

    def write(self, data):
        """Writes bytes, reading answers meanwhile, so that neither side waits for the other for ever."""
        descriptor = self.process.stdin.fileno()
        view = memoryview(data)
        while view:
            readable, writable, _ = select.select([self.process.stdout] if self.process.stdout else [], [descriptor], [], 30)
            assert readable or writable, "the agent reads nothing"
            if readable:
                self.received += os.read(self.process.stdout.fileno(), 1 << 16)
            if writable:
                view = view[os.write(descriptor, view[:1 << 16]):]

    def send(self, message):
        self.write(json.dumps(message).encode() + b"\n")

    def read_line(self, timeout=30):
        """The next line without its end; None at the end of the stream; TimeoutError if none comes."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self.received:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError(f"no line within {timeout} s; the agent's log: {self.read_log()}")
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                return None
            self.received += chunk
        line, self.received = self.received.split(b"\n", 1)
        return line

    def receive(self, timeout=30):
        line = self.read_line(timeout)
        assert line is not None, f"the agent closed its output; its log: {self.read_log()}"
        return json.loads(line)

    def is_silent(self, seconds):
        return not self.received and not select.select([self.process.stdout], [], [], seconds)[0]

    def next_identifier(self):
        self.identifier += 1
        return self.identifier

    def start_request(self, method, params=None):
        identifier = self.next_identifier()
        self.send({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params or {}})
        return identifier

    def start_call(self, tool, **arguments):
        return self.start_request("tools/call", {"name": tool, "arguments": arguments})

    def receive_answer(self, identifier, timeout=30):
        """The reply to one request; what comes before it (notifications, other replies) is dropped."""
        while True:
            message = self.receive(timeout)
            if message.get("id") == identifier and "method" not in message:
                return message

    def request(self, method, params=None, timeout=30):
        return self.receive_answer(self.start_request(method, params), timeout)

    def call(self, tool, timeout=30, **arguments):
        """The result of a tool call."""
        reply = self.receive_answer(self.start_call(tool, **arguments), timeout)
        assert "result" in reply, reply
        return reply["result"]

    def ask(self, tool, timeout=30, **arguments):
        """The structured answer of a tool call that must succeed."""
        result = self.call(tool, timeout, **arguments)
        assert not result.get("isError"), result["content"]
        return result["structuredContent"]

    def initialize(self):
        reply = self.request(
            "initialize",
            {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}})
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return reply["result"]

    def ping(self, timeout=10):
        assert self.request("ping", timeout=timeout)["result"] == {}

    def end_input(self):
        self.process.stdin.close()
        self.process.stdin = None

    def wait(self, timeout=10):
        return self.process.wait(timeout)

    def terminate(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def read_log(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def children(self):
        return children(self.pid)

    def descriptors(self):
        found = []
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            # One that is closed meanwhile is not open.
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(f"/proc/{self.pid}/fd/{name}"))
        return sorted(found)


def simulated(scenario, *arguments, **options):
    """A session with the agent on a simulated node."""
    return Session("--simulate", str(scenario), *arguments, **options)


def children(pid):
    """The process ids of a process's children, dead ones that nobody has waited for included."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{thread}/children").read_text().split()]
    return sorted(found)


def cpu_ticks(pid):
    """User and system time of a process, in clock ticks."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def context_switches(pid):
    """How often a process's threads were put on a processor."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        for line in pathlib.Path(f"/proc/{pid}/task/{thread}/status").read_text().splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def peak_memory(pid):
    """The largest resident set of a process so far, bytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


class RunningTime:
    """Seconds in which this machine ran: where it stood still, as virtual ones do, only a moment counts."""

    def __init__(self):
        self.seconds = 0.0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        last = time.monotonic()
        while True:
            time.sleep(0.01)
            now = time.monotonic()
            self.seconds += min(now - last, 0.05)
            last = now


RUNNING = RunningTime()


def eventually(condition, seconds=10):
    """Waits until a condition holds; tells whether it did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def run_agent(*arguments, **options):
    """Runs one subcommand to its end."""
    return subprocess.run([AGENT, *arguments], capture_output=True, timeout=60, check=False, **options)


def devices(answer):
    """The GPUs of an answer, with what was said once for all of them put back into each."""
    common = answer.get("all_devices", {})
    return [merge(common, device) for device in answer["devices"]]


def merge(common, own):
    """An object with the keys of both; where both have an object under a key, those are merged likewise."""
    merged = dict(common)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(common.get(key), dict)
        merged[key] = merge(common[key], value) if both else value
    return merged
