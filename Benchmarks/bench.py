"""Measures the agent beside its floors and prints one table. `make bench` builds what this needs.

Everything is measured in rounds: each round runs the floors and the agent one after the other, so that a machine that is
busy for a while slows all of them; what is printed is the median over the rounds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

import call_counts
import diagnosis
import http_rates

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/bench"
AGENT = ROOT / "bin/k8s-mcp-agent"
LIBRARY = ROOT / "bin/simulator/libnvidia-ml.so.1"
GPU_COUNTS = (1, 2, 8)
SECTIONS = {"inventory": "get_gpu_inventory", "telemetry": "get_gpu_telemetry"}
IN_FLIGHT = 16
# Between agent and child: a header of 16 bytes and the request, back only a header (the snapshot is in shared memory).
HOP_REQUEST_SIZE, HOP_ANSWER_SIZE = 25, 16

INITIALIZE = (
    '"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
    '"clientInfo":{"name":"bench","version":"1"}}')


def call_of(tool, alone=False):
    """A call; one that wants progress is never answered together with others like it."""
    meta = ',"_meta":{"progressToken":1}' if alone else ""
    return f'"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}{meta}}}'


def run(program, *arguments, **environment):
    """The JSON object that one of the C programs prints."""
    finished = subprocess.run(
        [BUILT / program, *map(str, arguments)], stdout=subprocess.PIPE, check=True,
        env={**os.environ, **environment})
    return json.loads(finished.stdout)


def write_scenarios():
    """Nodes of the same GPUs that differ in their number only."""
    files = {}
    for count in GPU_COUNTS:
        files[count] = BUILT / f"h100x{count}.json"
        text = {"description": f"{count} of the GPUs of h100x8", "extends": "h100x8", "count": count}
        files[count].write_text(json.dumps(text), encoding="utf-8")
    return files


def measure_round(scenarios, nodes, calls):
    """Every figure once, under a tuple that names it."""
    figures = {}

    def keep(*key, **values):
        for name, value in values.items():
            figures[*key, name] = value

    largest = scenarios[GPU_COUNTS[-1]]
    keep("initialize", **run("driver", "start", 20, INITIALIZE, AGENT, "--simulate", largest))
    keep("first", **run("driver", "start", 20, call_of(SECTIONS["inventory"]), AGENT, "--simulate", largest))
    for count, scenario in scenarios.items():
        for section, tool in SECTIONS.items():
            agent = ("driver", "calls", 1, calls, call_of(tool), AGENT, "--simulate", scenario)
            one = run(*agent)
            echo = ("echo_floor", one["answer_bytes"], HOP_REQUEST_SIZE, HOP_ANSWER_SIZE)
            keep("nvml", section, count, **run(
                "nvml_floor", LIBRARY, section, calls, NVML_SIMULATOR_SCENARIO=str(scenario)))
            keep("echo", section, count, **run(
                "driver", "calls", 1, calls, call_of(tool), BUILT / echo[0], *echo[1:]))
            keep("one", section, count, **one)
            for kind in ("many", "shared"):
                call = call_of(tool, alone=kind == "many")
                keep(kind, section, count, **run(*agent[:2], IN_FLIGHT, calls * 3, call, *agent[5:]))
    keep("memory", **run("driver", "memory", 1, call_of(SECTIONS["inventory"]), AGENT, "--simulate", largest))
    diagnosis.measure(keep, run, call_of, AGENT, largest, nodes, max(1, calls // 10))
    http_rates.measure(keep, run, largest, calls)
    return figures


def verdict(value, limit, unit="", most=True):
    """A target and whether it is reached."""
    reached = value <= limit if most else value >= limit
    return f"{'<=' if most else '>='} {limit:g}{unit} {'reached' if reached else 'MISSED'}"


def print_start(figures):
    print("From exec to the first answer, 8 GPUs                 p50 ms    p99 ms    CPU ms   target for CPU")
    for key, name in (("initialize", "initialize"), ("first", "get_gpu_inventory (starts the child)")):
        value = {name: figures[key, name] for name in ("p50_ms", "p99_ms", "cpu_p50_ms")}
        target = verdict(value["cpu_p50_ms"], 10, " ms") if key == "initialize" else ""
        print(f"  {name:48}{value['p50_ms']:10.2f}{value['p99_ms']:10.2f}{value['cpu_p50_ms']:10.2f}   {target}")
    print()


def print_one_in_flight(figures):
    print("One request in flight, us            NVML floor   echo x 2  agent p50  agent p99   p50/floors   CPU agent  child")
    for section, tool in SECTIONS.items():
        for count in GPU_COUNTS:
            nvml, echo = figures["nvml", section, count, "p50_us"], figures["echo", section, count, "p50_us"]
            one = {name: figures["one", section, count, name] for name in ("p50_us", "p99_us", "cpu_us", "child_cpu_us")}
            ratio = one["p50_us"] / (nvml + echo)
            target = verdict(ratio, 1.5) if (section, count) == ("inventory", 8) else ""
            print(f"  {tool:20}{count:2} GPUs    {nvml:12.1f}{echo:11.1f}{one['p50_us']:11.1f}{one['p99_us']:11.1f}"
                  f"{ratio:13.2f}{one['cpu_us']:12.1f}{one['child_cpu_us']:7.1f}   {target}")
    print()


def print_many_in_flight(figures):
    titles = {"many": "each a pass of its own", "shared": "those that wait share a pass"}
    for kind, title in titles.items():
        print(f"{f'{IN_FLIGHT} in flight, {title}':45}answers/s     p50 us     p99 us   CPU agent + child us   answer bytes")
        for section, tool in SECTIONS.items():
            for count in GPU_COUNTS:
                print_rate(figures, kind, section, tool, count)
        print()


def print_rate(figures, kind, section, tool, count):
    names = ("per_second", "p50_us", "p99_us", "cpu_us", "child_cpu_us", "answer_bytes")
    many = {name: figures[kind, section, count, name] for name in names}
    cpu = many["cpu_us"] + many["child_cpu_us"]
    print(f"  {tool:20}{count:2} GPUs {many['per_second']:26.0f}{many['p50_us']:11.1f}{many['p99_us']:11.1f}"
          f"{many['cpu_us']:11.1f} +{many['child_cpu_us']:6.1f} ={cpu:7.1f}{many['answer_bytes']:9.0f}")
    if (kind, section, count) == ("many", "inventory", 8):
        print(f"{'':44}{verdict(many['per_second'], 8000, most=False):36}{verdict(cpu, 150, ' us')}")


def print_memory(figures):
    idle, idle_child = figures["memory", "idle_kib"] / 1024, figures["memory", "idle_child_kib"] / 1024
    peak, peak_child = figures["memory", "peak_kib"] / 1024, figures["memory", "peak_child_kib"] / 1024
    size = AGENT.stat().st_size / 1e6
    print("Memory (PSS), 8 GPUs, MiB            agent    child     both   target")
    print(f"  idle after 200 requests        {idle:9.1f}{idle_child:9.1f}{idle + idle_child:9.1f}   "
          f"{verdict((idle + idle_child) * 1.048576, 20, ' MB')} (of 10^6 bytes)")
    print(f"  at most, {IN_FLIGHT} requests in flight {peak:9.1f}{peak_child:9.1f}{peak + peak_child:9.1f}")
    print(f"\nBinary, stripped: {size:.1f} MB   {verdict(size, 25, ' MB')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=3000, help="per figure and round")
    parser.add_argument("--json", type=pathlib.Path, help="write all medians to this file as well")
    options = parser.parse_args()
    scenarios = write_scenarios()
    call_counts.check(scenarios[2])
    with diagnosis.Nodes(AGENT, scenarios[GPU_COUNTS[-1]]) as nodes:
        rounds = [measure_round(scenarios, nodes, options.calls) for _ in range(options.rounds)]
    figures = {key: statistics.median(figures[key] for figures in rounds) for key in rounds[0]}
    print(f"Medians of {options.rounds} rounds of {options.calls} calls; simulated H100 SXM5; {os.cpu_count()} CPUs, "
          f"load {os.getloadavg()[0]:.1f}\n")
    print_start(figures)
    print_one_in_flight(figures)
    print_many_in_flight(figures)
    print_memory(figures)
    diagnosis.show(figures, verdict)
    http_rates.show(figures, verdict)
    if options.json:
        named = {" ".join(map(str, key)): value for key, value in figures.items()}
        options.json.write_text(json.dumps(named, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
