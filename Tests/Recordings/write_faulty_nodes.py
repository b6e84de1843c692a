"""Writes the nodes below this folder whose point is what is wrong with them, and what only looks like it.

Each is one scenario file: a built-in machine, the readings that differ, the work that runs on it, and the kernel's log in the
driver's own words with what else such a log holds. Run it without arguments after a change; what it writes is committed.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
H100_BUSES = ["1b", "43", "52", "61", "9d", "c3", "d1", "df"]
GIB = 1 << 30


def write(name, description, extends, **content):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    text = json.dumps({"description": description, "extends": extends, **content}, indent=1)
    (folder / "scenario.json").write_text(text + "\n")


def xid(ago, gpu, number, message):
    return {"ago_s": ago, "gpu": gpu, "xid": number, "message": message}


def line(ago, message, priority=4, **more):
    return {"ago_s": ago, "message": message, "priority": priority, **more}


def pci(ago, address, message, priority=4, driver="nvidia"):
    return line(ago, f"{driver} {address}: {message}", priority, tags=["SUBSYSTEM=pci", f"DEVICE=+pci:{address}"])


def recovery(ago, gpu, code, name, before="0x0 (None)"):
    return xid(ago, gpu, 154, f"GPU recovery action changed from {before} to {code} ({name})")


# What every log holds and nobody should be accused for.
NOISE = [
    line(400_000, "nvidia-nvswitch0: open (major=510)", 6),
    line(399_000, "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (dvs-builder@U22-I3-AM02-26-4)"),
    line(90_000, "mlx5_core 0000:18:00.0 mlx5_0: Port: 1 Link DOWN", 4),
    line(89_990, "mlx5_core 0000:18:00.0 mlx5_0: Port: 1 Link ACTIVE", 6),
    line(3_000, "IPv6: ADDRCONF(NETDEV_CHANGE): cali8f1: link becomes ready", 6),
    {**line(2_900, "NVRM: Xid (PCI:0000:1b:00): 79, GPU has fallen off the bus."), "priority": 12},
]

PERSISTENCED = {
    "pid": 2210, "name": "nvidia-persiste", "command": ["/usr/bin/nvidia-persistenced", "--verbose"], "user": 0,
    "started_s": 14, "resident_kib": 2100}


def trainers(gpus, pod="llm-train-0", first=60_100, container="trainer", state="R", name="pt_main_thread"):
    return [PERSISTENCED] + [
        {"pid": first + gpu, "name": name, "command": ["python3", "-u", "train.py", "--local-rank", str(gpu)],
         "user": 1000, "state": state, "started_s": 260_000, "resident_kib": 8_400_000,
         "pod": {"namespace": "research", "name": pod, "container": container},
         "opens": ["/dev/nvidiactl", "/dev/nvidia-uvm", f"/dev/nvidia{gpu}"]}
        for gpu in gpus]


def used(gpu, gib=64, first=60_100, **more):
    """A GPU with one process of the job on it."""
    return {"index": gpu, "memory": {"used_bytes": (gib + 1) * GIB},
            "processes": [{"pid": first + gpu, "used_memory_bytes": gib * GIB}], **more}


def healthy():
    write("dgx-h100-healthy", "DGX H100 at work, with a history that is over: remapped rows, corrected errors, an old application error",
          "busy",
          gpus=[
              {"index": 2, "ecc": {"aggregate": {"corrected": {"dram": 41}, "uncorrected": {"dram": 1}}},
               "row_remap": {"uncorrectable": 1, "histogram": {"max": 2559, "high": 1}}},
              {"index": 5, "ecc": {"aggregate": {"corrected": {"sram": 3}}}}],
          kernel_log=NOISE + [
              xid(300_000, 6, 43, "pid=9113, name=cuda_assert_64b, Ch 00000018")])


def fallen():
    write("gpu-fallen-off-bus", "GPU 5 fell off the bus under load; the driver was loaded anew and NVML counts 7 of 8", "h100x8",
          gpus=[{"index": 5, "listed": False, "pci": {"responds": False}}] + [used(gpu) for gpu in (0, 1, 2, 3)],
          processes=trainers(range(4)),
          kernel_log=NOISE + [
              pci(7_200.4, "0000:c2:01.0", "pciehp: Slot(5): Link Down", 6, "pcieport"),
              pci(7_200.3, "0000:c2:01.0", "AER: Uncorrected (Fatal) error message received from 0000:c3:00.0", 3, "pcieport"),
              xid(7_200, 5, 79, "GPU has fallen off the bus."),
              line(7_199.9, "NVRM: GPU {bus_id}: GPU has fallen off the bus.", gpu=5),
              line(7_199.9, "NVRM: GPU {bus_id}: GPU serial number is 1650124014249.", gpu=5),
              line(7_199.8, "NVRM: nvCheckOkFailedNoLog: Check failed: GPU lost from the bus [NV_ERR_GPU_IS_LOST] (0x0000000F) "
                            "returned from gpuHandleSanityCheckRegReadError_HAL(pGpu, addr, value) @ osinit.c:341"),
              xid(7_199.7, 0, 45, "pid=60100, name=pt_main_thread, channel 0x00000009"),
              recovery(7_199.6, 5, "0x2", "Node Reboot Required"),
              line(3_600.2, "NVRM: The NVIDIA GPU {bus_id}\nNVRM: (PCI ID: 10de:2330) installed in this system has\n"
                            "NVRM: fallen off the bus and is not responding to commands.", gpu=5),
              line(3_600.1, "NVRM: The NVIDIA probe routine failed for 1 device(s).")])


def ecc():
    contained = {
        "index": 3,
        "ecc": {"volatile": {"corrected": {"dram": 2}, "uncorrected": {"dram": 1}},
                "aggregate": {"corrected": {"dram": 9}, "uncorrected": {"dram": 1}}},
        "row_remap": {"uncorrectable": 1, "pending": True, "histogram": {"max": 2559, "high": 1}}}
    write("ecc-contained", "GPU 3: an uncorrectable memory error that ended one process (Xid 63, 94); its row waits for a reset",
          "h100x8",
          gpus=[used(0), used(1), used(2), {**contained, "processes": []}],
          processes=trainers(range(3)),
          kernel_log=NOISE + [
              xid(1_800, 3, 63, "Row Remapper: New row (0x00000000001f3a2c) marked for remapping, reset gpu to activate."),
              xid(1_799.9, 3, 94, "pid=60103, name=pt_main_thread, Contained: FB ECC DED (0x4, 0x1). physAddr: 0x0000001f3a2c0000 "
                                  "RST: No, D-RST: No"),
              xid(1_799.8, 3, 45, "pid=60103, name=pt_main_thread, channel 0x00000002 caused by previous Xid 94"),
              xid(1_799.8, 3, 45, "pid=60103, name=pt_main_thread, channel 0x00000003 caused by previous Xid 94")])
    write("ecc-uncontained", "GPU 6: an uncorrectable error in its cache that nothing contained (Xid 95)", "h100x8",
          gpus=[used(4), used(5), {
              "index": 6, "recovery_action": "gpu_reset",
              "ecc": {"volatile": {"uncorrected": {"sram": 1}}, "aggregate": {"uncorrected": {"sram": 1}},
                      "sram": {"aggregate_secded": 1, "volatile_secded": 1, "l2": 1}}}, used(7)],
          processes=trainers((4, 5, 7)),
          kernel_log=NOISE + [
              xid(600, 6, 95, "pid=60106, name=pt_main_thread, Uncontained: LTC TAG (0x2, 0x1). RST: Yes, D-RST: No"),
              xid(599.9, 6, 45, "pid=60106, name=pt_main_thread, channel 0x00000008"),
              recovery(599.8, 6, "0x1", "GPU Reset Required")])


def remap_failure():
    write("row-remap-failure", "GPU 1 has no spare row left for a bad one: the remapping failed (Xid 64)", "h100x8",
          gpus=[{
              "index": 1, "recovery_action": "gpu_reset",
              "ecc": {"volatile": {"corrected": {"dram": 240}, "uncorrected": {"dram": 2}},
                      "aggregate": {"corrected": {"dram": 1911}, "uncorrected": {"dram": 13}}},
              "row_remap": {"correctable": 4, "uncorrectable": 9, "pending": False, "failure": True,
                            "histogram": {"max": 2555, "high": 2, "partial": 1, "low": 1, "none": 1}}}],
          kernel_log=NOISE + [
              xid(5_000, 1, 48, "An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 3, "
                                "subpartition 0."),
              xid(4_999.8, 1, 64, "Row Remapper: Failed to write row remap table to inforom"),
              xid(4_999.7, 1, 95, "Uncontained: FB (0x5, 0x0). RST: Yes, D-RST: No"),
              recovery(4_999.6, 1, "0x1", "GPU Reset Required")])


def nvlink():
    down = {"active": False, "speed_mbps": 0, "remote_type": "unknown", "recovery": 5, "replay": 44, "crc_flit": 2500}
    write("nvlink-down", "GPU 2: NVLink 12 is down after a fatal error (Xid 74)", "h100x8",
          gpus=[used(0), used(1), {"index": 2, "recovery_action": "gpu_reset", "nvlink": {"links": [{"link": 12, **down}]}}],
          processes=trainers((0, 1)),
          kernel_log=NOISE + [
              xid(900, 2, 74, "NVLink: fatal error detected on link 12(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)"),
              line(899.8, "nvidia-nvswitch1: SXid (PCI:0000:06:00.0): 22013, Non-fatal, Link 44 Minion Link DLREQ interrupt", 3),
              xid(899.7, 2, 45, "pid=60102, name=pt_main_thread, channel 0x00000008"),
              recovery(899.6, 2, "0x1", "GPU Reset Required")])
    write("gb200-nvlink5-errors", "GB200 tray: GPU 2 has lost NVLink 8 and counts errors on it (Xid 149, 145)", "gb200x4",
          gpus=[{
              "index": 2, "recovery_action": "gpu_reset",
              "nvlink": {"links": [{
                  "link": 8, "active": False, "speed_mbps": 0, "remote_type": "unknown",
                  "nvlink5": {"malformed_packets": 3, "rx_errors": 19, "rx_remote_errors": 2, "local_integrity_errors": 7,
                              "recovery_failed": 1, "recovery_successful": 22, "recovery_total": 23, "effective_errors": 17,
                              "effective_ber": "0x509", "symbol_errors": 2204, "symbol_ber": "0x307"}}]}}],
          kernel_log=[
              line(100_000, "NVRM: loading NVIDIA UNIX Open Kernel Module for aarch64  580.95.05  Release Build"),
              xid(1_200, 2, 149, "NETIR_LINK_EVT Fatal XC0 i0 Link 08 (0x004505c6 0x00000000 0x00000000 0x00000000)"),
              xid(1_199.9, 2, 145, "pid=5521, name=python3, RLW_SRC_TRACK Nonfatal XC0 i0 Link -1 "
                                   "(0x00000007 0x00000004 0x00000000 0x00000000 0x00000000 0x00000000)"),
              recovery(1_199.8, 2, "0x1", "GPU Reset Required")])


def gsp():
    history = [line(240 - index / 100, f"NVRM: GPU4 RPC history (CPU -> GSP): -{index} 76 GSP_RM_CONTROL 0x20800a4c 0x1c")
               for index in range(3)]
    timeout = "Timeout after 45s of waiting for RPC response from GPU4 GSP! Expected function 76 (GSP_RM_CONTROL) sequence {} (0x20800a4c 0x1c)."
    gone = ["nvmlDeviceGetUtilizationRates", "nvmlDeviceGetPowerUsage", "nvmlDeviceGetTemperature", "nvmlDeviceGetClockInfo"]
    write("gsp-timeout", "GPU 4: its system processor does not answer the driver any more (Xid 119, then 154)", "h100x8",
          gpus=[{**used(4), "recovery_action": "gpu_reset",
                 "faults": [{"call": gone, "result": "RESET_REQUIRED"}]}],
          processes=[PERSISTENCED, {
              **trainers([4], state="D")[1], "wait_channel": "_kgspRpcRecvPoll",
              "stack": ["_kgspRpcRecvPoll+0x1a4/0x2c0 [nvidia]", "rm_ioctl+0x6b/0xb0 [nvidia]",
                        "nvidia_unlocked_ioctl+0x63/0x90 [nvidia]", "__x64_sys_ioctl+0xa0/0xe0"]}],
          kernel_log=NOISE + [
              xid(285, 4, 119, "pid=60104, name=pt_main_thread, " + timeout.format(3120)), *history,
              xid(239, 4, 119, "pid=2024380, name=nvidia-smi, " + timeout.format(3121)),
              xid(238.9, 4, 45, "pid=60104, name=pt_main_thread, channel 0x00000002"),
              recovery(238.8, 4, "0x1", "GPU Reset Required")])


def mismatch():
    versions = ("has the version 580.95.05, but this kernel module has\nNVRM: the version 570.133.20.  Please make sure that this\n"
                "NVRM: kernel module and all NVIDIA driver components\nNVRM: have the same version.")
    write("driver-mismatch", "An unattended upgrade changed the driver's library under a loaded kernel module", "h100x8",
          system={"module_version": "570.133.20"}, faults=[{"call": "nvmlInit", "result": "LIB_RM_VERSION_MISMATCH"}],
          kernel_log=NOISE[2:5] + [
              line(ago, f"NVRM: API mismatch: the client '{client}' (pid {pid})\nNVRM: {versions}")
              for ago, client, pid in ((7_300, "nvidia-smi", 4242), (7_200, "dcgm-exporter", 3300), (60, "nvidia-device-p", 5110))])


def thermal():
    write("thermal", "GPU 0 and its neighbour 1 are too hot for their clocks: hardware thermal slowdown under full load", "h100x8",
          gpus=[used(
              gpu, utilization={"gpu_percent": 99, "memory_percent": 60}, performance_state=0,
              temperature={"gpu_c": 90 - gpu, "memory_c": 98 - gpu, "margin_c": -4 + gpu},
              power={"usage_mw": 388_000, "average_mw": 390_000, "instant_mw": 391_500},
              clocks={"graphics": {"current_mhz": 840}, "sm": {"current_mhz": 840}},
              event_reasons={"active": ["hw_slowdown", "sw_thermal_slowdown", "hw_thermal_slowdown"]},
              limiters_ns={"thermal": {"from": 0, "per_second": 700_000_000}, "hw_thermal": {"from": 0, "per_second": 700_000_000}})
              for gpu in (0, 1)],
          processes=trainers((0, 1)), kernel_log=NOISE)


def pcie():
    counters = {"correctable": 5120, "naks_received": 300, "receiver_error": 4410, "bad_tlp": 510, "bad_dllp": 120, "l0_to_recovery": 1300}
    write("pcie-x8", "GPU 7 trained to 8 of 16 lanes, and its link repeats itself", "h100x8",
          gpus=[used(7, pcie={"width": 8, "replay": 6021, "replay_rollover": 5, "counters": counters},
                     utilization={"gpu_percent": 88, "memory_percent": 41}, performance_state=0)],
          processes=trainers([7]),
          kernel_log=NOISE + [
              entry for ago in (4_000, 3_000, 2_000) for entry in (
                  pci(ago, "0000:de:01.0", "AER: Corrected error message received from 0000:df:00.0", 4, "pcieport"),
                  pci(ago - 0.1, "0000:df:00.0", "PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)"),
                  pci(ago - 0.2, "0000:df:00.0", "  device [10de:2330] error status/mask=00000001/0000a000"),
                  pci(ago - 0.3, "0000:df:00.0", "   [ 0] RxErr                  (First)"))])


def zombie():
    dead = [{**process, "state": "Z", "opens": []} for process in trainers((1, 5), state="Z")[1:]]
    write("zombie-memory", "GPUs 1 and 5 hold memory: a zombie's and that of a process that is gone", "h100x8",
          gpus=[used(1, 40), {"index": 5, "memory": {"used_bytes": 31 * GIB},
                              "processes": [{"pid": 60_999, "used_memory_bytes": 30 * GIB}]}],
          processes=[PERSISTENCED, dead[0]], kernel_log=NOISE)


def application():
    """One job's bad pointer, on all its GPUs at the same second: the hardware is fine."""
    storm = [
        entry for gpu in range(8) for entry in (
            [xid(1_500 - gpu / 1000 - call / 10_000, gpu, 31,
                 f"pid={60_100 + gpu}, name=VLLM::EngineCor, channel 0x0000000a, intr 00000000. MMU Fault: ENGINE GRAPHICS "
                 f"GPC{call % 7} GPCCLIENT_T1_3 faulted @ 0x7ea5_c0400000. Fault is of type FAULT_PTE ACCESS_TYPE_VIRT_WRITE")
             for call in range(6)]
            + [xid(1_499.5 - gpu / 1000, gpu, 43, f"pid={60_100 + gpu}, name=VLLM::EngineCor, Ch 0000000a"),
               xid(1_499.4 - gpu / 1000, gpu, 45, f"pid={60_100 + gpu}, name=VLLM::EngineCor, channel 0x0000000b caused by previous Xid 31")])]
    write("app-xid31-storm", "A job's bad pointer brings Xid 31 on all GPUs at once; the hardware is fine", "h100x8",
          processes=trainers(range(8), "chat-70b-0", container="vllm", name="VLLM::EngineCor"),
          gpus=[used(gpu, 4) for gpu in range(8)], kernel_log=NOISE + storm)


