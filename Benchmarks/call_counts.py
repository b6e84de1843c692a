"""Checks that the floor in C makes the same NVML calls per request as the agent's child process.

A library with the exports of the simulator is put between: each of its functions adds one to a counter in a file and
jumps to the real one.
"""

import mmap
import os
import pathlib
import platform
import shutil
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/bench"
LIBRARY = ROOT / "bin/simulator/libnvidia-ml.so.1"
SECTIONS = {"inventory": "get_gpu_inventory", "telemetry": "get_gpu_telemetry"}

# %rax is free at the entry of a function that takes a fixed number of arguments.
FUNCTION = """
.globl {name}
.type {name}, @function
{name}:
    movq counters(%rip), %rax
    incq {offset}(%rax)
    jmp *targets+{offset}(%rip)
"""

SUPPORT = """
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const names[] = {{ {names} }};
__attribute__((visibility("hidden"))) void *targets[{count}];
__attribute__((visibility("hidden"))) unsigned long *counters;

__attribute__((constructor)) static void start(void) {{
    void *library = dlopen("{library}", RTLD_NOW | RTLD_LOCAL);
    int file = open(getenv("NVML_CALL_COUNTS"), O_RDWR);
    if (!library || file < 0) abort();
    counters = mmap(NULL, sizeof targets, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counters == MAP_FAILED) abort();
    for (int i = 0; i < {count}; i++) targets[i] = dlsym(library, names[i]);
}}
"""


def exported_functions():
    listing = subprocess.run(
        ["readelf", "--dyn-syms", "--wide", LIBRARY], capture_output=True, text=True, check=True).stdout
    fields = [line.split() for line in listing.splitlines()]
    return sorted({line[7] for line in fields if len(line) == 8 and line[3] == "FUNC" and line[7].startswith("nvml")})


def build(names):
    """The library in between."""
    library = BUILT / "libcounting.so"
    assembly, source = BUILT / "counting.s", BUILT / "counting.c"
    assembly.write_text(
        ".text\n" + "".join(FUNCTION.format(name=name, offset=8 * place) for place, name in enumerate(names))
        + '\n.section .note.GNU-stack,"",@progbits\n', encoding="utf-8")
    source.write_text(SUPPORT.format(
        names=", ".join(f'"{name}"' for name in names), count=len(names), library=LIBRARY), encoding="utf-8")
    compiler = shutil.which("cc") or "clang"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, assembly, "-Wl,-soname,libnvidia-ml.so.1", "-ldl"],
        check=True)
    return library


def count(names, command, lines, environment):
    """Calls per function while a command runs."""
    counts = BUILT / "counts"
    counts.write_bytes(bytes(8 * len(names)))
    subprocess.run(
        command, input=lines, stdout=subprocess.DEVNULL, check=True,
        env={**os.environ, **environment, "NVML_CALL_COUNTS": str(counts)})
    with counts.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as memory:
        return dict(zip(names, struct.unpack(f"{len(names)}Q", memory[:]), strict=True))


def per_request(few, many, requests):
    """What one request adds; what happens once, at the start and at the end, falls out."""
    return {name: (many[name] - few[name]) / requests for name in few if many[name] != few[name]}


def requests(tool, number):
    """Calls that want progress, each of which has a pass of its own."""
    line = (
        '{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":'
        '{"name":"%s","arguments":{},"_meta":{"progressToken":1}}}\n')
    return "".join(line % (index, tool) for index in range(number)).encode()


def difference(names, library, section, scenario):
    """The functions that the agent and the floor do not call equally often: (agent, floor) per request."""
    agent_command = [ROOT / "bin/k8s-mcp-agent", "--simulate", scenario, "--nvml-library", library]
    few, many = (count(names, agent_command, requests(SECTIONS[section], number), {}) for number in (10, 60))
    agent = per_request(few, many, 50)
    environment = {"NVML_SIMULATOR_SCENARIO": str(scenario)}
    # The floor warms up with a tenth of its repetitions.
    few, many = (count(names, [BUILT / "nvml_floor", library, section, number], b"", environment) for number in ("10", "60"))
    floor = per_request(few, many, 55)
    return {
        name: (agent.get(name, 0), floor.get(name, 0)) for name in sorted({*agent, *floor})
        if agent.get(name, 0) != floor.get(name, 0)
    }


def check(scenario):
    """Stops the program if the floor does other work than the agent."""
    if platform.machine() != "x86_64":
        print("The floor's calls are not compared with the agent's: the counter is written for x86-64.\n")
        return
    names = exported_functions()
    library = build(names)
    for section in SECTIONS:
        unequal = difference(names, library, section, scenario)
        if unequal:
            table = "\n".join(f"  {name}: agent {agent:g}, floor {floor:g}" for name, (agent, floor) in unequal.items())
            raise SystemExit(f"bench: {section} calls per request differ; correct Benchmarks/nvml_calls.h\n{table}")
