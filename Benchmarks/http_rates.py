"""The third table of the benchmark: the agent over HTTP beside a bare handler that answers the same bytes."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/bench"
AGENT = ROOT / "bin/k8s-mcp-agent-http"
BARE = ROOT / ".build/http/release/BareHTTP"
CONNECTIONS = (1, 16)
TOOL = "get_gpu_inventory"
ENVELOPE = (
    '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}')
REQUEST = f'"method":"tools/call","params":{{"name":"{TOOL}","arguments":{{}},{ENVELOPE}}}'
# What is measured beside the bare handler: how the driver talks, what it asks, and what to call it.
KINDS = {
    "stateless": ("stateless", REQUEST, "agent, 2026-07-28"),
    "session": (
        "session", f'"method":"tools/call","params":{{"name":"{TOOL}","arguments":{{}}}}', "agent, with session"),
    # Whoever wants progress shares no pass.
    "alone": (
        "stateless", REQUEST.replace('"_meta":{', '"_meta":{"progressToken":1,'), "agent, each a pass of its own"),
}


def server(scenario):
    return AGENT, "serve", "--simulate", scenario, "--http", "127.0.0.1:0"


def record_answer(scenario):
    """What the bare handler answers: the bytes of one answer of the agent."""
    path = BUILT / "answer.json"
    with open(path, "wb") as file:
        subprocess.run(
            [BUILT / "http_driver", "record", "stateless", REQUEST, *map(str, server(scenario))],
            stdout=file, check=True)
    return path


def measure(keep, run, scenario, calls):
    """Every figure once, handed to `keep` under a tuple that names it."""
    answer = record_answer(scenario)
    for count in CONNECTIONS:
        some = calls * (1 if count == 1 else 3)
        keep("http", "bare", count, **run("http_driver", "calls", count, some, "bare", REQUEST, BARE, answer))
        for name, (kind, request, _) in KINDS.items():
            keep("http", name, count, **run("http_driver", "calls", count, some, kind, request, *server(scenario)))
    keep("http memory", **run("http_driver", "memory", "stateless", REQUEST, *server(scenario)))


def show(figures, verdict):
    """Prints the medians."""
    print(f"\nHTTP, {TOOL}, 8 GPUs   connections  answers/s     p50 us     p99 us   CPU agent + child us   of the bare rate")
    for count in CONNECTIONS:
        bare = figures["http", "bare", count, "per_second"]
        for kind in ("bare", *KINDS):
            value = {name: figures["http", kind, count, name] for name in (
                "per_second", "p50_us", "p99_us", "cpu_us", "child_cpu_us")}
            share = value["per_second"] / bare
            name = "bare handler" if kind == "bare" else KINDS[kind][2]
            target = "" if kind == "bare" else f"{share:8.2f}"
            if kind in ("stateless", "session"):
                target += f"   {verdict(share, 0.5, most=False)}"
            print(f"  {name:30}{count:11}{value['per_second']:11.0f}{value['p50_us']:11.1f}{value['p99_us']:11.1f}"
                  f"{value['cpu_us']:11.1f} +{value['child_cpu_us']:6.1f}  {target}")
    memory = {name: figures["http memory", name] / 1024 for name in (
        "idle_kib", "idle_child_kib", "peak_kib", "after_kib", "after_child_kib")}
    both = memory["idle_kib"] + memory["idle_child_kib"]
    print(f"\nMemory (PSS) with HTTP, MiB: agent {memory['idle_kib']:.1f}, child {memory['idle_child_kib']:.1f}, both {both:.1f}"
          f"   {verdict(both * 1.048576, 28, ' MB')} (of 10^6 bytes)")
    print(f"  agent with 64 connections {memory['peak_kib']:.1f}, after 20,000 calls over them "
          f"{memory['after_kib']:.1f}   {verdict((memory['after_kib'] - memory['idle_kib']) * 1.048576, 2, ' MB more')}")
    print(f"  Binary with HTTP, stripped: {AGENT.stat().st_size / 1e6:.1f} MB")
