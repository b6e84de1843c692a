"""Writes the nodes below this folder whose point is which pod a GPU process belongs to.

Each becomes a folder with the files that a node of that kind has (proc, sys, var, run, etc) and a scenario that plays its
GPUs. Run it without arguments after changing a description here; what it writes is committed.
"""

import json
import os
import pathlib
import shutil

HERE = pathlib.Path(__file__).resolve().parent
BOOT = 1_780_000_000


def uid(number):
    return f"{number:08x}-1d2e-4f3a-8b4c-0123456789ab"


def container_id(number):
    return f"{number:064x}"


# --- protobuf, written by hand: the recorded answer of the kubelet's socket ---

def varint(value):
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(data + bytes([value]))


def field(number, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def pod_resources(pods):
    message = b""
    for namespace, name, containers in pods:
        body = field(1, name) + field(2, namespace)
        for container, devices in containers.items():
            content = field(1, container)
            for resource, ids in devices.items():
                for device in ids:
                    content += field(2, field(1, resource) + field(2, device))
            body += field(3, content)
        message += field(1, body)
    return message


def checkpoint(entries, registered):
    return json.dumps({
        "Data": {
            "PodDeviceEntries": [
                {"PodUID": pod, "ContainerName": container, "ResourceName": resource,
                 "DeviceIDs": {"0": ids}, "AllocResp": "CgA="}
                for pod, container, resource, ids in entries],
            "RegisteredDevices": registered},
        "Checksum": 1234567890})


class Node:
    def __init__(self, name, extends, description):
        self.folder = HERE / name
        self.folder.mkdir(exist_ok=True)
        for old in self.folder.iterdir():
            if old.is_dir() and old.name != "golden":
                shutil.rmtree(old)
        self.scenario = {"description": description, "extends": extends, "host_folder": "."}
        self.write("proc/stat", f"cpu  0 0 0 0 0 0 0 0 0 0\nbtime {BOOT}\n")
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nada:x:1002:1002::/home/ada:/bin/bash\n")

    def write(self, path, content):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def link(self, path, target):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, path)

    def directory(self, path):
        self.write(f"{path}/.keep", "")

    def system(self, kernel, release, version, cpus="0-127"):
        self.write("proc/sys/kernel/osrelease", kernel + "\n")
        self.write("proc/sys/kernel/hostname", self.folder.name + "\n")
        self.write("proc/meminfo", "MemTotal:       2113412345 kB\nMemFree:        1113412345 kB\n")
        self.write("sys/devices/system/cpu/online", cpus + "\n")
        self.write("etc/os-release", release)
        self.write("proc/driver/nvidia/version", f"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {version}  Release Build\n")
        self.scenario["system"] = {"driver_version": version, "nvml_version": f"{13 if version > '580' else 12}.{version}",
                                   "kernel": kernel}

    def process(self, pid, name, command, cgroup, nodes=(), state="S", user=1000, started=90_000, inner=None, parent=1):
        folder = f"proc/{pid}"
        self.write(f"{folder}/stat", f"{pid} ({name[:15]}) {state} {parent} {pid} {pid} 0 -1 4194560 0 0 0 0 812 304 0 0 20 0 1 0 "
                   f"{started * 100} 0 512 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n")
        spids = f"{pid}\t{inner}" if inner else f"{pid}"
        self.write(f"{folder}/status", f"Name:\t{name[:15]}\nState:\t{state}\nPid:\t{pid}\nPPid:\t{parent}\n"
                   f"Uid:\t{user}\t{user}\t{user}\t{user}\nNSpid:\t{spids}\n")
        self.write(f"{folder}/cmdline", "" if state == "Z" else "\0".join(command) + "\0")
        self.write(f"{folder}/cgroup", "\n".join(cgroup) + "\n")
        self.link(f"{folder}/fd/0", "/dev/null")
        for number, node in enumerate(nodes, 3):
            self.link(f"{folder}/fd/{number}", f"/dev/{node}")

    def log(self, namespace, pod, pod_uid, container, container_number=None):
        log = f"/var/log/pods/{namespace}_{pod}_{pod_uid}/{container}/0.log"
        self.write(log[1:], "")
        if container_number is not None:
            self.link(f"var/log/containers/{pod}_{namespace}_{container}-{container_id(container_number)}.log", log)

    def kubelet(self, pods=None, entries=None, registered=None):
        if pods is not None:
            self.write("var/lib/kubelet/pod-resources/kubelet.sock", pod_resources(pods))
        if entries is not None:
            self.write("var/lib/kubelet/device-plugins/kubelet_internal_checkpoint", checkpoint(entries, registered or {}))

    def finish(self, gpus):
        self.scenario["gpus"] = gpus
        self.write("scenario.json", json.dumps(self.scenario, indent=2) + "\n")


