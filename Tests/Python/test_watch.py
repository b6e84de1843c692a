"""`diagnose --watch`: faults as they are logged, the verdict when it changes, and the last verdict's exit code."""

import json
import os
import pty
import select
import signal
import subprocess

import pytest
from support import AGENT

CODES = {"healthy": 0, "degraded": 1, "unhealthy": 1, "unknown": 3}


class Watch:
    """`diagnose --watch` on a simulated node and a log file, after it has begun."""

    def __init__(self, folder, *arguments, stdout=subprocess.PIPE, gpus=()):
        self.received = b""
        self.log = folder / "kern.log"
        self.log.write_text(xid(13), encoding="utf8")
        # Without the driver's own word on recovery the log decides.
        node = folder / "node.json"
        node.write_text(json.dumps({
            "description": "A healthy node", "extends": "h100x8", "all_gpus": {"recovery_action": None},
            "gpus": list(gpus)}))
        self.process = subprocess.Popen(
            [AGENT, "diagnose", "--watch", "--simulate", node, "--kernel-log", self.log, *arguments], stdout=stdout,
            stderr=subprocess.PIPE, bufsize=0, env={"PATH": os.environ["PATH"], "TERM": "xterm"})

    def __enter__(self):
        assert b"Following" in self.process.stderr.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def append(self, text):
        with self.log.open("a", encoding="utf8") as log:
            log.write(text)

    def line(self):
        while b"\n" not in self.received:
            assert select.select([self.process.stdout], [], [], 30)[0], "no line within 30 s"
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            assert chunk, "the watch has ended: " + self.process.stderr.read().decode()
            self.received += chunk
        line, self.received = self.received.split(b"\n", 1)
        return line.decode()

    def entry(self):
        return json.loads(self.line())

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)


def xid(number, bus="0000:61:00"):
    return f"[{number}.5] NVRM: Xid (PCI:{bus}): {number}, pid=7, name=python3, test\n"


def test_faults_and_verdicts_as_json(tmp_path):
    with Watch(tmp_path, "--output", "json") as watch:
        assert watch.entry()["verdict"] == "healthy"
        watch.append("[1.0] usb 1-1: new device\n" + xid(48))
        fault = watch.entry()
        assert (fault["code"], fault["bus_id"], fault["severity"]) == ("Xid 48", "0000:61:00.0", "critical")
        changed = watch.entry()
        assert changed["verdict"] == "unhealthy"
        assert "Xid 48" in changed["summary"]
        assert watch.interrupt() == CODES[changed["verdict"]]


def test_the_exit_code_is_that_of_the_last_verdict(tmp_path):
    with Watch(tmp_path, "--output", "json") as watch:
        verdict = watch.entry()["verdict"]
        assert watch.interrupt() == CODES[verdict] == 0


def test_a_verdict_changes_without_a_line_in_the_log(tmp_path):
    heats_up = {"index": 1, "temperature": {"margin_c": {"from": 30, "to": -20, "period_s": 16}}}
    with Watch(tmp_path, "--output", "json", gpus=[heats_up]) as watch:
        # Where in its period the temperature is, is the clock's.
        by_health = sorted((watch.entry(), watch.entry()), key=lambda entry: entry["verdict"] == "healthy")
        assert [entry["verdict"] for entry in by_health] == ["unhealthy", "healthy"]
        assert "GPU 1" in by_health[0]["summary"]
        watch.interrupt()


def test_text_is_plain_in_a_pipe(tmp_path):
    with Watch(tmp_path) as watch:
        assert "healthy" in watch.line()
        watch.append(xid(31))
        line = watch.line()
        assert "Xid 31" in line
        assert "0000:61:00.0" in line
        assert "\x1b" not in line
        watch.interrupt()


def test_text_is_coloured_on_a_terminal(tmp_path):
    terminal, other = pty.openpty()
    try:
        with Watch(tmp_path, stdout=other) as watch:
            os.close(other)
            watch.append(xid(48))
            text = b""
            while b"Xid 48" not in text:
                assert select.select([terminal], [], [], 30)[0]
                text += os.read(terminal, 4096)
            assert b"\x1b[" in text
            watch.interrupt()
    finally:
        os.close(terminal)


def test_a_replaced_and_a_truncated_log_are_followed(tmp_path):
    with Watch(tmp_path, "--output", "json") as watch:
        watch.entry()
        os.rename(watch.log, tmp_path / "kern.log.1")
        watch.log.write_text(xid(31), encoding="utf8")
        assert watch.entry()["code"] == "Xid 31"
        os.truncate(watch.log, 0)
        watch.append(xid(43))
        codes = []
        while "Xid 43" not in codes:
            codes.append(watch.entry().get("code"))
        assert "Xid 31" not in codes


def test_it_ends_when_nobody_reads(tmp_path):
    with Watch(tmp_path) as watch:
        watch.line()
        watch.process.stdout.close()
        watch.append(xid(31))
        assert watch.process.wait(20) in CODES.values()
        watch.process.stdout = None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_it_as_well(tmp_path, number):
    with Watch(tmp_path, "--output", "json") as watch:
        watch.entry()
        watch.process.send_signal(number)
        assert watch.process.wait(10) == 0


def test_a_simulated_log_cannot_be_followed():
    finished = subprocess.run(
        [AGENT, "diagnose", "--watch", "--simulate", "h100x8"], capture_output=True, timeout=30, check=False)
    assert finished.returncode == 3
    assert b"--kernel-log" in finished.stderr
