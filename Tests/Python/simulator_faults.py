"""What goes wrong in the simulator, and the rules of NVML's binary interface; needs only the standard library.

usage: simulator_faults.py LIBRARY
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

(SUCCESS, UNINITIALIZED, INVALID_ARGUMENT, NOT_SUPPORTED, NOT_FOUND, INSUFFICIENT_SIZE, DRIVER_NOT_LOADED, TIMEOUT,
 GPU_IS_LOST, MISMATCH, VERSION_MISMATCH) = 0, 1, 2, 3, 6, 7, 9, 10, 15, 18, 25

TESTS = {}


def test(scenario):
    """A test runs in a process of its own, with this scenario: a name, or what a file of it says."""
    def mark(function):
        TESTS[function.__name__] = (function, scenario)
        return function
    return mark


def same(found, expected, what=""):
    if found != expected:
        raise AssertionError("%s: expected %r, found %r" % (what, expected, found))


def handle(library, index=0, expected=SUCCESS):
    device = ctypes.c_void_p()
    same(library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)), expected, "handle %d" % index)
    return device


def number(call, *arguments):
    value = ctypes.c_uint()
    return call(*arguments, ctypes.byref(value)), value.value


@test("h100x8")
def life_cycle(library):
    value = ctypes.c_uint()
    same(library.nvmlDeviceGetCount_v2(ctypes.byref(value)), UNINITIALIZED, "before the start")
    same(library.nvmlShutdown(), UNINITIALIZED, "shutdown before the start")
    text = ctypes.create_string_buffer(80)
    same(library.nvmlSystemGetNVMLVersion(text, 80), SUCCESS, "NVML version before the start")
    same(text.value, b"13.580.95.05")
    for init in (library.nvmlInit_v2, library.nvmlInit, lambda: library.nvmlInitWithFlags(0)):
        same(init(), SUCCESS, "init")
    for _ in range(2):
        same(library.nvmlShutdown(), SUCCESS, "shutdown")
        same(number(library.nvmlDeviceGetCount_v2), (SUCCESS, 8), "still initialised")
    same(library.nvmlShutdown(), SUCCESS, "last shutdown")
    same(number(library.nvmlDeviceGetCount_v2)[0], UNINITIALIZED, "after the last shutdown")
    library.nvmlErrorString.restype = ctypes.c_char_p
    same(library.nvmlErrorString(15), b"GPU is lost")
    same(library.nvmlErrorString(4711), b"Unknown Error")


@test("h100x8")
def arguments(library):
    library.nvmlInit_v2()
    device = handle(library)
    same(library.nvmlDeviceGetHandleByIndex_v2(8, ctypes.byref(ctypes.c_void_p())), INVALID_ARGUMENT, "index 8")
    same(library.nvmlDeviceGetPowerUsage(device, None), INVALID_ARGUMENT, "no room for the answer")
    for wrong in (None, ctypes.c_void_p(1), ctypes.c_void_p(device.value + 8), ctypes.c_void_p(id(library))):
        same(number(library.nvmlDeviceGetPowerUsage, wrong)[0], INVALID_ARGUMENT, "handle %r" % wrong)
    text = ctypes.create_string_buffer(64)
    same(library.nvmlDeviceGetName(device, text, 4), INSUFFICIENT_SIZE, "short buffer")
    same(library.nvmlDeviceGetName(device, text, 22), SUCCESS, "buffer that just fits")
    same(text.value, b"NVIDIA H100 80GB HBM3")
    same(library.nvmlDeviceGetHandleByUUID(b"GPU-0", ctypes.byref(ctypes.c_void_p())), NOT_FOUND, "UUID")
    for bus_id in (b"00000000:1B:00.0", b"0000:1b:00.0", b"1b:00.0"):
        other = ctypes.c_void_p()
        same(library.nvmlDeviceGetHandleByPciBusId_v2(bus_id, ctypes.byref(other)), SUCCESS, bus_id)
        same(other.value, device.value, bus_id)
    same(number(library.nvmlDeviceGetNvLinkState, device, 17), (SUCCESS, 1), "last link")
    same(number(library.nvmlDeviceGetNvLinkState, device, 18)[0], INVALID_ARGUMENT, "link beyond the last")
    same(number(library.nvmlDeviceGetFanSpeed_v2, device, 0)[0], NOT_SUPPORTED, "fan of a passive board")


@test("h100x8")
def versions(library):
    library.nvmlInit_v2()
    device = handle(library)
    memory = (ctypes.c_ulonglong * 5)()
    same(library.nvmlDeviceGetMemoryInfo_v2(device, memory), VERSION_MISMATCH, "memory without a version word")
    memory[0] = 0x02000028
    same(library.nvmlDeviceGetMemoryInfo_v2(device, memory), SUCCESS, "memory")
    same(memory[1], 85520809984, "total")
    for word, size in ((0x02000024, 36), (0x03000028, 40)):
        fabric = (ctypes.c_uint * 12)(word, *[0xAAAAAAAA] * 11)
        same(library.nvmlDeviceGetGpuFabricInfoV(device, fabric), SUCCESS, "fabric %x" % word)
        same(fabric[8], 0x1AA, "health mask")
        same(list(fabric[size // 4:]), [0xAAAAAAAA] * (12 - size // 4), "what follows the caller's structure")


@test({"extends": "h100x8", "gpus": [{"index": 0, "processes": [
    {"pid": 10, "used_memory_bytes": 1024}, {"pid": 11}, {"pid": 12, "kind": "mps", "used_memory_bytes": 1}]}]})
def process_lists(library):
    library.nvmlInit_v2()
    device = handle(library)
    for name, words in (("nvmlDeviceGetComputeRunningProcesses", 2), ("nvmlDeviceGetComputeRunningProcesses_v2", 3),
                        ("nvmlDeviceGetComputeRunningProcesses_v3", 3)):
        call = getattr(library, name)
        count = ctypes.c_uint(0)
        same(call(device, ctypes.byref(count), None), INSUFFICIENT_SIZE, name)
        same(count.value, 2, name)
        entries = (ctypes.c_ulonglong * (3 * words))(*[7] * (3 * words))
        same(call(device, ctypes.byref(count), entries), SUCCESS, name)
        same([entries[0] & 0xFFFFFFFF, entries[words] & 0xFFFFFFFF], [10, 11], name)
        same([entries[1], entries[words + 1]], [1024, 2**64 - 1], name)
        same(entries[2 * words], 7, "entry beyond the last one")
    count = ctypes.c_uint(0)
    same(library.nvmlDeviceGetGraphicsRunningProcesses_v3(device, ctypes.byref(count), None), SUCCESS, "none")
    same(library.nvmlDeviceGetMPSComputeRunningProcesses_v3(device, ctypes.byref(count), None), INSUFFICIENT_SIZE)
    same(count.value, 1, "MPS")


@test("b200x8")
def field_values(library):
    library.nvmlInit_v2()
    device = handle(library)
    ids = [91, 230, 164, 222, 32, 194, 9999, 310, 164]
    scopes = [0, 0, 3, 17, 0, 0, 0, 0, 18]
    fields = (ctypes.c_ulonglong * (5 * len(ids)))()
    for position, (field, scope) in enumerate(zip(ids, scopes)):
        fields[5 * position] = field | scope << 32
    same(library.nvmlDeviceGetFieldValues(device, len(ids), fields), SUCCESS, "fields")
    codes = [fields[5 * i + 3] >> 32 for i in range(len(ids))]
    same(codes, [0, 0, 0, 0, NOT_SUPPORTED, 0] + [INVALID_ARGUMENT] * 3, "codes")
    values = [fields[5 * i + 4] for i in range(6)]
    same(values[:4], [18, 0, 53125, 4095], "values")
    same(ctypes.c_int(values[5] & 0xFFFFFFFF).value, -3, "a negative offset")


@test("fallen-off-bus")
def lost_gpu(library):
    same(library.nvmlInit_v2(), SUCCESS, "init with one dead GPU")
    same(number(library.nvmlDeviceGetCount_v2), (SUCCESS, 8), "count")
    handle(library, 3, GPU_IS_LOST)
    handle(library, 4)
    same(library.nvmlShutdown(), SUCCESS)
    same(library.nvmlInit(), GPU_IS_LOST, "the oldest init wants all GPUs")


@test({"extends": "a100x2", "gpus": [{"index": 1, "faults": [
    {"call": "*", "result": "GPU_IS_LOST", "after_calls": 3}]}]})
def lost_after_calls(library):
    library.nvmlInit_v2()
    device = handle(library, 1)
    for expected in (SUCCESS, SUCCESS, GPU_IS_LOST, GPU_IS_LOST):
        same(number(library.nvmlDeviceGetPowerUsage, device)[0], expected, "power")
    handle(library, 1, GPU_IS_LOST)
    handle(library, 0)


@test({"extends": "a100x2", "faults": [{"call": "nvmlDeviceGetCount_v2", "result": 999, "times": 2}],
       "gpus": [{"index": 0, "temperature": {"gpu_c": {"error": "NO_PERMISSION"}}, "power": {"error": "UNKNOWN"}}]})
def codes(library):
    library.nvmlInit_v2()
    same([number(library.nvmlDeviceGetCount_v2)[0] for _ in range(3)], [999, 999, SUCCESS], "count")
    device = handle(library)
    same(number(library.nvmlDeviceGetTemperature, device, 0)[0], 4, "temperature")
    same(number(library.nvmlDeviceGetEnforcedPowerLimit, device)[0], 999, "a whole section")
    same(number(library.nvmlDeviceGetTemperature, handle(library, 1), 0)[0], SUCCESS, "the other GPU")


@test("driver-mismatch")
def mismatch(library):
    same(library.nvmlInit_v2(), MISMATCH)
    same(number(library.nvmlDeviceGetCount_v2)[0], UNINITIALIZED)


@test({"extends": "ecc-dbe"})
def events(library):
    library.nvmlInit_v2()
    device, events = handle(library, 2), ctypes.c_void_p()
    same(library.nvmlEventSetCreate(ctypes.byref(events)), SUCCESS)
    same(library.nvmlDeviceRegisterEvents(device, ctypes.c_ulonglong(0x80), events), NOT_SUPPORTED, "unsupported type")
    same(library.nvmlDeviceRegisterEvents(device, ctypes.c_ulonglong(0x8), events), SUCCESS, "Xid")
    data = (ctypes.c_ulonglong * 4)()
    same(library.nvmlEventSetWait_v2(events, data, 0), TIMEOUT, "nothing yet")
    same(library.nvmlEventSetWait_v2(events, data, 10000), SUCCESS, "Xid event")
    same(list(data), [device.value, 0x8, 48, 2**64 - 1], "event")
    same(library.nvmlEventSetWait_v2(events, data, 10), TIMEOUT, "nothing more: the other event was not asked for")
    same(library.nvmlEventSetFree(events), SUCCESS)
    same(library.nvmlEventSetWait_v2(events, data, 10), INVALID_ARGUMENT, "after the end")


@test("busy")
def movement(library):
    os.environ.pop("NVML_SIMULATOR_CLOCK", None)
    library.nvmlInit_v2()
    device, energy = handle(library), ctypes.c_ulonglong()
    seen = []
    for _ in range(3):
        same(library.nvmlDeviceGetTotalEnergyConsumption(device, ctypes.byref(energy)), SUCCESS)
        seen.append(energy.value)
        time.sleep(0.02)
    if not seen[0] < seen[1] < seen[2]:
        raise AssertionError("energy does not grow: %r" % seen)


@test("h100x8")
def threads(library):
    library.nvmlInit_v2()
    problems = []

    def work():
        for turn in range(2000):
            code, value = number(library.nvmlDeviceGetPowerUsage, handle(library, turn % 8))
            if code != SUCCESS or not 68000 < value < 73000:
                problems.append((code, value))
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    same(problems, [])


def child(library, script, scenario, **options):
    program = "import ctypes,sys; n=ctypes.CDLL(sys.argv[1]); d=ctypes.c_void_p(); m=(ctypes.c_ulonglong*3)()\n" + script
    return subprocess.run([sys.executable, "-c", program, library], capture_output=True,
                          env=dict(os.environ, NVML_SIMULATOR_SCENARIO=scenario), **options)


def outside(library):
    """Faults that end or stop a process are looked at from another one."""
    crash = child(library, "n.nvmlInit_v2(); n.nvmlDeviceGetHandleByIndex_v2(5, ctypes.byref(d))\n"
                  "n.nvmlDeviceGetMemoryInfo(d, m)", "driver-crash")
    same(crash.returncode, -signal.SIGSEGV, "driver-crash")
    try:
        child(library, "n.nvmlInit_v2(); n.nvmlDeviceGetHandleByIndex_v2(3, ctypes.byref(d))", "driver-hang", timeout=1.5)
        raise AssertionError("driver-hang: the call came back")
    except subprocess.TimeoutExpired:
        pass
    good = child(library, "n.nvmlInit_v2(); sys.exit(n.nvmlDeviceGetHandleByIndex_v2(2, ctypes.byref(d)))",
                 "driver-hang", timeout=30)
    same(good.returncode, SUCCESS, "driver-hang, another GPU")
    for scenario, text in (("", "set NVML_SIMULATOR_SCENARIO"), ("h100x9", 'did you mean "h100x8"')):
        none = child(library, "sys.exit(n.nvmlInit_v2())", scenario)
        same(none.returncode, DRIVER_NOT_LOADED, "scenario %r" % scenario)
        same(text in none.stderr.decode() and none.stderr.count(b"\n") == 1, True, none.stderr.decode())


def run(name, library):
    function, scenario = TESTS[name]
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(scenario, dict):
            path = os.path.join(folder, "scenario.json")
            with open(path, "w") as file:
                json.dump(scenario, file)
            scenario = path
        environment["NVML_SIMULATOR_SCENARIO"] = scenario
        done = subprocess.run([sys.executable, __file__, library, name], env=environment, capture_output=True, timeout=60)
    return done.stderr.decode()[-1500:] if done.returncode else ""


def main(library):
    failures = 0
    for name in TESTS:
        problem = run(name, library)
        print("%-20s %s" % (name, problem or "ok"))
        failures += bool(problem)
    outside(library)
    print("%-20s ok" % "outside")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        TESTS[sys.argv[2]][0](ctypes.CDLL(sys.argv[1]))
    else:
        sys.exit(main(os.path.abspath(sys.argv[1])))
