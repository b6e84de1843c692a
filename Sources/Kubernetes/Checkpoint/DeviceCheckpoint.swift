package import HostNode
internal import JSON
package import Snapshots

/// The kubelet's device manager keeps its allocations in a file, to know them after a restart.
///
/// The format is not promised to anybody (pkg/kubelet/cm/devicemanager/checkpoint), but it has what the PodResources socket
/// lacks: uids, and all devices that plugins announced. Entries of pods that are gone may stay in it for a while.
package struct DeviceCheckpoint: Sendable, Equatable {
    static let name = "kubelet_internal_checkpoint"
    static let sizeLimit = 8 << 20

    /// With uid, container and resource; neither namespace nor name.
    package var allocations: [DeviceAllocation] = []
    package var announced: [AnnouncedDevices] = []

    package init() {}

    /// Reads the file's text; nil if it is no such file. Entries that are not understood are left out.
    package init?(_ bytes: [UInt8]) {
        let limits = JSONParser.Limits(depth: 16, bytes: Self.sizeLimit)
        guard let root = try? JSONParser.parse(bytes, limits: limits), let data = root["Data"]?.objectValue else {
            return nil
        }
        for entry in data["PodDeviceEntries"]?.arrayValue ?? [] {
            if let allocation = Self.allocation(entry) { allocations.append(allocation) }
        }
        for member in data["RegisteredDevices"]?.objectValue ?? JSONObject() {
            let ids = (member.value.arrayValue ?? []).compactMap(\.stringValue)
            announced.append(AnnouncedDevices(resource: member.key, deviceIDs: ids))
        }
        announced.sort { $0.resource < $1.resource }
    }

    private static func allocation(_ entry: JSONValue) -> DeviceAllocation? {
        guard let uid = entry["PodUID"]?.stringValue, let container = entry["ContainerName"]?.stringValue,
            let resource = entry["ResourceName"]?.stringValue, let ids = entry["DeviceIDs"]
        else { return nil }
        var allocation = DeviceAllocation()
        allocation.podUID = uid
        allocation.container = container
        allocation.resource = resource
        // By NUMA node since 1.20, before that a plain list.
        let lists = ids.objectValue?.map(\.value) ?? [ids]
        allocation.deviceIDs = lists.flatMap { ($0.arrayValue ?? []).compactMap(\.stringValue) }
        allocation.isInCheckpoint = true
        return allocation
    }

    /// Reads the file, and says whether that worked.
    package static func read(_ path: String, _ files: any HostFiles) -> (
        source: KubeletSource, checkpoint: DeviceCheckpoint
    ) {
        do throws(HostFileError) {
            let bytes = try files.read(path, limit: sizeLimit)
            guard let checkpoint = DeviceCheckpoint(bytes) else {
                return (KubeletSource(.failed, path: path, detail: "it is not the kubelet's JSON"), DeviceCheckpoint())
            }
            return (KubeletSource(.read, path: path), checkpoint)
        } catch {
            let outcome: KubeletSource.Outcome =
                switch error.cause {
                case .missing: .missing
                case .noPermission: .noPermission
                default: .failed
                }
            let detail = outcome == .missing ? "" : error.description
            return (KubeletSource(outcome, path: path, detail: detail), DeviceCheckpoint())
        }
    }
}
