"""A kubelet that has nothing but its PodResources socket, made with Google's own gRPC.

    kubelet.py SOCKET answer [FILE]   answers List with the allocations of a JSON file, or with two pods
    kubelet.py SOCKET many COUNT      answers with COUNT pods of eight GPUs each
    kubelet.py SOCKET unimplemented | denied | hanging | silent

It writes "ready" to standard output when it listens, and ends when standard input does.
"""

import json
import socket
import sys
import threading
from concurrent import futures
from pathlib import Path

import grpc

folder = Path(__file__).resolve().parent
sys.path.insert(0, str(folder))
messages, services = grpc.protos_and_services("podresources.proto")

TWO_PODS = [
    {"namespace": "research", "name": "llm-train-0", "containers": [
        {"name": "trainer", "cpu_ids": [0, 1, 2, 300], "memory": [{"memory_type": "memory", "size": 1 << 36}],
         "devices": [
             {"resource_name": "nvidia.com/gpu", "device_ids": ["GPU-0"], "topology": {"nodes": [{"ID": 0}]}},
             {"resource_name": "nvidia.com/gpu", "device_ids": ["GPU-1"], "topology": {"nodes": [{"ID": 1}]}},
             {"resource_name": "rdma/hca", "device_ids": ["mlx5_0"]}]},
        {"name": "sidecar"}]},
    {"namespace": "claims", "name": "dra", "containers": [
        {"name": "main", "dynamic_resources": [
            {"claim_name": "one-gpu", "claim_namespace": "claims", "claim_resources": [
                {"cdi_devices": [{"name": "k8s.gpu.nvidia.com/device=gpu-2"}], "driver_name": "gpu.nvidia.com",
                 "pool_name": "node-1", "device_name": "gpu-2"}]}]}]},
]


def many(count):
    return [
        {"namespace": "load", "name": f"pod-{index}", "containers": [
            {"name": "main", "devices": [
                {"resource_name": "nvidia.com/gpu", "device_ids": [f"GPU-{index:08d}-0000-0000-0000-00000000000{gpu}"]}
                for gpu in range(8)]}]}
        for index in range(count)
    ]


class Kubelet(services.PodResourcesListerServicer):
    def __init__(self, kind, pods):
        self.kind = kind
        self.answer = messages.ListPodResourcesResponse(pod_resources=pods)
        self.stop = threading.Event()

    def List(self, request, context):
        if self.kind == "denied":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not for you: 100 % no\n\u00fc")
        if self.kind == "hanging":
            self.stop.wait(30)
        return self.answer


def serve(path, kind, pods):
    server = grpc.server(futures.ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)])
    kubelet = Kubelet(kind, pods)
    if kind != "unimplemented":
        services.add_PodResourcesListerServicer_to_server(kubelet, server)
    server.add_insecure_port(f"unix:{path}")
    server.start()
    print("ready", flush=True)
    sys.stdin.read()
    kubelet.stop.set()
    server.stop(0)


def accept_and_say_nothing(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    sys.stdin.read()


def main():
    path, kind, *rest = sys.argv[1:]
    if kind == "silent":
        return accept_and_say_nothing(path)
    pods = TWO_PODS
    if kind == "many":
        pods = many(int(rest[0]))
    elif kind == "answer" and rest:
        pods = json.loads(Path(rest[0]).read_text())
    serve(path, kind, pods)


if __name__ == "__main__":
    main()