def gpu(index, *processes, used=None, **more):
    memory = used if used is not None else sum(process.get("used_memory_bytes", 0) for process in processes) + (600 << 20)
    return {"index": index, "memory": {"used_bytes": memory}, "processes": list(processes), **more}


def context(pid, gib, **more):
    return {"pid": pid, "used_memory_bytes": int(gib * (1 << 30)), **more}


def systemd(pod_uid, number, qos="burstable", scope="cri-containerd", end=""):
    """The path of a container with the systemd driver."""
    pod = pod_uid.replace("-", "_")
    part, prefix = (f"/kubepods-{qos}.slice", f"kubepods-{qos}") if qos else ("", "kubepods")
    return f"/kubepods.slice{part}/{prefix}-pod{pod}.slice/{scope}-{container_id(number)}.scope{end}"


H100 = [
    "GPU-2a1f4012-5abe-660a-5db4-5cc05290c06f", "GPU-44c7649b-9b83-2c5b-e17c-2d043aeeb683",
    "GPU-e01c8925-deb1-63da-a881-94ad505c6725", "GPU-fb1016a3-9575-062f-cbc8-d214771e8f4d",
    "GPU-b1b0a5d0-f0c0-11f4-213c-99ac4f009804", "GPU-88d7a49c-3498-426d-85de-dd9fd7dfb465",
    "GPU-b57424a4-8dbe-dc41-229f-fd926b3f6351", "GPU-07cbba64-db52-b31b-22e5-d302460d46b0",
]
A100 = ["GPU-30532138-d678-a709-9e52-c99de814f980", "GPU-36ae123e-352b-763d-320f-0de87f8df72c"]
MIG = [
    "MIG-e253a6c1-6225-e7d4-0b51-a09e28bd43e2", "MIG-bb9c596f-a72d-0ba6-7558-73b073a0a787",
    "MIG-5ff54b2a-c9af-8697-b4f9-ec20a024098e", "MIG-96aaf09f-8f7e-7d71-10bf-fa1b649e0d82",
]


