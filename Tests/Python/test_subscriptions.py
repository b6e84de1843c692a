"""Who subscribes to a resource hears of it when it changes, and only then; for nobody nothing is watched."""

import contextlib
import json
import os
import pathlib
import select
import statistics
import time

import pytest
from support import context_switches, eventually, simulated

MODERN = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
GPU_3 = "GPU-fb1016a3-9575-062f-cbc8-d214771e8f4d"
NODE, LOG, GPU, OTHER = "gpu://node", "gpu://log/xid", f"gpu://gpus/{GPU_3}", "gpu://gpus/5"
BUS_3, BUS_5 = "0000:61:00", "0000:9b:00"
# A change is told within a second; a single one on a busy machine gets more.
PATIENCE, PROMISE = 20, 1.0


class Legacy:
    """Subscribes as clients up to 2025-11-25 do."""

    def __init__(self, agent):
        self.agent = agent
        agent.initialize()

    def listen(self, *uris):
        for uri in uris:
            assert self.agent.request("resources/subscribe", {"uri": uri}).get("result") == {}

    def stop(self, *uris):
        for uri in uris:
            assert self.agent.request("resources/unsubscribe", {"uri": uri}).get("result") == {}


class Modern:
    """Subscribes as clients of 2026-07-28 do."""

    def __init__(self, agent):
        self.agent = agent
        self.identifier = "listening"

    def listen(self, *uris):
        self.agent.send({
            "jsonrpc": "2.0", "id": self.identifier, "method": "subscriptions/listen",
            "params": {"_meta": MODERN, "notifications": {"resourceSubscriptions": list(uris)}}})
        message = self.agent.receive()
        assert message["method"] == "notifications/subscriptions/acknowledged"
        assert message["params"]["notifications"] == {"resourceSubscriptions": sorted(uris)}

    def stop(self, *_):
        self.agent.send({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": self.identifier}})


ERAS = (Legacy, Modern)


def updates(agent, seconds):
    """The resources of which updates come within that time."""
    heard = []
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        try:
            message = agent.receive(left)
        except TimeoutError:
            break
        if message.get("method") == "notifications/resources/updated":
            heard.append(message["params"]["uri"])
    return heard


def await_updates(agent, *uris):
    """Waits until all of them were told; returns what else was, up to then."""
    missing, others = set(uris), []
    deadline = time.monotonic() + PATIENCE
    while missing:
        message = agent.receive(max(deadline - time.monotonic(), 0.01))
        assert message["method"] == "notifications/resources/updated", message
        uri = message["params"]["uri"]
        if uri in missing:
            missing.remove(uri)
        else:
            others.append(uri)
    return others


def xid(number, bus, text="pid=1, name=test"):
    return f"[{time.monotonic():.6f}] NVRM: Xid (PCI:{bus}): {number}, {text}\n"


def append(path, text):
    with path.open("a", encoding="utf8") as log:
        log.write(text)


def is_watching(agent, path):
    # It opens the file again and again to see whether it was replaced: one may be closed while this looks.
    with contextlib.suppress(FileNotFoundError):
        return str(path) in agent.descriptors()
    return is_watching(agent, path)


def is_at_end(agent, path):
    """Whether it watches the file and has passed over what is in there: only what comes from now on is news."""
    folder = pathlib.Path(f"/proc/{agent.pid}")
    for link in (folder / "fd").iterdir():
        # One that is closed meanwhile is none of it.
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(link) == str(path):
                position = (folder / "fdinfo" / link.name).read_text().split()[1]
                return int(position) == path.stat().st_size
    return False


@pytest.fixture(name="log")
def fixture_log(tmp_path):
    path = tmp_path / "kern.log"
    path.write_text(xid(13, BUS_5), encoding="utf8")
    return path


def losing(folder, calls):
    """An 8-GPU node whose GPU 3 is lost after so many calls."""
    path = folder / "losing.json"
    fault = {"call": "*", "result": "GPU_IS_LOST", "after_calls": calls}
    path.write_text(json.dumps({
        "description": "GPU 3 is lost after a while", "extends": "h100x8", "gpus": [{"index": 3, "faults": [fault]}]}))
    return path


@pytest.mark.parametrize("era", ERAS)
def test_a_new_line_in_the_log_is_told(era, log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        client = era(agent)
        client.listen(LOG)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        append(log, "[1.0] usb 1-1: new device\n")
        append(log, xid(31, BUS_3))
        assert await_updates(agent, LOG) == []
        client.stop(LOG)
        assert eventually(lambda: not is_watching(agent, log), PATIENCE)
        append(log, xid(43, BUS_3))
        assert updates(agent, 1.5) == []


@pytest.mark.parametrize("era", ERAS)
def test_only_the_gpu_that_the_kernel_names_is_told_of(era, log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        client = era(agent)
        client.listen(LOG, GPU, OTHER)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        time.sleep(1.5)
        append(log, xid(48, BUS_3, "An uncorrectable double bit error (DBE) has been detected on GPU"))
        assert OTHER not in await_updates(agent, LOG, GPU)
        assert OTHER not in updates(agent, 1.5)


def test_a_verdict_that_changes_by_the_log_is_told(log, tmp_path):
    # Without the driver's own word on recovery the log decides.
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"description": "", "extends": "h100x8", "all_gpus": {"recovery_action": None}}))
    with simulated(node, "--kernel-log", str(log)) as agent:
        Modern(agent).listen(NODE, GPU)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        time.sleep(1.5)
        append(log, xid(48, BUS_3, "An uncorrectable double bit error (DBE) has been detected on GPU"))
        await_updates(agent, NODE, GPU)


@pytest.mark.parametrize("era", ERAS)
def test_a_lost_gpu_is_told(era, tmp_path):
    with simulated(losing(tmp_path, 1_500)) as agent:
        client = era(agent)
        client.listen(NODE, GPU, OTHER, LOG, GPU + "/telemetry")
        others = await_updates(agent, NODE, GPU, GPU + "/telemetry")
        assert set(others) <= {NODE, GPU}
        assert OTHER not in updates(agent, 1.5)
        agent.send({"jsonrpc": "2.0", "id": "r", "method": "resources/read", "params": {"_meta": MODERN, "uri": GPU}})
        (device,) = json.loads(agent.receive_answer("r")["result"]["contents"][0]["text"])["devices"]
        assert device["verdict"] == "unhealthy"


# How soon: half of the changes within the promise, since this machine may be busy with other things.


@pytest.mark.parametrize("era", ERAS)
def test_lines_in_the_log_are_told_within_a_second(era, log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        era(agent).listen(LOG)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        delays = []
        for _ in range(7):
            began = time.monotonic()
            append(log, xid(31, BUS_3))
            await_updates(agent, LOG)
            delays.append(time.monotonic() - began)
            # Not in step with whoever looks again and again.
            time.sleep(0.37)
        assert statistics.median(delays) < PROMISE, delays


def changing(folder, period):
    """An 8-GPU node whose driver asks for a reset of GPU 3, and no more, at each half of a period of the machine's clock."""
    path = folder / "changing.json"
    action = {"from": 0, "to": 1, "period_s": period}
    path.write_text(json.dumps({"extends": "h100x8", "gpus": [{"index": 3, "recovery_action": action}]}))
    return path


def time_since_change(period):
    """A wave between 0 and 1 is rounded: it changes a quarter of its period after its lowest and its highest point."""
    return (time.monotonic() - period / 4) % (period / 2)


@pytest.mark.slow
def test_a_changed_recovery_action_is_told_within_a_second(tmp_path):
    period = 4
    with simulated(changing(tmp_path, period)) as agent:
        Legacy(agent).listen(GPU, OTHER)
        # The first reading, with which the later ones are compared, takes longer.
        assert await_updates(agent, GPU) == []
        delays, verdicts = [], set()
        for _ in range(5):
            assert await_updates(agent, GPU) == []
            delays.append(time_since_change(period))
            reply = agent.request("resources/read", {"uri": GPU})
            (device,) = json.loads(reply["result"]["contents"][0]["text"])["devices"]
            verdicts.add((device["verdict"], device.get("action")))
        assert statistics.median(delays) < PROMISE, delays
        assert verdicts == {("healthy", None), ("unhealthy", "RESET_GPU")}


class Daemon:
    """Files that look like a process which holds a device of the driver, below a root of its own."""

    def __init__(self, folder, pid=900, name="nvidia-imex"):
        self.place = folder / "root" / "proc" / str(pid)
        self.aside = folder / "aside"
        (self.aside / "fd").mkdir(parents=True)
        self.place.parent.mkdir(parents=True)
        (self.aside / "fd" / "3").symlink_to("/dev/nvidiactl")
        (self.aside / "stat").write_text(
            f"{pid} ({name}) S 1 {pid} {pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0", encoding="utf8")
        self.root = self.place.parent.parent

    def start(self):
        self.aside.rename(self.place)

    def end(self):
        self.place.rename(self.aside)


def makes_news(agent, log, bus):
    """Whether a fault of this GPU is told. Where nothing was judged before, it is none: there is nothing to compare it with."""
    append(log, xid(48, bus, "An uncorrectable double bit error (DBE) has been detected on GPU"))
    deadline = time.monotonic() + 5
    while (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(TimeoutError):
            if agent.receive(left)["params"]["uri"] == NODE:
                return True
    return False


def test_a_daemon_that_ends_or_starts_again_is_told_where_gpus_need_it(tmp_path, log):
    # A tray of a rack whose driver asks for its IMEX domain.
    node = tmp_path / "node.json"
    node.write_text(json.dumps({"extends": "gb200x4", "all_gpus": {"recovery_action": "recover_imex_domain"}}))
    daemon = Daemon(tmp_path)
    daemon.start()
    with simulated(node, "--host-root", str(daemon.root), "--kernel-log", str(log)) as agent:
        assert "imex_daemon" not in {finding["rule"] for finding in agent.ask("get_gpu_health")["findings"]}
        Modern(agent).listen(NODE, "gpu://gpus/0")
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        assert any(makes_news(agent, log, bus) for bus in ("0009:01:00", "0018:01:00", "0019:01:00"))
        daemon.end()
        assert await_updates(agent, NODE) == []
        assert "imex_daemon" in {finding["rule"] for finding in agent.ask("get_gpu_health")["findings"]}
        daemon.start()
        await_updates(agent, NODE)


def test_each_listener_hears_what_it_asked_for(log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        for name, uri in (("one", LOG), ("two", NODE)):
            client = Modern(agent)
            client.identifier = name
            client.listen(uri)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        append(log, xid(31, BUS_3))
        message = agent.receive(PATIENCE)
        assert message["params"]["uri"] == LOG
        assert message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == "one"


def test_a_healthy_node_is_quiet():
    with simulated("h100x8") as agent:
        Legacy(agent).listen(NODE, LOG, GPU)
        assert updates(agent, 3) == []


@pytest.mark.parametrize("era", ERAS)
def test_for_nobody_nothing_is_watched(era, log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        client = era(agent)
        agent.send({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": MODERN}})
        agent.receive_answer(1)
        assert agent.children() == []
        client.listen(LOG, NODE)
        assert eventually(lambda: is_at_end(agent, log) and agent.children() != [], PATIENCE)
        client.stop(LOG, NODE)
        assert eventually(lambda: not is_watching(agent, log), PATIENCE)
        time.sleep(2)
        assert not select.select([agent.process.stdout], [], [], 0)[0]
        before = context_switches(agent.pid), [context_switches(pid) for pid in agent.children()]
        time.sleep(2)
        assert (context_switches(agent.pid), [context_switches(pid) for pid in agent.children()]) == before


def test_documents_that_never_change_start_nothing():
    with simulated("h100x8") as agent:
        client = Legacy(agent)
        client.listen("gpu://xid/79", "gpu://docs/thermal")
        time.sleep(1)
        assert agent.children() == []


def test_a_log_that_is_replaced_or_truncated_is_followed(log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        Legacy(agent).listen(LOG)
        assert eventually(lambda: is_at_end(agent, log), PATIENCE)
        os.rename(log, str(log) + ".1")
        log.write_text(xid(31, BUS_3), encoding="utf8")
        await_updates(agent, LOG)
        os.truncate(log, 0)
        append(log, xid(43, BUS_3))
        await_updates(agent, LOG)


def test_the_end_of_input_ends_the_watching(log):
    with simulated("h100x8", "--kernel-log", str(log)) as agent:
        Modern(agent).listen(LOG, NODE)
        assert eventually(lambda: agent.children() != [], PATIENCE)
        agent.end_input()
        assert agent.wait() == 0
