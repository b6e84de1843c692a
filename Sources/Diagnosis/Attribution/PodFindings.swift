internal import Snapshots

/// What does not fit together between pods and GPUs.
struct PodFindings {
    private(set) var findings: [AttributionFinding] = []
    private let uses: [GPUUse]

    init(_ uses: [GPUUse], _ pods: [PodUse], _ snapshot: PodsSnapshot?) {
        self.uses = uses
        guard let snapshot else { return }
        let isAllocationKnown = snapshot.podResources.outcome == .read || snapshot.checkpoint.outcome == .read
        for pod in pods {
            for container in pod.containers {
                findings += missing(pod, container) + idle(pod, container)
                if isAllocationKnown { findings += uninvited(pod, container) }
            }
        }
        findings += givenTwice(pods)
    }

    /// Devices that the kubelet gave away and that NVML does not list, or lists as lost.
    private func missing(_ pod: PodUse, _ container: ContainerUse) -> [AttributionFinding] {
        guard pod.isLive != false, !uses.isEmpty else { return [] }
        let gone = container.devices.filter { device in
            guard let index = device.gpuIndex else { return isGone(device.id) }
            return uses.first { $0.gpu.index == index }?.gpu.refusal == .gpuLost
        }
        // A GPU that is there may be cut anew: what is gone is then no more than a part of it.
        let parts = gone.filter { $0.isMIG && $0.gpuIndex == nil && !$0.isOfMinor }
        return missingGPUs(pod, container, gone.filter { !parts.contains($0) }) + missingParts(pod, container, parts)
    }

    private func missingGPUs(_ pod: PodUse, _ container: ContainerUse, _ gone: [GivenDevice]) -> [AttributionFinding] {
        guard !gone.isEmpty else { return [] }
        let indexes = Set(gone.compactMap(\.gpuIndex))
        return [
            AttributionFinding(
                .allocatedDeviceMissing, .critical, .rebootNode, gpu: indexes.count == 1 ? indexes.first : nil,
                pod: identity(pod, container),
                "\(title(pod, container)) was given \(list(gone.map(\.id.text))), which NVML has lost.",
                remedy:
                    "The GPU is lost to the driver: look for Xid 79 in the kernel log, then drain and reboot the node.")
        ]
    }

    private func missingParts(_ pod: PodUse, _ container: ContainerUse, _ gone: [GivenDevice]) -> [AttributionFinding] {
        guard !gone.isEmpty else { return [] }
        return [
            AttributionFinding(
                .allocatedDeviceMissing, .warning, .checkApp, pod: identity(pod, container),
                "\(title(pod, container)) was given \(list(gone.map(\.id.text))), and no GPU has such a MIG device any more.",
                remedy:
                    "MIG was configured anew or lost by a reset, or the GPU is gone: compare the number of GPUs, then start "
                    + "the pod and the device plugin's pod anew.")
        ]
    }

    /// Whether nothing has that name, where everything tells its own.
    private func isGone(_ id: HostDeviceID) -> Bool {
        switch id.target {
        case .gpu: uses.allSatisfy { $0.gpu.uuid.value != nil }
        case .minor: uses.allSatisfy { $0.minorNumber != nil }
        case .mig:
            uses.allSatisfy { use in
                guard let devices = use.gpu.inventory?.migDevices else { return false }
                return devices.reason == .notSupported || devices.value?.allSatisfy { $0.uuid.value != nil } ?? false
            }
        case .pci, .other: false
        }
    }

    /// GPUs that were given to a container and on which none of its processes is.
    private func idle(_ pod: PodUse, _ container: ContainerUse) -> [AttributionFinding] {
        guard pod.isLive != false else { return [] }
        let idle = container.devices.filter { device in
            // Nothing is said of a GPU whose processes could not be listed.
            guard let index = device.gpuIndex, let use = uses.first(where: { $0.gpu.index == index }),
                use.areContextsKnown, !hasNamelessProcess(use)
            else { return false }
            return !pod.containers.contains { $0.uses(device) }
        }
        guard !idle.isEmpty else { return [] }
        let indexes = Set(idle.compactMap(\.gpuIndex)).sorted()
        return [
            AttributionFinding(
                .podWithoutProcess, .info, .checkApp, gpu: indexes.count == 1 ? indexes[0] : nil,
                pod: identity(pod, container),
                "\(title(pod, container)) was given \(idle.contains(where: \.isMIG) ? "a part of " : "")GPU \(list(indexes.map { "\($0)" })) and none of its "
                    + "processes uses it.",
                remedy: "It may be starting, waiting or done: look at its log before calling the GPU idle.")
        ]
    }

    /// A process of the GPU that may be anybody's.
    private func hasNamelessProcess(_ use: GPUUse) -> Bool {
        (use.processes ?? []).contains { !$0.isGone && ($0.process == nil || $0.process?.process.isInPod == nil) }
    }

    /// Processes on GPUs that their pod was not given.
    private func uninvited(_ pod: PodUse, _ container: ContainerUse) -> [AttributionFinding] {
        let uses = container.uses.filter { gpuIndex, use in
            use.hasContext && !use.isDriverService && !use.hasEnded
                && !pod.containers.contains { $0.wasGiven(gpuIndex, for: use) }
        }
        guard let first = uses.first else { return [] }
        let indexes = Set(uses.map(\.gpuIndex)).sorted()
        let isPart = uses.contains { container.wasGiven($0.gpuIndex) }
        return [
            AttributionFinding(
                .useWithoutAllocation, .warning, .checkApp, gpu: indexes.count == 1 ? indexes[0] : nil,
                pid: first.use.pid,
                pod: identity(pod, container),
                "\(title(pod, container)) uses \(isPart ? "a part of " : "")GPU \(list(indexes.map { "\($0)" })), which the kubelet did not give to it.",
                remedy:
                    "It is privileged or has NVIDIA_VISIBLE_DEVICES set in its image: the scheduler can give the same GPU to "
                    + "another pod.")
        ]
    }

    /// The kubelet lists pods that have ended for a while; two that live must not have the same device.
    private func givenTwice(_ pods: [PodUse]) -> [AttributionFinding] {
        var owners: [String: [String]] = [:]
        for pod in pods where pod.isLive == true {
            let ids = Set(pod.containers.flatMap(\.devices).filter { $0.id.target != .other }.map(\.id.text))
            for id in ids { owners[id, default: []].append(pod.title) }
        }
        return owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { id, titles in
            AttributionFinding(
                .deviceGivenTwice, .warning, .checkApp,
                "\(id) was given to \(titles.sorted().joined(separator: " and ")) at the same time.",
                remedy: "Restart the device plugin's pod, and the kubelet if it persists.")
        }
    }

    private func title(_ pod: PodUse, _ container: ContainerUse) -> String {
        container.name.map { "Container \($0) of pod \(pod.title)" } ?? "Pod \(pod.title)"
    }

    private func identity(_ pod: PodUse, _ container: ContainerUse) -> PodIdentity {
        var identity = pod.identity
        identity.container = container.name
        return identity
    }

    private func list(_ texts: [String]) -> String {
        texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? " and \(texts.count - 8) more" : "")
    }
}
