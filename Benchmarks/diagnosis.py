"""The second table of the benchmark: judging 8 GPUs, a long kernel log, a node with many processes."""

import json
import pathlib
import shutil
import subprocess
import tempfile

import recorded_node

LOG_LINES = 1_000_000
# About 1 MiB, the largest ring buffer that is usual, and every record of it about a GPU: the worst case.
RING_LINES = 10_000
PROCESS_COUNTS = {"diagnose_gpu_node": 2_000, "list_gpu_processes": 10_000}
JUDGING = ("get_gpu_health", "diagnose_gpu_node")
LONG_LOG = (*JUDGING, "analyze_xid_errors")


def inventory(agent, scenario):
    """The GPUs and the driver's version of a simulated node, as the agent tells them."""
    finished = subprocess.run(
        [agent, "call", "get_gpu_inventory", "--simulate", scenario], stdout=subprocess.PIPE, check=True)
    answer = json.loads(finished.stdout)
    return answer["devices"], answer["driver_version"]


class Nodes:
    """The log and the roots, generated into a temporary folder (about 500 MB) which is removed at the end."""

    def __init__(self, agent, scenario):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="k8s-mcp-agent-bench-"))
        gpus, driver_version = inventory(agent, scenario)
        self.log = self.folder / "dmesg"
        recorded_node.write_kernel_log(self.log, LOG_LINES, gpus)
        self.ring = self.folder / "ring"
        recorded_node.write_kernel_log(self.ring, RING_LINES, gpus, every=1)
        self.roots = {}
        for count in PROCESS_COUNTS.values():
            node = recorded_node.NodeRoot(self.folder / str(count), gpus, driver_version)
            self.roots[count] = node.add_processes(count).root

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def measure(keep, run, call_of, agent, scenario, nodes, calls):
    """Every figure once, handed to `keep` under a tuple that names it."""
    for tool in JUDGING:
        keep("judge", tool, **run("driver", "calls", 1, calls, call_of(tool), agent, "--simulate", scenario))
    for tool in LONG_LOG:
        keep("log", tool, **run(
            "driver", "once", call_of(tool), agent, "--simulate", scenario, "--kernel-log", nodes.log))
    keep("ring", **run(
        "driver", "calls", 1, 20, call_of("analyze_xid_errors"), agent, "--simulate", scenario, "--kernel-log",
        nodes.ring))
    for tool, count in PROCESS_COUNTS.items():
        command = (agent, "--simulate", scenario, "--host-root", nodes.roots[count])
        keep("processes", tool, **run("driver", "calls", 1, 20, call_of(tool), *command))
        keep("processes once", tool, **run("driver", "once", call_of(tool), *command))


def show(figures, verdict):
    """Prints the medians."""
    print("\nJudging 8 GPUs, one in flight, us          p50        p99   CPU agent      child   answer bytes")
    for tool in JUDGING:
        print(f"  {tool:32}" + row(figures, ("judge", tool), "p50_us", "p99_us", "cpu_us", "child_cpu_us", digits=1)
              + f"{figures['judge', tool, 'answer_bytes']:13.0f}")
    print(f"\nKernel log of {LOG_LINES:,} lines, one answer, from exec on: CPU and memory at most (VmHWM) of both processes")
    print("                                     lines/s  CPU agent ms  child ms  agent MB  child MB   target")
    for tool in LONG_LOG:
        print_log(figures, tool, verdict)
    print(f"\nFull ring buffer, {RING_LINES:,} records, all of GPUs, ms         p50        p99   CPU agent      child   target")
    print(f"  {'analyze_xid_errors':46}" + row(
        figures, ("ring",), "p50_us", "p99_us", "cpu_us", "child_cpu_us", digits=1, scale=1e-3)
        + f"   {verdict(figures['ring', 'p50_us'] / 1e3, 100, ' ms')}")
    print("\nMany processes, 8 GPUs, one in flight, ms  p50   CPU agent      child       both    first answer, CPU of both")
    for tool, count in PROCESS_COUNTS.items():
        print_processes(figures, tool, count, verdict)


def row(figures, key, *names, digits, scale=1.0):
    return "".join(f"{figures[*key, name] * scale:11.{digits}f}" for name in names)


def print_log(figures, tool, verdict):
    value = {name: figures["log", tool, name] for name in ("ms", "cpu_ms", "child_cpu_ms", "peak_kib", "child_peak_kib")}
    cpu = (value["cpu_ms"] + value["child_cpu_ms"]) / 1e3
    own, child = value["peak_kib"] * 1024 / 1e6, value["child_peak_kib"] * 1024 / 1e6
    print(f"  {tool:30}{LOG_LINES / value['ms'] * 1e3:12.0f}{value['cpu_ms']:14.1f}{value['child_cpu_ms']:10.1f}"
          f"{own:10.1f}{child:10.1f}   {verdict(cpu, 2, ' s')}, {verdict(max(own, child), 32, ' MB')} each")


def print_processes(figures, tool, count, verdict):
    key = ("processes", tool)
    both = (figures[*key, "cpu_us"] + figures[*key, "child_cpu_us"]) / 1e3
    first = figures["processes once", tool, "cpu_ms"] + figures["processes once", tool, "child_cpu_ms"]
    target = verdict(both, 60, " ms") if tool == "diagnose_gpu_node" else ""
    print(f"  {tool:20}{count:7,} processes" + row(figures, key, "p50_us", "cpu_us", "child_cpu_us", digits=2, scale=1e-3)
          + f"{both:11.2f}{first:11.2f}   {target}")
