"""What a release is made of: versions that agree, policies that refuse what they should, workflows without mistakes."""

import os
import subprocess
import sys

import pytest
from support import ENVIRONMENTS, ROOT

EXECUTABLES = ENVIRONMENTS / "tests" / "bin"


def run(*command):
    environment = os.environ | {"PATH": f"{EXECUTABLES}:{os.environ['PATH']}"}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300, check=False)


def test_nothing_is_wrong_and_nothing_was_left_unchecked():
    checked = run(sys.executable, "deploy/release-check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "actionlint is not here" not in checked.stdout
    assert "policies not tried out" not in checked.stdout


def test_the_policies_accept_the_agents_own_job_and_refuse_changed_ones():
    tried = run(sys.executable, "deploy/test_policies.py")
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "are refused, the agent's own pass" in tried.stdout


def test_a_session_through_the_image_as_a_node_runs_it():
    tested = run("deploy/test-image")
    skipped = [line for line in tested.stdout.splitlines() if "SKIPPED" in line]
    if skipped:
        pytest.skip(skipped[0])
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "test-image: passed" in tested.stdout
    assert "8 x" in tested.stdout