def unreadable():
    write("kernel-log-unreadable", "A node whose GPUs look well, to an agent that may not read the kernel's log", "h100x8",
          gpus=[used(0), used(1)], processes=trainers((0, 1)), host={"files": {"dev/kmsg": {"forbidden": True}}})


def gpu_operator():
    """The driver lives in a container: the host itself has no library, and the container's root is /run/nvidia/driver."""
    root = "run/nvidia/driver"
    library = f"{root}/usr/lib/x86_64-linux-gnu/libnvidia-ml.so"
    cgroup = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{}.slice/cri-containerd-{:064x}.scope"
    uid = "6f1c2f5e-52a1-4a0e-9a35-5d8a30f4c0d{}"
    files = {
        library + ".580.95.05": "\x7fELF", library + ".1": {"symlink": "libnvidia-ml.so.580.95.05"},
        f"{root}/usr/bin/nvidia-smi": "", f"{root}/dev/nvidiactl": {"device": [195, 255]},
        "run/containerd/containerd.sock": "",
        "etc/os-release": 'PRETTY_NAME="Ubuntu 22.04.5 LTS"\nID=ubuntu\n',
        "var/log/pods/gpu-operator_nvidia-driver-daemonset-5xk2p_" + uid.format(1) + "/nvidia-driver-ctr/0.log": "",
        "var/log/pods/gpu-operator_nvidia-dcgm-exporter-zt6mw_" + uid.format(2) + "/nvidia-dcgm-exporter/0.log": "",
        "etc/kubernetes/node-feature-discovery/features.d/gfd":
            "nvidia.com/gpu.product=NVIDIA-L40S\nnvidia.com/gpu.count=4\nnvidia.com/gpu.present=true\n"}
    for mark in ("driver", "toolkit", "cuda", "plugin"):
        files[f"run/nvidia/validations/{mark}-ready"] = ""
    write("gpu-operator-driver-container", "Four L40S under the GPU Operator, whose driver comes in a container", "l40sx4",
          processes=[
              {"pid": 4101, "name": "nvidia-persiste", "command": ["nvidia-persistenced", "--persistence-mode"], "user": 0,
               "started_s": 120, "cgroup": [cgroup.format(uid.format(1).replace("-", "_"), 0x81)],
               "opens": ["/run/nvidia/driver/dev/nvidiactl"]},
              {"pid": 4400, "name": "dcgm-exporter", "command": ["/usr/bin/dcgm-exporter"], "user": 0, "started_s": 160,
               "cgroup": [cgroup.format(uid.format(2).replace("-", "_"), 0x82)],
               "opens": ["/dev/nvidiactl"] + [f"/dev/nvidia{gpu}" for gpu in range(4)]},
              {"pid": 40112, "name": "VLLM::EngineCor", "command": ["VLLM::EngineCore"], "user": 1001, "started_s": 90_000,
               "resident_kib": 5_200_000, "pod": {"namespace": "serving", "name": "chat-7b-6c9d8-x2k4q", "container": "vllm"},
               "opens": ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia1"]}],
          host={"files": files})


if __name__ == "__main__":
    for make in (healthy, fallen, ecc, remap_failure, nvlink, gsp, mismatch, thermal, pcie, zombie, application, unreadable, gpu_operator):
        make()
