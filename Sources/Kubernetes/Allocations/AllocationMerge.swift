package import HostNode
package import Snapshots

/// Puts together what the PodResources socket and the checkpoint tell of the same containers.
package struct AllocationMerge {
    private let logs: PodLogNames
    private let uids: LogUIDs
    private let cgroups: PodCgroups

    package init(_ logs: PodLogNames, _ cgroups: PodCgroups) {
        self.logs = logs
        uids = LogUIDs(logs)
        self.cgroups = cgroups
    }

    /// One entry for each container and resource, the resources of GPUs only, in the order of pods' names.
    package func merge(_ fromSocket: [DeviceAllocation], _ fromCheckpoint: [DeviceAllocation]) -> [DeviceAllocation] {
        var merged = fromSocket.filter(\.isOfGPUs).map(withUID)
        for entry in fromCheckpoint where entry.isOfGPUs { add(withName(entry), to: &merged) }
        return merged.map(tidied).sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    private func add(_ entry: DeviceAllocation, to merged: inout [DeviceAllocation]) {
        let index = merged.firstIndex { other in
            other.container == entry.container && other.resource == entry.resource && isSamePod(other, entry)
        }
        guard let index else { return merged.append(entry) }
        merged[index].podUID = merged[index].podUID ?? entry.podUID
        merged[index].isInCheckpoint = true
        merged[index].deviceIDs += entry.deviceIDs
    }

    /// By uid where both have one. Else by name and what they hold: the name of a deleted pod may be in use again.
    private func isSamePod(_ one: DeviceAllocation, _ other: DeviceAllocation) -> Bool {
        if let uid = one.podUID, let otherUID = other.podUID { return uid == otherUID }
        guard let namespace = one.namespace, let name = one.pod, let uid = other.podUID else { return false }
        let uids = uids[namespace, name]
        return (uids.isEmpty || uids.contains(uid)) && !Set(one.deviceIDs).isDisjoint(with: other.deviceIDs)
    }

    private func withUID(_ entry: DeviceAllocation) -> DeviceAllocation {
        guard let namespace = entry.namespace, let pod = entry.pod else { return entry }
        let uids = uids[namespace, pod]
        var entry = entry
        entry.podUID = uids.count == 1 ? uids[0] : nil
        return entry
    }

    private func withName(_ entry: DeviceAllocation) -> DeviceAllocation {
        guard let pod = entry.podUID.flatMap(logs.pod(uid:)) else { return entry }
        var entry = entry
        entry.namespace = pod.namespace
        entry.pod = pod.name
        return entry
    }

    private func tidied(_ entry: DeviceAllocation) -> DeviceAllocation {
        var entry = entry
        var seen: Set<String> = []
        entry.deviceIDs = entry.deviceIDs.filter { seen.insert($0).inserted }
        entry.isLive = entry.podUID.flatMap(cgroups.isLive)
        return entry
    }
}

extension DeviceAllocation {
    /// Whether these are GPUs or parts of them, by the names of NVIDIA's resources or of the devices. NVIDIA's network cards
    /// are of no concern here, but one that is named by its PCI address looks like a GPU passed through.
    package var isOfGPUs: Bool {
        guard !isDynamic else { return resource == "gpu.nvidia.com" }
        let prefixes = ["nvidia.com/gpu", "nvidia.com/mig-"]
        return prefixes.contains { resource.hasPrefix($0) }
            || deviceIDs.contains { id in
                switch HostDeviceID(id).target {
                case .other: false
                case .pci: resource.hasPrefix("nvidia.com/")
                default: true
                }
            }
    }

    fileprivate var order: [String] { [namespace ?? "", pod ?? podUID ?? "", container, resource] }
}
