internal import JSON

extension HostTree {
    /// The kubelet's checkpoint of devices: which container was given which GPUs, when any process is in a pod.
    mutating func addKubelet() {
        let entries = scenario.processes.compactMap(entry)
        guard !entries.isEmpty else { return }
        let registered = scenario.allGPUs.compactMap { $0.identity.uuid.value.map { JSONValue.string($0.string) } }
        let data = JSONObject([
            ("PodDeviceEntries", .array(entries)),
            ("RegisteredDevices", .object(JSONObject([("nvidia.com/gpu", .array(registered))]))),
        ])
        let checkpoint = JSONObject([("Data", .object(data)), ("Checksum", .int(2_875_231_406))])
        var writer = JSONWriter()
        writer.value(checkpoint)
        add("var/lib/kubelet/device-plugins/kubelet_internal_checkpoint", .file(writer.finish()))
    }

    private func entry(_ process: HostProcess) -> JSONValue? {
        guard let pod = process.pod else { return nil }
        let gpus = scenario.allGPUs.filter { isHeld($0, by: process) }
        guard !gpus.isEmpty else { return nil }
        var byNode: [Int: [JSONValue]] = [:]
        for gpu in gpus {
            guard let uuid = gpu.identity.uuid.value?.string else { continue }
            byNode[gpu.pci.numaNode, default: []].append(.string(uuid))
        }
        let devices = byNode.sorted { $0.key < $1.key }.map { (String($0.key), JSONValue.array($0.value)) }
        return .object(
            JSONObject([
                ("PodUID", .string(pod.uid)), ("ContainerName", .string(pod.container)),
                ("ResourceName", .string("nvidia.com/gpu")), ("DeviceIDs", .object(JSONObject(devices))),
                ("AllocResp", .string("")),
            ]))
    }

    /// Whether a process has a context on a GPU, or its device node open.
    private func isHeld(_ gpu: GPU, by process: HostProcess) -> Bool {
        if gpu.processes.contains(where: { $0.pid == process.pid }) { return true }
        guard let minor = gpu.identity.minorNumber.value?.start else { return false }
        return process.opens.contains("/dev/nvidia\(minor)")
    }
}
