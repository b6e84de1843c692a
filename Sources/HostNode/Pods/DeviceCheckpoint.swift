import JSON
package import Snapshots

/// The kubelet's record of which devices it gave to which container (`kubelet_internal_checkpoint`). Its format is the
/// kubelet's own affair: what is not understood is left out.
package struct DeviceCheckpoint: Sendable {
    /// Where kubelets keep their files: usually, k0s, MicroK8s.
    package static let kubeletRoots = [
        "/var/lib/kubelet", "/var/lib/k0s/kubelet", "/var/snap/microk8s/common/var/lib/kubelet",
    ]

    private let files: any HostFiles

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// The first checkpoint there is. Not supported where there is none, or where it is none that can be read.
    ///
    /// - Parameter prefix: of the names of the resources wanted.
    package func read(resources prefix: String = "nvidia.com/") -> Reading<[HostDeviceAllocation]> {
        var reason = Unavailable.notSupported
        for root in Self.kubeletRoots {
            let reading = files.reading("\(root)/device-plugins/kubelet_internal_checkpoint", limit: 16 << 20) {
                Self.parse($0, prefix)
            }
            guard case .unavailable(let found) = reading else { return reading }
            if found != .notSupported { reason = found }
        }
        return .unavailable(reason)
    }

    static func parse(_ bytes: [UInt8], _ prefix: String) -> [HostDeviceAllocation]? {
        let limits = JSONParser.Limits(bytes: 16 << 20)
        guard let root = try? JSONParser.parse(bytes, limits: limits), let data = root["Data"]?.objectValue else {
            return nil
        }
        return (data["PodDeviceEntries"]?.arrayValue ?? []).compactMap { allocation($0, prefix) }
    }

    private static func allocation(_ entry: JSONValue, _ prefix: String) -> HostDeviceAllocation? {
        guard let uid = entry["PodUID"]?.stringValue, let container = entry["ContainerName"]?.stringValue,
            let resource = entry["ResourceName"]?.stringValue, resource.hasPrefix(prefix), KubernetesName.isID(uid)
        else { return nil }
        return HostDeviceAllocation(
            podUID: uid, container: Text.clean(container.utf8), resource: Text.clean(resource.utf8),
            devices: devices(entry["DeviceIDs"]))
    }

    /// A list of ids, or lists of ids by NUMA node (kubelet 1.20 and later).
    private static func devices(_ value: JSONValue?) -> [HostDeviceID] {
        let lists = value?.objectValue.map { $0.map(\.value) } ?? value.map { [$0] } ?? []
        let ids = lists.flatMap { $0.arrayValue ?? [] }.compactMap(\.stringValue)
        return ids.sorted().map { HostDeviceID(Text.clean($0.utf8)) }
    }
}
