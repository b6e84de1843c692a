package import HostNode
internal import JSON
package import Snapshots

/// Container runtimes keep each container's description on the node; Kubernetes' names are in its annotations.
///
/// Only those names are taken from it: the description also holds the container's environment.
package enum ContainerState {
    private static let sizeLimit = 4 << 20

    /// Where the description is, and under which names.
    private struct Place {
        let path: @Sendable (String) -> String
        /// Where in the JSON the names are.
        let section: [String]
        let keys: Keys
    }

    private struct Keys {
        let namespace: String
        let name: String
        let uid: String
        let container: String

        /// containerd's CRI plugin.
        static let containerd = Keys(
            namespace: "io.kubernetes.cri.sandbox-namespace", name: "io.kubernetes.cri.sandbox-name",
            uid: "io.kubernetes.cri.sandbox-uid", container: "io.kubernetes.cri.container-name")
        /// What the kubelet itself gives to all runtimes as labels.
        static let kubelet = Keys(
            namespace: "io.kubernetes.pod.namespace", name: "io.kubernetes.pod.name", uid: "io.kubernetes.pod.uid",
            container: "io.kubernetes.container.name")
    }

    private static let places: [Place] = [
        Place(
            path: { "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\($0)/config.json" },
            section: ["annotations"], keys: .containerd),
        Place(
            path: { "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/\($0)/config.json" },
            section: ["annotations"], keys: .containerd),
        Place(
            path: { "/run/containers/storage/overlay-containers/\($0)/userdata/config.json" },
            section: ["annotations"], keys: .kubelet),
        Place(
            path: { "/var/lib/containers/storage/overlay-containers/\($0)/userdata/config.json" },
            section: ["annotations"], keys: .kubelet),
        Place(
            path: { "/var/lib/docker/containers/\($0)/config.v2.json" },
            section: ["Config", "Labels"], keys: .kubelet),
    ]

    /// The pod and container with this container id (64 hexadecimal digits); nil if no runtime tells.
    package static func identity(of id: String, _ files: any HostFiles) -> PodIdentity? {
        guard id.utf8.count == 64, PodNames.isName(id) else { return nil }
        for place in places {
            guard let bytes = try? files.read(place.path(id), limit: sizeLimit) else { continue }
            return identity(bytes, place)
        }
        return nil
    }

    private static func identity(_ bytes: [UInt8], _ place: Place) -> PodIdentity? {
        guard let root = try? JSONParser.parse(bytes, limits: .init(depth: 64, bytes: sizeLimit)) else { return nil }
        let section = place.section.reduce(Optional(root)) { $0?[$1] }
        func name(_ key: String) -> String? {
            section?[key]?.stringValue.flatMap { PodNames.isName($0) ? $0 : nil }
        }
        guard let pod = name(place.keys.name), let namespace = name(place.keys.namespace) else { return nil }
        return PodIdentity(
            uid: name(place.keys.uid), namespace: namespace, name: pod, container: name(place.keys.container))
    }
}
