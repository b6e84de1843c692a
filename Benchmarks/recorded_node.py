"""Writes what the benchmark's agent reads instead of a node: a long kernel log, and a root with many processes."""

import pathlib
import shutil

BOOT_TIME = 1_760_000_000
# One Xid line in so many lines of the log.
XID_EVERY = 20
FILES_PER_PROCESS = 8
HOLDERS_PER_GPU = 2

XIDS = (
    (31, "pid={pid}, name=python3, Ch 00000018, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ "
         "0x7f5b_9a000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"),
    (43, "pid={pid}, name=python3, Ch 00000018"),
    (13, "pid={pid}, name=python3, Graphics SM Warp Exception on (GPC 2, TPC 3, SM 1): Out Of Range Address"),
    (94, "pid={pid}, name=python3, Contained: SM (0x1). RST: No, D-RST: No"),
    (45, "pid={pid}, name=python3, Ch 00000018"),
)


def write_kernel_log(path, lines, gpus, every=XID_EVERY):
    """A dmesg of which one line in `every` is an Xid, of all GPUs in turn."""
    slots = [gpu["bus_id"].removesuffix(".0") for gpu in gpus]
    with path.open("w", encoding="ascii") as file:
        for index in range(lines):
            stamp = f"[{index // 100:5}.{index % 100:02}0000] "
            turn, other = divmod(index, every)
            if other:
                file.write(f"{stamp}eth0: renamed from veth{index:07}, IPv6: ADDRCONF(NETDEV_CHANGE): link becomes ready\n")
            else:
                number, text = XIDS[turn % len(XIDS)]
                slot = slots[turn // len(XIDS) % len(slots)]
                file.write(f"{stamp}NVRM: Xid (PCI:{slot}): {number}, {text.format(pid=1000 + index % 500)}\n")


class NodeRoot:
    """A node's root in a folder: its GPUs on the PCI bus and in /proc/driver/nvidia, and processes."""

    def __init__(self, root, gpus, driver_version):
        self.root = pathlib.Path(root)
        self.gpus = gpus
        shutil.rmtree(self.root, ignore_errors=True)
        self.put("proc/stat", f"cpu  1 2 3 4\nbtime {BOOT_TIME}\n")
        self.put("proc/modules", "nvidia 11522048 52 nvidia_uvm, Live 0x0000000000000000 (OE)\n")
        self.put("proc/driver/nvidia/version",
                 f"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {driver_version}  Release Build\n")
        self.put("sys/module/nvidia/version", driver_version + "\n")
        self.put("dev/kmsg", "")
        for minor, gpu in enumerate(gpus):
            self.add_gpu(minor, gpu)

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def add_gpu(self, minor, gpu):
        bus_id = gpu["bus_id"]
        self.put(f"proc/driver/nvidia/gpus/{bus_id}/information",
                 f"Model: \t\t {gpu['name']}\nGPU UUID: \t {gpu['uuid']}\nBus Location: \t {bus_id}\n"
                 f"Device Minor: \t {minor}\nGPU Excluded:\t No\n")
        port = f"{bus_id[:5]}{int(bus_id[5:7], 16) - 1:02x}:01.0"
        above = f"devices/pci{port[:7]}/{port}"
        below = f"{above}/{bus_id}"
        self.add_pci_device(above, port, "0x8086", "0x352a", "0x060400")
        self.add_pci_device(below, bus_id, "0x10de", "0x2330", "0x030200")
        (self.root / "sys" / below / "driver").symlink_to("../../../../bus/pci/drivers/nvidia")

    def add_pci_device(self, folder, bus_id, vendor, device, code):
        speed = "32.0 GT/s PCIe\n"
        for name, text in {
                "vendor": vendor, "device": device, "class": code, "numa_node": "0", "local_cpulist": "0-55",
                "current_link_speed": speed, "max_link_speed": speed, "current_link_width": "16", "max_link_width": "16",
                "aer_dev_correctable": "TOTAL_ERR_COR 0\n", "aer_dev_nonfatal": "TOTAL_ERR_NONFATAL 0\n",
                "aer_dev_fatal": "TOTAL_ERR_FATAL 0\n"}.items():
            self.put(f"sys/{folder}/{name}", text)
        # Vendor and device, little-endian, as configuration space begins.
        config = int(vendor, 16).to_bytes(2, "little") + int(device, 16).to_bytes(2, "little") + bytes(60)
        (self.root / "sys" / folder / "config").write_bytes(config)
        link = self.root / "sys/bus/pci/devices" / bus_id
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../../{folder}")

    def add_processes(self, count):
        """So many processes with open files; here and there one that holds a GPU's device node open, two for each GPU."""
        apart = count // (HOLDERS_PER_GPU * len(self.gpus))
        for index in range(count):
            turn, other = divmod(index, apart)
            self.add_process(1000 + index, None if other else turn % len(self.gpus))
        return self

    def add_process(self, pid, minor):
        name = "python3" if minor is not None else "sleep"
        self.put(f"proc/{pid}/stat",
                 f"{pid} ({name}) S 1 {pid} {pid} 0 -1 4194560 0 0 0 0 812 304 0 0 20 0 1 0 {90000 + pid} 0 525 "
                 "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n")
        self.put(f"proc/{pid}/status",
                 f"Name:\t{name}\nState:\tS (sleeping)\nPid:\t{pid}\nPPid:\t1\nUid:\t1000\t1000\t1000\t1000\nThreads:\t1\n")
        self.put(f"proc/{pid}/cmdline", f"/usr/bin/{name}\0--job\0{pid}\0")
        self.put(f"proc/{pid}/cgroup", f"0::/system.slice/job-{pid}.service\n")
        files = ["/dev/null", "pipe:[123]", "pipe:[124]"] + [f"socket:[{pid}{n}]" for n in range(FILES_PER_PROCESS - 3)]
        if minor is not None:
            files += ["/dev/nvidiactl", "/dev/nvidia-uvm", f"/dev/nvidia{minor}"]
        folder = self.root / f"proc/{pid}/fd"
        folder.mkdir()
        for number, target in enumerate(files):
            (folder / str(number)).symlink_to(target)
