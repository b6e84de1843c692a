internal import Snapshots

extension GPUAttribution {
    /// What does not fit together, as findings beside those of the hardware: one for each kind and GPU.
    ///
    /// They say nothing of a GPU's health; critical ones count for the node's. What the rules of health find themselves is left out.
    package var healthFindings: [HealthFinding] {
        var byPlace: [Place: [AttributionFinding]] = [:]
        for finding in findings where finding.kind.title != nil {
            byPlace[Place(kind: finding.kind, gpu: finding.gpuIndex), default: []].append(finding)
        }
        return byPlace.sorted { $0.key < $1.key }.compactMap { place, all in finding(place, all) }
    }

    private struct Place: Hashable, Comparable {
        let kind: AttributionFinding.Kind
        let gpu: UInt32?

        static func < (left: Place, right: Place) -> Bool {
            (left.gpu ?? .max, left.kind.rawValue) < (right.gpu ?? .max, right.kind.rawValue)
        }
    }

    /// Messages of one finding; further ones are counted.
    private static let messageLimit = 3

    private func finding(_ place: Place, _ all: [AttributionFinding]) -> HealthFinding? {
        guard let title = place.kind.title, let first = all.first else { return nil }
        var evidence = all.prefix(Self.messageLimit).map {
            HealthEvidence(place.kind.reading, $0.message, place.kind.source)
        }
        if all.count > Self.messageLimit {
            evidence.append(
                HealthEvidence(place.kind.reading, "\(all.count - Self.messageLimit) more", place.kind.source))
        }
        return HealthFinding(
            rule: place.kind.rawValue, severity: all.map(\.severity).max() ?? first.severity, gpu: place.gpu,
            busID: gpus.first { $0.gpu.index == place.gpu }?.gpu.busID.value, title: title, evidence: evidence,
            action: first.action, confirm: first.remedy)
    }
}

extension HealthFinding {
    /// True for what does not fit between processes, pods and GPUs: it is no fault of a GPU.
    package var isDisagreement: Bool { AttributionFinding.Kind(rawValue: rule)?.title != nil }
}

extension AttributionFinding.Kind {
    /// One sentence for all findings of the kind; nil for what a rule of health says as well.
    fileprivate var title: String? {
        switch self {
        case .processWithoutPod: "Processes outside of any pod use the GPU."
        case .podWithoutProcess: "A pod was given the GPU or a part of it, and none of its processes uses that."
        case .useWithoutAllocation: "A pod uses a GPU that the kubelet did not give to it."
        case .holderWithoutContext: "Processes hold the GPU's device open without working on it."
        case .allocatedDeviceMissing: "A pod was given a GPU, or a part of one, that NVML does not have."
        case .deviceGivenTwice: "Running pods were given the same device."
        case .processIDsNotShared: "Processes cannot be named: the agent runs in a process id namespace of its own."
        case .memoryWithoutProcess, .zombieProcess, .uninterruptibleProcess, .processGone: nil
        }
    }

    fileprivate var reading: String {
        switch self {
        case .podWithoutProcess, .useWithoutAllocation, .allocatedDeviceMissing, .deviceGivenTwice: "pod_allocation"
        default: "processes"
        }
    }

    fileprivate var source: HealthEvidence.Source {
        switch self {
        case .podWithoutProcess, .useWithoutAllocation, .allocatedDeviceMissing, .deviceGivenTwice: .kubelet
        default: .proc
        }
    }
}
