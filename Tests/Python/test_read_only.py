"""In read-only mode no sequence of requests reaches a write or a signal: the kernel's own list of what the agent did."""

import os
import random
import re
import shutil

import pytest
from operator_bench import Holder, arguments, device_node
from support import Session

pytestmark = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("CI"),
    reason="strace is not installed (apt-get install strace); CI installs it")

SIGNALS = ("kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
OPENS = ("open", "openat", "openat2", "creat")
CHANGES = (
    "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "link", "linkat",
    "symlink", "symlinkat", "truncate", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "setxattr",
    "lsetxattr", "fsetxattr", "mount", "umount2", "pivot_root", "ptrace", "process_vm_writev", "reboot", "init_module",
    "finit_module", "delete_module", "kexec_load", "bpf", "sethostname", "setns", "unshare", "iopl", "ioperm", "pidfd_open",
)
CHILDREN = ("fork", "vfork", "clone", "clone3")
# Standard output, which the agent opens once more so that only its own side of a pipe waits for nobody.
STREAMS = ('"/dev/null"', '"/proc/self/fd/1"')
STRINGS = [
    "", "0", "-1", "all", "GPU-", "0000:3b:00.0", "0,1", "../../etc/shadow", "/dev/nvidia0", "$(kill -9 1)", "a" * 5000, "\x00",
    "full", "yes", "plan-00000000000000000000000000000000", "1h", "2026-01-01T00:00:00Z",
]


def value(schema, name, dice):
    """Something that may or may not fit."""
    if dice.random() < 0.15:
        return dice.choice([None, True, [], {}, -1, 2 ** 63, 1.5, dice.choice(STRINGS)])
    if "enum" in schema:
        return dice.choice(schema["enum"])
    kinds = schema.get("type", "string")
    kind = dice.choice(kinds if isinstance(kinds, list) else [kinds])
    if kind == "boolean":
        return dice.random() < 0.5
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 1000)
        # What waits is not made to wait for long.
        return low if name.endswith("_ms") or "seconds" in name else dice.choice([low, high, (low + high) // 2, high + 1])
    if kind == "array":
        return [value(schema.get("items", {}), name, dice) for _ in range(dice.randrange(3))]
    return dice.choice(STRINGS)


def requests(session, dice):
    """Every tool often with all sorts of arguments, those that only operators have, and every other method."""
    tools = session.request("tools/list")["result"]["tools"]
    calls = []
    for tool in tools:
        properties = tool["inputSchema"].get("properties", {})
        for _ in range(12):
            chosen = [name for name in properties if dice.random() < 0.6]
            calls.append((tool["name"], {name: value(properties[name], name, dice) for name in chosen}))
    for name in ("kill_gpu_process", "reset_gpu"):
        assert name not in [tool["name"] for tool in tools]
        for given in ({}, {"pid": 1}, {"pid": 1, "signal": "KILL", "confirm": "yes"}, {"gpu": 0, "confirm": True}):
            calls.append((name, given))
    dice.shuffle(calls)
    for name, given in calls:
        yield "tools/call", {"name": name, "arguments": given}
    yield "tools/call", {"name": "kill_gpu_process", "arguments": {"pid": 1}, "requestState": "x", "inputResponses": {
        "confirm": {"action": "accept", "content": {"confirm": True}}}}
    for prompt in session.request("prompts/list")["result"]["prompts"]:
        yield "prompts/get", {"name": prompt["name"], "arguments": {
            argument["name"]: dice.choice(STRINGS) for argument in prompt.get("arguments", [])}}
    for method in ("resources/list", "resources/templates/list", "resources/read", "completion/complete", "logging/setLevel",
                   "ping", "server/discover", "subscriptions/listen", "operator/enable", "audit/verify"):
        yield method, {"uri": "file:///etc/passwd", "level": "debug", "mode": "operator"}


def trace(tmp_path, talk, *options):
    """Everything that the agent and its children asked of the kernel meanwhile."""
    path = tmp_path / "trace"
    calls = ",".join(f"?{name}" for name in (*SIGNALS, *OPENS, *CHANGES, *CHILDREN))
    strace = ["strace", "-f", "-qq", "-s", "256", "-o", path, "-e", f"trace={calls}", "-e", "signal=none"]
    with Session(*options, wrapper=strace) as session:
        session.initialize()
        talk(session)
        session.end_input()
        session.wait(30)
    return list(completed(path.read_text(errors="replace").splitlines()))


def ask_everything(session):
    for method, params in list(requests(session, random.Random(7))):
        session.request(method, params, timeout=60)


def completed(lines):
    """Calls that strace had to write in two parts, put together."""
    begun = {}
    for line in lines:
        pid, rest = line.split(None, 1)
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>")
        elif resumed := re.match(r"<\.\.\. (\w+) resumed>(.*)", rest):
            yield int(pid), begun.pop(pid, f"{resumed[1]}(") + resumed[2]
        else:
            yield int(pid), rest
    for pid, rest in begun.items():
        yield int(pid), rest


@pytest.mark.parametrize("options", [
    ["--simulate", "h100x8"], ["--simulate", "ecc-dbe"], ["--simulate", "driver-hang", "--deadline", "0.2"],
    ["--simulate", "driver-crash"], ["--simulate", "a100x2", "--host-root", "/"], [],
], ids=lambda options: " ".join(options) or "real")
def test_no_request_reaches_a_write_or_a_signal(options, tmp_path):
    lines = trace(tmp_path, ask_everything, *options)
    own, wrong = processes(lines), changes(lines)
    assert wrong == []
    # The trace has seen something.
    assert sum(call.partition("(")[0] in OPENS for _, call in lines) > 20 and len(own) > 1


@pytest.mark.skipif(os.geteuid() != 0, reason="device nodes need root")
def test_the_trace_sees_what_an_operator_does(tmp_path):
    """Else the test above would prove nothing."""
    with Holder(device_node(tmp_path)) as holder:
        def talk(session):
            plan = session.ask("kill_gpu_process", pid=holder.pid)
            assert session.ask("kill_gpu_process", pid=holder.pid, confirm=plan["plan_id"])["outcome"] == "done"
        found = changes(trace(tmp_path, talk, *arguments(tmp_path / "audit.log")))
        assert any(call.startswith("pidfd_send_signal") and "SIGTERM" in call for call in found)
        assert any("audit.log" in call and "O_APPEND" in call for call in found)


def processes(lines):
    """The agent, its threads and its children."""
    made = {int(found[1]) for _, call in lines
            if call.partition("(")[0] in CHILDREN and (found := re.search(r"= (\d+)$", call))}
    return made | {pid for pid, _ in lines}


def changes(lines):
    """The calls by which something outside of the agent could have been changed."""
    own, found = processes(lines), []
    for _, call in lines:
        name, _, rest = call.partition("(")
        if name in SIGNALS:
            # The probe's child is killed when the driver hangs in it: it is the agent's own.
            targets = [int(word) for word in re.findall(r"-?\d+", rest)[:2 if name == "tgkill" else 1]]
            if name not in ("kill", "tgkill") or not set(targets) <= own:
                found.append(call)
        elif name in OPENS:
            if re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", rest) and not any(path in rest for path in STREAMS):
                found.append(call)
        elif name in CHANGES:
            found.append(call)
    return found
