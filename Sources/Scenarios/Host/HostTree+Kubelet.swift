internal import JSON

extension HostTree {
    /// The kubelet's checkpoint of devices: which container was given which GPUs, when any process is in a pod.
    mutating func addKubelet() {
        let entries = scenario.processes.flatMap(entries)
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

    /// One entry for each resource that the process' container was given.
    private func entries(_ process: HostProcess) -> [JSONValue] {
        guard let pod = process.pod else { return [] }
        var devices: [String: [Int: [JSONValue]]] = [:]
        for gpu in scenario.allGPUs where isHeld(gpu, by: process) {
            for (resource, id) in given(gpu, to: process) {
                devices[resource, default: [:]][gpu.pci.numaNode, default: []].append(.string(id))
            }
        }
        return devices.sorted { $0.key < $1.key }.map { resource, byNode in
            let devices = byNode.sorted { $0.key < $1.key }.map { (String($0.key), JSONValue.array($0.value)) }
            return .object(
                JSONObject([
                    ("PodUID", .string(pod.uid)), ("ContainerName", .string(pod.container)),
                    ("ResourceName", .string(resource)), ("DeviceIDs", .object(JSONObject(devices))),
                    ("AllocResp", .string("")),
                ]))
        }
    }

    /// The GPU, or with MIG the instances on which the process has a context (strategy mixed).
    private func given(_ gpu: GPU, to process: HostProcess) -> [(resource: String, id: String)] {
        guard gpu.mig.isOn else { return gpu.identity.uuid.value.map { [("nvidia.com/gpu", $0.string)] } ?? [] }
        let instances = gpu.processes.filter { $0.pid == process.pid }.compactMap(\.gpuInstance)
        return gpu.mig.devices.filter { instances.contains($0.gpuInstance) }.compactMap { device in
            device.uuid.map { ("nvidia.com/mig-\(device.profile)", $0.string) }
        }
    }

    /// Whether a process has a context on a GPU, or its device node open.
    private func isHeld(_ gpu: GPU, by process: HostProcess) -> Bool {
        if gpu.processes.contains(where: { $0.pid == process.pid }) { return true }
        guard let minor = gpu.identity.minorNumber.value?.start else { return false }
        return process.opens.contains("/dev/nvidia\(minor)")
    }
}
