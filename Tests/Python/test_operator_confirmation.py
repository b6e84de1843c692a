"""Nothing happens without a yes to the very plan that is carried out: every way of asking, in every revision."""

import base64
import json
import os
import pty
import select
import subprocess
import time

import pytest
from operator_bench import (
    CLOSED, MODERN, NO, UNCHECKED, YES, Client, Holder, arguments, device_node, events, process_state, reasons, shell)
from support import AGENT, ENVIRONMENTS, ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="device nodes need root")
REVISIONS = ["2025-06-18", "2025-11-25", MODERN]


@pytest.fixture
def device(tmp_path):
    return device_node(tmp_path)


@pytest.fixture
def holder(device):
    with Holder(device) as process:
        yield process


@pytest.fixture
def log(tmp_path):
    return tmp_path / "audit.log"


def client(log, answer, revision, *more, **options):
    return Client(*arguments(log, *more), answer=answer, revision=revision, **options)


@pytest.mark.parametrize("revision", REVISIONS)
def test_yes(revision, holder, log):
    with client(log, YES, revision) as session:
        assert session.start().kill(pid=holder.pid)["outcome"] == "done"
        assert len(session.asked) == 1
    assert not holder.lives()


@pytest.mark.parametrize("answer, outcome", [(NO, "declined"), (CLOSED, "cancelled"), (UNCHECKED, "declined")])
@pytest.mark.parametrize("revision", REVISIONS)
def test_no(revision, answer, outcome, holder, log):
    with client(log, answer, revision) as session:
        said = session.start().kill(pid=holder.pid)
        assert said["outcome"] == outcome and not said["acted"]
    assert holder.lives()
    assert events(log) == ["plan", "confirmation"]


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", *REVISIONS])
def test_a_client_that_cannot_ask(revision, holder, log):
    with client(log, None, revision) as session:
        session.start()
        plan = session.kill(pid=holder.pid)
        assert plan["outcome"] == "confirmation_required" and not plan["acted"]
        assert holder.lives()
        assert reasons(session.kill(pid=holder.pid, confirm="plan-" + "0" * 32)) == ["plan_unknown"]
        assert reasons(session.kill(pid=holder.pid, confirm="yes")) == ["plan_unknown"]
        assert reasons(session.kill(pid=holder.pid, confirm=plan["plan_id"], signal="KILL")) == ["plan_of_other_call"]
        assert holder.lives()
        # Whoever tries leaves an entry.
        assert events(log) == ["plan", "refusal", "refusal", "refusal"]
        assert session.kill(pid=holder.pid, confirm=plan["plan_id"])["outcome"] == "done"
        assert reasons(session.kill(pid=holder.pid, confirm=plan["plan_id"])) == ["plan_unknown"]


def test_a_model_cannot_confirm_where_its_user_can_be_asked(holder, log):
    with client(log, NO, "2025-11-25") as session:
        assert reasons(session.start().kill(pid=holder.pid, confirm="plan-" + "0" * 32)) == ["confirm_not_accepted"]
        assert session.asked == []


class TestStateless:
    """The state travels with the client, which may do anything to it."""

    def asked(self, session, pid):
        reply = session.call_raw(pid=pid)["result"]
        assert reply["resultType"] == "input_required"
        return reply["requestState"], list(reply["inputRequests"])[0]

    def test_a_yes_that_nobody_asked_for(self, holder, log):
        with client(log, YES, MODERN) as session:
            _, name = self.asked(session, holder.pid)
            for key in (name, "confirm", "plan"):
                reply = session.call_raw({"inputResponses": {key: YES}}, pid=holder.pid)
                assert reply["result"]["resultType"] == "input_required"
        assert holder.lives() and "action" not in events(log)

    def test_state_that_was_changed(self, holder, log):
        with client(log, YES, MODERN) as session:
            state, name = self.asked(session, holder.pid)
            body, seal = state.split(".")
            content = json.loads(base64.urlsafe_b64decode(body + "=="))
            content["until"] += 1000
            forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
            for wrong in (f"{forged}.{seal}", state[:-3] + "AAA", "", "x.y", body):
                reply = session.call_raw({"requestState": wrong, "inputResponses": {name: YES}}, pid=holder.pid)
                assert reply["error"]["code"] == -32602, reply
        assert holder.lives() and "action" not in events(log)

    def test_state_of_other_arguments_or_another_agent(self, device, holder, log):
        with Holder(device) as other, client(log, YES, MODERN) as session, client(log, YES, MODERN) as second:
            state, name = self.asked(session, holder.pid)
            more = {"requestState": state, "inputResponses": {name: YES}}
            assert session.call_raw(more, pid=other.pid)["error"]["code"] == -32602
            assert session.call_raw(more, pid=holder.pid, signal="KILL")["error"]["code"] == -32602
            assert second.call_raw(more, pid=holder.pid)["error"]["code"] == -32602
            assert other.lives() and holder.lives()

    def test_state_is_good_for_one_answer(self, holder, log):
        with client(log, YES, MODERN) as session:
            state, name = self.asked(session, holder.pid)
            no = session.call_raw({"requestState": state, "inputResponses": {name: NO}}, pid=holder.pid)
            assert no["result"]["structuredContent"]["outcome"] == "declined"
            again = session.call_raw({"requestState": state, "inputResponses": {name: YES}}, pid=holder.pid)
            assert reasons(json.loads(again["result"]["content"][0]["text"])) == ["plan_unknown"]
        assert holder.lives()

    def test_the_plan_of_a_question_is_not_confirmed_by_its_id(self, holder, log):
        with client(log, YES, MODERN) as session:
            _, name = self.asked(session, holder.pid)
            session.answer = None
            assert reasons(session.kill(pid=holder.pid, confirm=name.removeprefix("confirm_"))) == ["plan_of_a_question"]
        assert holder.lives() and "action" not in events(log)

    def test_answers_that_do_not_fit_are_asked_for_again(self, holder, log):
        with client(log, YES, MODERN) as session:
            state, name = self.asked(session, holder.pid)
            for answer in ({"action": "accept"}, {"action": "accept", "content": {"confirm": "perhaps"}}, {}, "yes"):
                reply = session.call_raw({"requestState": state, "inputResponses": {name: answer}}, pid=holder.pid)
                assert reply["result"]["resultType"] == "input_required"
        assert holder.lives() and "action" not in events(log)


