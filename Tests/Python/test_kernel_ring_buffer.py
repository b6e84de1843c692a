"""The real /dev/kmsg: what is written there comes back through the tool, as what it is.

The kernel marks what a program writes (facility 1 and up), so these records must be shown and must prove nothing. It also
drops a program's records beyond about ten in five seconds, hence few of them.
"""

import json
import os
import pathlib
import signal
import subprocess
import time
import uuid

import pytest
from support import AGENT, run_agent

DEVICE = pathlib.Path("/dev/kmsg")


def why_not():
    if os.geteuid() != 0:
        return "needs root to write to /dev/kmsg"
    if not DEVICE.is_char_device():
        return "there is no /dev/kmsg here"
    try:
        with DEVICE.open("wb", buffering=0):
            pass
    except OSError as error:
        return f"/dev/kmsg cannot be written here: {error.strerror}"
    if pathlib.Path("/proc/sys/kernel/printk_devkmsg").read_text(encoding="ascii").strip() == "off":
        return "this kernel ignores what programs write to /dev/kmsg (printk_devkmsg=off)"
    return None


pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "")


def inject(text):
    with DEVICE.open("wb", buffering=0) as device:
        device.write(f"<3>NVRM: Xid (PCI:0000:fe:1f): 79, pid=1, name=test, {text}\n".encode())


def test_a_record_comes_back_as_injected():
    marker = f"marker {uuid.uuid4()}"
    inject(marker)
    finished = run_agent("call", "analyze_xid_errors", "--arg", "since=1m")
    if finished.returncode == 1 and b"kernel_log_unreadable" in finished.stdout:
        pytest.skip("the agent may not read /dev/kmsg here")
    answer = json.loads(finished.stdout)
    assert answer["log"]["from"] == "/dev/kmsg"
    assert answer["log"]["lines_written_by_programs"] >= 1
    assert all("0000:fe:1f.0" != group.get("bus_id") for group in answer["groups"])
    assert any(entry["bus_id"] == "0000:fe:1f.0" and entry["code"] == "Xid 79" for entry in answer["injected"])
    assert all("0000:fe:1f.0" != device["bus_id"] for device in answer["devices"])


def test_watching_prints_records_as_they_come():
    watcher = subprocess.Popen(
        [AGENT, "diagnose", "--watch", "--output", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert b"Following" in watcher.stderr.readline()
        time.sleep(0.2)
        marker = f"marker {uuid.uuid4()}"
        inject(marker)
        while marker not in (line := watcher.stdout.readline().decode()):
            assert line, "the watch has ended"
        entry = json.loads(line)
        assert entry["injected"] is True
        assert "action" not in entry
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(5) in (0, 1, 3)
    finally:
        watcher.kill()
        watcher.wait()
        watcher.stdout.close()
        watcher.stderr.close()