def dgx_h100():
    """containerd, cgroup v2, systemd: everything in order on GPUs 0 and 1, one thing of each kind on the others."""
    node = Node("dgx-h100-containerd", "h100x8", "DGX H100 with containerd on cgroup v2")
    node.system("6.8.0-63-generic", 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\n', "580.95.05", "0-223")
    node.write("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
    node.write("run/containerd/containerd.sock", "")
    for mark in ("driver-ready", "toolkit-ready", "cuda-ready"):
        node.write(f"run/nvidia/validations/{mark}", "")
    node.write("etc/kubernetes/node-feature-discovery/features.d/gfd",
               "nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3\nnvidia.com/gpu.count=8\nnvidia.com/gpu.memory=81559\n")
    train, notebook, gone, exporter = uid(1), uid(2), uid(3), uid(4)
    for pod in (train, notebook, exporter):
        pod = pod.replace("-", "_")
        node.directory(f"sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{pod}.slice")
    node.log("research", "llm-train-0", train, "trainer", 0x11)
    node.log("notebooks", "ada-notebook", notebook, "lab", 0x12)
    node.log("gpu-operator", "nvidia-dcgm-exporter-x7k2p", exporter, "nvidia-dcgm-exporter", 0x14)
    for rank in (0, 1):
        node.process(60100 + rank, "pt_main_thread", ["python3", "-u", "train.py", "--rank", str(rank)],
                     ["0::" + systemd(train, 0x11)], ["nvidiactl", "nvidia-uvm", f"nvidia{rank}"], "R", inner=20 + rank)
    node.process(51490, "python3", ["python3", "-m", "ipykernel_launcher"], ["0::" + systemd(notebook, 0x12)],
                 ["nvidiactl", "nvidia-uvm", "nvidia3"], inner=33)
    node.process(2210, "nvidia-persistenced", ["/usr/bin/nvidia-persistenced", "--verbose"],
                 ["0::/system.slice/nvidia-persistenced.service"], ["nvidiactl"] + [f"nvidia{n}" for n in range(8)], user=0)
    node.process(3300, "dcgm-exporter", ["/usr/bin/dcgm-exporter"], ["0::" + systemd(exporter, 0x14)],
                 ["nvidiactl"] + [f"nvidia{n}" for n in range(8)], user=0, inner=1)
    node.process(70001, "python3", ["python3", "mine.py"], ["0::/user.slice/user-1002.slice/session-7.scope"],
                 ["nvidiactl", "nvidia-uvm", "nvidia4"], "R", user=1002)
    node.process(70002, "jupyter-lab", ["jupyter-lab"], ["0::" + systemd(notebook, 0x12)], ["nvidiactl", "nvidia5"])
    node.process(70003, "pt_main_thread", [], ["0::" + systemd(train, 0x11)], [], "Z", parent=60100)
    node.kubelet(
        [("research", "llm-train-0", {"trainer": {"nvidia.com/gpu": H100[:3], "rdma/hca": ["mlx5_0"]}, "sidecar": {}}),
         ("kube-system", "coredns-5d4f9", {"coredns": {}})],
        [(train, "trainer", "nvidia.com/gpu", H100[:3]), (gone, "old", "nvidia.com/gpu", [H100[3]])],
        {"nvidia.com/gpu": H100, "rdma/hca": ["mlx5_0"]})
    node.finish([
        gpu(0, context(60100, 70)), gpu(1, context(60101, 70)), gpu(3, context(51490, 9)), gpu(4, context(70001, 20)),
        gpu(6, context(70003, 30)), gpu(7, context(99999, 12), used=40 << 30)])


def a100_cgroup_v1():
    """containerd on cgroup v1 with cgroupfs: two pods share one GPU in time, a static pod has the other."""
    node = Node("a100-cgroup-v1", "a100x2", "Two A100 with containerd on cgroup v1, one of them time-sliced")
    node.system("5.4.0-200-generic", 'PRETTY_NAME="Ubuntu 20.04.6 LTS"\nID=ubuntu\n', "550.163.01", "0-31")
    node.write("run/containerd/containerd.sock", "")
    one, two, static = uid(0x21), uid(0x22), "0123456789abcdef0123456789abcdef"
    controllers = ["12:pids", "9:memory", "4:cpu,cpuacct", "1:name=systemd"]
    for qos, pod in (("burstable/", one), ("besteffort/", two), ("", static)):
        node.directory(f"sys/fs/cgroup/memory/kubepods/{qos}pod{pod}")

    def cgroup(qos, pod, number):
        return [f"{line}:/kubepods/{qos}pod{pod}/{container_id(number)}" for line in controllers] + ["0::/system.slice/containerd.service"]

    # No log folders: the names come from what containerd keeps of its containers.
    for number, names in ((0x31, ("batch", "slice-a", one, "main")), (0x32, ("batch", "slice-b", two, "main"))):
        namespace, name, pod, container = names
        node.write(f"run/containerd/io.containerd.runtime.v2.task/k8s.io/{container_id(number)}/config.json", json.dumps({
            "ociVersion": "1.1.0", "process": {"env": ["TOKEN=secret"]},
            "annotations": {
                "io.kubernetes.cri.container-name": container, "io.kubernetes.cri.container-type": "container",
                "io.kubernetes.cri.sandbox-name": name, "io.kubernetes.cri.sandbox-namespace": namespace,
                "io.kubernetes.cri.sandbox-uid": pod}}))
    node.log("kube-system", "gpu-burn-a100-node", static, "burn", 0x33)
    node.process(4101, "a.out", ["/app/a.out"], cgroup("burstable/", one, 0x31), ["nvidiactl", "nvidia-uvm", "nvidia0"], inner=1)
    node.process(4102, "a.out", ["/app/a.out"], cgroup("besteffort/", two, 0x32), ["nvidiactl", "nvidia-uvm", "nvidia0"], inner=1)
    node.process(4103, "gpu_burn", ["./gpu_burn", "3600"], cgroup("", static, 0x33), ["nvidiactl", "nvidia-uvm", "nvidia1"], "R", user=0)
    node.kubelet(
        [("batch", "slice-a", {"main": {"nvidia.com/gpu": [A100[0] + "::0"]}}),
         ("batch", "slice-b", {"main": {"nvidia.com/gpu": [A100[0] + "::3"]}}),
         ("kube-system", "gpu-burn-a100-node", {"burn": {"nvidia.com/gpu": [A100[1] + "::0"]}})],
        [(one, "main", "nvidia.com/gpu", [A100[0] + "::0"]), (two, "main", "nvidia.com/gpu", [A100[0] + "::3"])])
    node.finish([gpu(0, context(4101, 4), context(4102, 5)), gpu(1, context(4103, 36))])


def openshift_crio():
    """CRI-O with crun: a monitor beside the container, the socket not readable, only the checkpoint tells devices."""
    node = Node("openshift-crio", "a100x2", "OpenShift with CRI-O; the kubelet's socket cannot be read")
    node.system("5.14.0-427.el9.x86_64", 'NAME="Red Hat Enterprise Linux CoreOS"\nPRETTY_NAME="Red Hat Enterprise Linux CoreOS 417.94"\nID=rhcos\n', "570.133.20")
    node.write("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    node.write("run/crio/crio.sock", "")
    pod = uid(0x41)
    node.directory(f"sys/fs/cgroup/kubepods.slice/kubepods-pod{pod.replace('-', '_')}.slice")
    node.log("vision", "infer-6c9d", pod, "server")
    node.write(f"run/containers/storage/overlay-containers/{container_id(0x41)}/userdata/config.json", json.dumps({
        "annotations": {
            "io.kubernetes.container.name": "server", "io.kubernetes.pod.name": "infer-6c9d",
            "io.kubernetes.pod.namespace": "vision", "io.kubernetes.pod.uid": pod}}))
    node.process(9001, "tritonserver", ["tritonserver", "--model-repository=/models"],
                 ["0::" + systemd(pod, 0x41, "", "crio", "/container")], ["nvidiactl", "nvidia-uvm", "nvidia0"], inner=1)
    node.process(9000, "conmon", ["/usr/bin/conmon", "-c", container_id(0x41)],
                 ["0::" + systemd(pod, 0x41, "", "crio-conmon")], [], user=0)
    node.kubelet(entries=[(pod, "server", "nvidia.com/gpu", [A100[0]])], registered={"nvidia.com/gpu": A100})
    node.finish([gpu(0, context(9001, 10)), gpu(1)])


def k3s():
    """k3s brings its own containerd; cgroupfs names in the unified tree; the pod's logs are gone already."""
    node = Node("k3s", "t4x1", "One T4 with k3s")
    node.system("6.1.0-37-amd64", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', "550.163.01", "0-7")
    node.write("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    node.write("run/k3s/containerd/containerd.sock", "")
    node.directory("var/lib/rancher/k3s")
    pod = uid(0x51)
    node.directory(f"sys/fs/cgroup/kubepods/besteffort/pod{pod}")
    node.write(f"run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/{container_id(0x51)}/config.json", json.dumps({
        "annotations": {
            "io.kubernetes.cri.container-name": "whisper", "io.kubernetes.cri.sandbox-name": "stt-0",
            "io.kubernetes.cri.sandbox-namespace": "edge", "io.kubernetes.cri.sandbox-uid": pod}}))
    node.process(777, "whisper-server", ["whisper-server", "--port", "8080"],
                 [f"0::/kubepods/besteffort/pod{pod}/{container_id(0x51)}"], ["nvidiactl", "nvidia-uvm", "nvidia0"])
    node.kubelet([("edge", "stt-0", {"whisper": {"nvidia.com/gpu": ["GPU-43ffcfbe-d1ce-c6dd-9479-fd28de3b9e34"]}})])
    node.finish([gpu(0, context(777, 3))])


def gke_cos():
    """GKE's own device plugin names GPUs by their device nodes."""
    node = Node("gke-cos", "a100x2", "GKE on Container-Optimized OS: one GPU shared, one whole")
    node.system("6.6.72+", 'NAME="Container-Optimized OS"\nPRETTY_NAME="Container-Optimized OS from Google"\nID=cos\n', "570.133.20", "0-23")
    node.write("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    node.write("run/containerd/containerd.sock", "")
    node.directory("home/kubernetes/bin/nvidia/lib64")
    shared, whole = uid(0x61), uid(0x62)
    for pod in (shared, whole):
        node.directory(f"sys/fs/cgroup/kubepods.slice/kubepods-pod{pod.replace('-', '_')}.slice")
    node.log("ml", "shared-0", shared, "main", 0x61)
    node.log("ml", "whole-0", whole, "main", 0x62)
    node.process(311, "python", ["python", "serve.py"], ["0::" + systemd(shared, 0x61, "")], ["nvidiactl", "nvidia-uvm", "nvidia0"])
    node.process(312, "python", ["python", "train.py"], ["0::" + systemd(whole, 0x62, "")], ["nvidiactl", "nvidia-uvm", "nvidia1"])
    node.kubelet([("ml", "shared-0", {"main": {"nvidia.com/gpu": ["nvidia0/vgpu1"]}}),
                  ("ml", "whole-0", {"main": {"nvidia.com/gpu": ["nvidia1"]}})])
    node.finish([gpu(0, context(311, 6)), gpu(1, context(312, 30))])


def a100_mig():
    """MIG strategy mixed: one instance in use, one given and idle, one used by a pod that was given another one."""
    node = Node("a100-mig-mixed", "a100-mig", "A100 cut by MIG, strategy mixed")
    node.system("6.8.0-63-generic", 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\n', "580.95.05", "0-63")
    node.write("sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n")
    ranker, notebook = uid(0x71), uid(0x72)
    for pod in (ranker, notebook):
        node.directory(f"sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{pod.replace('-', '_')}.slice")
    node.log("serving", "ranker-0", ranker, "triton", 0x71)
    node.log("notebooks", "ada-notebook", notebook, "lab", 0x72)
    caps = ["nvidiactl", "nvidia-uvm", "nvidia0", "nvidia-caps/nvidia-cap21"]
    node.process(51207, "tritonserver", ["tritonserver"], ["0::" + systemd(ranker, 0x71)], caps)
    node.process(51490, "python3", ["python3", "-m", "ipykernel_launcher"], ["0::" + systemd(notebook, 0x72)], caps)
    node.kubelet([("serving", "ranker-0", {"triton": {"nvidia.com/mig-3g.20gb": [MIG[0]]}}),
                  ("notebooks", "ada-notebook", {"lab": {"nvidia.com/mig-1g.5gb": [MIG[2]], "nvidia.com/mig-2g.10gb": [MIG[1]]}})],
                 registered={"nvidia.com/mig-1g.5gb": MIG[2:]}, entries=[])
    node.finish([{"index": 0, "processes": [
        context(51207, 8.9, gpu_instance=2, compute_instance=0), context(51490, 1.3, gpu_instance=9, compute_instance=0)]}])


if __name__ == "__main__":
    for write in (dgx_h100, a100_cgroup_v1, openshift_crio, k3s, gke_cos, a100_mig):
        write()
