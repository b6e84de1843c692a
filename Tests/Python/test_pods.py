"""Which processes and pods the agent finds behind GPUs, with a real gRPC server in the kubelet's place."""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys

import jsonschema
import pytest
from support import FAULTY_GPU, HEALTHY, ROOT, devices, simulated

TOOLS = ("describe_gpu_node", "list_gpu_processes", "get_pod_gpu_allocation")
RECORDINGS = sorted(path.parent for path in (ROOT / "Tests" / "Recordings").glob("*/scenario.json"))
LIMIT = 8 * 1024
# GPUs of the scenario h100x8.
GPUS = [
    "GPU-2a1f4012-5abe-660a-5db4-5cc05290c06f", "GPU-44c7649b-9b83-2c5b-e17c-2d043aeeb683",
    "GPU-e01c8925-deb1-63da-a881-94ad505c6725",
]


def kinds(answer):
    return [(finding["kind"], finding.get("gpu"), finding.get("pid")) for finding in answer.get("findings", [])]


def problem(answer, kind):
    return next(entry for entry in answer["problems"] if entry["kind"] == kind)


@contextlib.contextmanager
def kubelet(root, *arguments):
    """Runs a kubelet whose socket is below `root`, and yields when it listens."""
    path = root / "var/lib/kubelet/pod-resources/kubelet.sock"
    path.parent.mkdir(parents=True, exist_ok=True)
    script = pathlib.Path(__file__).parent / "kubelet" / "kubelet.py"
    # gRPC takes no socket path above 107 bytes, so it is given a relative one.
    with subprocess.Popen(
            [sys.executable, "-B", script, path.name, *map(str, arguments)], cwd=path.parent, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(10)


def allocation(root, **arguments):
    with simulated("h100x8", "--host-root", str(root)) as session:
        return session.ask("get_pod_gpu_allocation", **arguments)


def test_allocations_of_a_real_grpc_server(tmp_path):
    pods = [
        {"namespace": "research", "name": "llm-train-0", "containers": [
            {"name": "trainer", "cpu_ids": [1, 2, 300],
             "memory": [{"memory_type": "memory", "size": 1 << 36, "topology": {"nodes": [{"ID": 1}]}}],
             "devices": [
                 {"resource_name": "nvidia.com/gpu", "device_ids": [GPUS[0]], "topology": {"nodes": [{"ID": 0}]}},
                 {"resource_name": "rdma/hca", "device_ids": ["mlx5_0"]},
                 {"resource_name": "nvidia.com/gpu", "device_ids": [GPUS[2]], "topology": {"nodes": [{"ID": 1}]}}]},
            {"name": "sidecar"}]},
        {"namespace": "claims", "name": "dra", "containers": [
            {"name": "main", "dynamic_resources": [
                {"claim_name": "one", "claim_namespace": "claims", "claim_resources": [
                    {"driver_name": "gpu.nvidia.com", "pool_name": "node", "device_name": "gpu-1"}]}]}]},
    ]
    described = tmp_path / "pods.json"
    described.write_text(json.dumps(pods))
    with kubelet(tmp_path, "answer", described):
        answer = allocation(tmp_path)
    assert answer["kubelet_sources"] == {"pod_resources": "read", "checkpoint": "missing"}
    assert [(pod["namespace"], pod["pod"]) for pod in answer["pods"]] == [("claims", "dra"), ("research", "llm-train-0")]
    given = {pod["pod"]: pod["containers"][0]["given"] for pod in answer["pods"]}
    assert given["llm-train-0"] == [{"resource": "nvidia.com/gpu", "gpus": [0, 2]}]
    assert given["dra"] == [{"resource": "gpu.nvidia.com", "gpus": [1]}]
    assert devices(answer)[2]["given_to"] == ["research/llm-train-0"]
    assert "given_to" not in devices(answer)[3]


@pytest.mark.parametrize("count", [20, 200, 3000])
def test_answers_of_many_frames(tmp_path, count):
    """From 16 KiB to more than the flow-control window, which the agent has to open again and again."""
    with kubelet(tmp_path, "many", count):
        answer = allocation(tmp_path, limit=5)
    assert answer["kubelet_sources"]["pod_resources"] == "read"
    assert answer["pod_count"] == count
    assert len(answer["pods"]) == 5
    assert answer["omitted"].startswith(f"{count - 5} pods")


def test_an_answer_above_the_limit_is_refused(tmp_path):
    with kubelet(tmp_path, "many", 12_000):
        answer = allocation(tmp_path)
    assert answer["kubelet_sources"]["pod_resources"] == "failed"
    assert "4194304 bytes" in problem(answer, "pod_resources_unavailable")["message"]


@pytest.mark.parametrize(("kind", "state", "words"), [
    ("unimplemented", "failed", "gRPC status 12 UNIMPLEMENTED"),
    ("denied", "failed", "gRPC status 7 PERMISSION_DENIED: not for you: 100 % no ü"),
    ("hanging", "timed_out", "no answer within 1000 ms"),
    ("silent", "timed_out", "no answer within 1000 ms"),
])
def test_a_kubelet_that_does_not_answer(tmp_path, kind, state, words):
    with kubelet(tmp_path, kind):
        answer = allocation(tmp_path)
    assert answer["status"] == "partial"
    assert answer["kubelet_sources"]["pod_resources"] == state
    assert words in problem(answer, "pod_resources_unavailable")["message"]
    assert answer["device_count"] == 8
    assert [entry["kind"] for entry in answer["problems"]] == ["pod_resources_unavailable"]


def test_a_kubelet_that_is_down(tmp_path):
    path = tmp_path / "var/lib/kubelet/pod-resources"
    path.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(path):
        listener.bind("kubelet.sock")
    answer = allocation(tmp_path)
    assert answer["kubelet_sources"]["pod_resources"] == "not_listening"
    assert "systemctl status kubelet" in problem(answer, "pod_resources_unavailable")["remedy"]


def test_no_kubelet(tmp_path):
    answer = allocation(tmp_path)
    assert answer["kubelet_sources"] == {"pod_resources": "missing", "checkpoint": "missing"}
    assert problem(answer, "kubelet_not_found")["remedy"]


def test_the_zombie_scenario():
    with simulated("zombie-process") as session:
        answer = session.ask("list_gpu_processes")
    assert kinds(answer) == [("zombie_process", 2, 48213), ("process_gone", 6, 48290)]
    zombie = devices(answer)[2]["processes"][0]
    assert (zombie["state"], zombie["namespace"], zombie["pod"]) == ("zombie", "research", "llm-train-0")
    assert devices(answer)[6]["processes"][0]["exists"] is False


def test_the_busy_scenario():
    with simulated("busy") as session:
        answer = session.ask("list_gpu_processes")
    assert kinds(answer) == []
    for index, device in enumerate(devices(answer)):
        assert [(process["pid"], process["pod"]) for process in device["processes"]] == [(60100 + index, "llm-train-0")]


def test_no_findings_on_idle_machines():
    for scenario in HEALTHY:
        with simulated(scenario) as session:
            assert kinds(session.ask("list_gpu_processes")) == [], scenario


def test_processes_are_listed_when_the_driver_hangs():
    with simulated("driver-hang") as session:
        answer = session.ask("describe_gpu_node")
        assert answer["status"] == "partial"
        assert answer["device_count"] > 0
        assert any(entry["kind"].startswith("driver_") for entry in answer["problems"])


@pytest.mark.parametrize("scenario", HEALTHY + FAULTY_GPU)
def test_the_page_judges_as_the_health_tool_does(scenario):
    with simulated(scenario) as session:
        page, health = session.ask("describe_gpu_node"), session.ask("get_gpu_health")
    assert page["verdict"] == health["verdict"]
    assert [device["verdict"] for device in devices(page)] == [device["verdict"] for device in health["devices"]]


def test_the_page_of_one_gpu_says_nothing_of_the_others_health():
    with simulated("nvlink-down") as session:
        page = session.ask("describe_gpu_node", gpu="0")
    assert "verdict" not in page
    assert [device["verdict"] for device in devices(page)] == ["healthy"]
    assert "unhealthy" not in page["summary"]


@pytest.mark.parametrize("tool", TOOLS)
def test_without_a_driver_the_gpus_are_those_of_the_pci_bus(tool):
    with simulated("no-driver") as session:
        answer = session.ask(tool)
    assert answer["status"] == "partial"
    assert answer["problems"][0]["kind"] == "driver_not_loaded"
    assert answer["device_count"] == 8
    assert all("bus_id" in device and "processes" not in device for device in devices(answer))


def test_a_lost_gpu_and_the_pod_that_had_it():
    with simulated("fallen-off-bus") as session:
        answer = session.ask("get_pod_gpu_allocation")
    assert kinds(answer)[0][0] == "allocated_device_missing"
    assert answer["findings"][0]["severity"] == "critical"


@pytest.mark.parametrize("node", RECORDINGS, ids=lambda path: path.name)
def test_nobody_is_idle_or_uninvited_on_recorded_nodes_without_fault(node):
    expected = {
        "dgx-h100-containerd": {
            "process_without_pod", "zombie_process", "process_gone", "use_without_allocation", "holder_without_context",
            "pod_without_process"},
        "a100-mig-mixed": {"pod_without_process"},
        "gsp-timeout": {"uninterruptible_process"},
        "zombie-memory": {"zombie_process", "process_gone"},
    }
    with simulated(node / "scenario.json") as session:
        answer = session.ask("get_pod_gpu_allocation", detail="full")
    assert {kind for kind, _, _ in kinds(answer)} == expected.get(node.name, set())


def test_one_pod_is_asked_for():
    node = ROOT / "Tests/Recordings/dgx-h100-containerd/scenario.json"
    with simulated(node) as session:
        answer = session.ask("get_pod_gpu_allocation", namespace="research", pod="llm-train-0")
        assert [pod["pod"] for pod in answer["pods"]] == ["llm-train-0"]
        assert {kind for kind, _, _ in kinds(answer)} == {"zombie_process", "pod_without_process"}
        refused = session.call("get_pod_gpu_allocation", pod="nobody")
        assert refused["isError"] is True
        assert "research/llm-train-0" in refused["content"][0]["text"]


@pytest.mark.parametrize("scenario", [*HEALTHY, *FAULTY_GPU, *RECORDINGS], ids=lambda node: getattr(node, "name", node))
def test_answers_are_small_and_match_their_schema(scenario):
    name = scenario / "scenario.json" if isinstance(scenario, pathlib.Path) else scenario
    with simulated(name) as session:
        session.initialize()
        schemas = {tool["name"]: tool["outputSchema"] for tool in session.request("tools/list")["result"]["tools"]
                   if "outputSchema" in tool}
        for tool in TOOLS:
            result = session.call(tool)
            assert not result.get("isError"), result
            text = result["content"][0]["text"]
            assert len(text.encode()) < LIMIT, tool
            assert json.loads(text) == result["structuredContent"]
            jsonschema.validate(result["structuredContent"], schemas[tool])
            jsonschema.validate(session.ask(tool, detail="full"), schemas[tool])


@pytest.mark.parametrize(("prefix", "factor"), [("p" * 20, 1), ("p" * 50, 1.4)])
def test_a_full_node_still_fits(tmp_path, prefix, factor):
    """Eight GPUs with seven processes each, each of a pod of its own kind; then with the longest names there can be."""
    pid = 1000
    gpus, processes = [], []
    for index in range(8):
        contexts = []
        for number in range(7):
            pid += 1
            contexts.append({"pid": pid, "used_memory_bytes": 10 << 30})
            processes.append({
                "pid": pid, "name": "pt_main_thread", "command": ["python3", "-u", "x" * 300], "user": 1000,
                "state": "Z" if number == 0 else "R", "started_s": 1000,
                "pod": {"namespace": prefix[:10 * len(prefix) // 16], "name": f"{prefix}-{number}", "container": prefix}})
        gpus.append({"index": index, "processes": contexts})
    path = tmp_path / "full.json"
    path.write_text(json.dumps({"extends": "h100x8", "gpus": gpus, "processes": processes}))
    with simulated(path) as session:
        for tool in TOOLS:
            text = session.call(tool)["content"][0]["text"]
            assert len(text.encode()) < factor * LIMIT, tool
        answer = session.ask("list_gpu_processes")
        assert answer["omitted"].startswith("40 processes")
        assert answer["findings_omitted"] == 4
        assert sum(len(device["processes"]) for device in devices(answer)) == 16
