"""The commands that the README shows, and the links of all pages."""

import json
import pathlib
import re
import shlex
import subprocess

import pytest
from support import AGENT, ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))


def pipe(example):
    """What `cat examples/NAME.json | bin/agent --simulate a100x2` prints."""
    with example.open("rb") as requests:
        finished = subprocess.run(
            [AGENT, "--simulate", "a100x2"], stdin=requests, capture_output=True, timeout=30, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    return [json.loads(line) for line in finished.stdout.splitlines()]


def requests(example):
    return [json.loads(line) for line in example.read_text(encoding="utf-8").splitlines()]


def test_the_examples_are_those_that_the_documentation_names():
    assert {example.stem for example in EXAMPLES} == {"initialize", "echo_test", "gpu_inventory", "gpu_telemetry"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_each_request_of_an_example_gets_its_result(example):
    asked = {request["id"] for request in requests(example) if "id" in request}
    answers = [reply for reply in pipe(example) if "id" in reply]
    assert {reply["id"] for reply in answers} == asked
    for reply in answers:
        assert "result" in reply, reply
        assert not reply["result"].get("isError"), reply


def test_the_demonstration_shows_eight_gpus():
    finished = subprocess.run(
        ["python3", ROOT / "examples/demo.py", AGENT, "--simulate", "h100x8"],
        capture_output=True, timeout=30, check=False, text=True)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("NVIDIA H100") >= 8
    assert "simulated" in finished.stdout


def test_the_commands_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefiles = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "deploy/image.mk"))
    targets = re.findall(r"^([a-z-]+):.*## ", makefiles, re.MULTILINE)
    named = re.findall(r"\bmake ([a-z-]+)", readme)
    assert named
    assert set(named) <= set(targets)
    for path in re.findall(r"examples/[\w.]+", readme):
        assert (ROOT / path).exists(), path


def configured_commands():
    """The command lines that the pages give to clients."""
    texts = "".join((ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/clients.md"))
    commands = [shlex.split(line) for line in re.findall(r"^claude mcp add [\w-]+ -- (.*)$", texts, re.MULTILINE)]
    for block in re.findall(r"^```json\n(.*?)^```", texts, re.MULTILINE | re.DOTALL):
        (servers,) = json.loads(block).values()
        commands += [[server["command"], *server.get("args", [])] for server in servers.values() if "command" in server]
    return commands


def test_the_agent_starts_as_the_pages_configure_it():
    commands = configured_commands()
    assert len(commands) >= 4
    ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    for program, *arguments in commands:
        assert pathlib.Path(program).name == "k8s-mcp-agent"
        finished = subprocess.run([AGENT, *arguments], input=ping, capture_output=True, timeout=30, check=False)
        assert finished.returncode == 0, finished.stderr.decode()
        assert json.loads(finished.stdout) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def anchors(page):
    """The headings of a page as GitHub links to them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