@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_a_plan_that_is_too_old(revision, holder, log):
    def slowly():
        time.sleep(5.2)
        return YES
    with client(log, slowly, revision, "--plan-lifetime", "5") as session:
        assert reasons(session.start().kill(pid=holder.pid)) == ["plan_expired"]
    assert holder.lives()


@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_a_process_that_became_another_program(revision, device, log):
    with Holder(device, "trap 'exec sleep 600' USR1") as holder:
        def meanwhile():
            os.kill(holder.pid, 10)
            deadline = time.monotonic() + 10
            while not os.readlink(f"/proc/{holder.pid}/exe").endswith("sleep") and time.monotonic() < deadline:
                time.sleep(0.02)
            return YES
        with client(log, meanwhile, revision) as session:
            answer = session.start().kill(pid=holder.pid)
            assert answer["outcome"] == "plan_changed" and not answer["acted"]
            assert answer["plan"]["processes"][0]["name"] == "sleep"
        assert holder.lives()
    assert "action" not in events(log)


def test_a_process_that_ended_meanwhile(holder, log):
    def meanwhile():
        holder.process.kill()
        holder.process.wait()
        return YES
    with client(log, meanwhile, "2025-11-25") as session:
        assert reasons(session.start().kill(pid=holder.pid)) == ["gone"]


@pytest.mark.parametrize("script, environment", [("operator1", "mcp1"), ("operator2", "tests")])
@pytest.mark.parametrize("answer, outcome", [
    ("accept", "done"), ("decline", "declined"), ("cancel", "cancelled"), ("none", "confirmation_required")])
def test_clients_that_others_wrote(script, environment, answer, outcome, holder, log):
    finished = subprocess.run(
        [ENVIRONMENTS / environment / "bin" / "python", ROOT / "Tests/Python/clients" / f"{script}.py", answer,
         str(holder.pid), AGENT, *arguments(log)], capture_output=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    said = json.loads(finished.stdout)
    assert said["answer"]["outcome"] == outcome
    assert len(said["asked"]) == (0 if answer == "none" else 1)
    assert holder.lives() == (outcome != "done")


def test_the_shell_with_a_plan_id(holder, log):
    plan = shell(log, f"pid={holder.pid}")
    assert plan["outcome"] == "confirmation_required"
    confirm = f"confirm={plan['plan_id']}"
    assert reasons(shell(log, f"pid={holder.pid}", "signal=KILL", confirm)) == ["plan_of_other_call"]
    assert shell(log, f"pid={holder.pid}", confirm)["outcome"] == "done"
    assert reasons(shell(log, f"pid={holder.pid}", confirm)) == ["plan_used"]


@pytest.mark.parametrize("typed, outcome", [(b"yes\n", "done"), (b"y\n", "declined"), (b"\n", "declined"), (b"\x04", "cancelled")])
def test_the_shell_at_a_terminal(typed, outcome, holder, log):
    main, side = pty.openpty()
    process = subprocess.Popen(
        [AGENT, "call", "kill_gpu_process", *arguments(log), "--arg", f"pid={holder.pid}"], stdin=side,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
    os.close(side)
    shown = b""
    while b"Type yes" not in shown:
        assert select.select([main], [], [], 30)[0]
        shown += os.read(main, 4096)
    os.write(main, typed)
    said = json.loads(process.communicate(timeout=30)[0])
    os.close(main)
    assert said["outcome"] == outcome
    assert holder.lives() == (outcome != "done")


def test_without_a_record_nothing_is_done(holder):
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            [AGENT, *arguments()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=full)
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "kill_gpu_process", "arguments": {"pid": holder.pid}}}
        out, _ = process.communicate(json.dumps(call).encode() + b"\n", timeout=30)
    result = json.loads(out.splitlines()[0])["result"]
    assert result["isError"] and "could not be recorded" in result["content"][0]["text"]
    assert holder.lives()
    assert process_state(holder.pid)
