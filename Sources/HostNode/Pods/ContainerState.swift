import JSON
package import Snapshots

/// The names of one container from the files in which its runtime keeps its state. Of these only labels and annotations are
/// kept: environments, which stand there too, hold secrets.
package struct ContainerState: Sendable {
    private let files: any HostFiles

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// Asks containerd (also those of k3s, RKE2, k0s and MicroK8s), CRI-O and docker in turn.
    package func pod(containerID id: String) -> HostPod? {
        guard KubernetesName.isID(id) else { return nil }
        for (path, keys) in Self.places(id) {
            guard let bytes = try? files.read(path, limit: 4 << 20), let root = try? JSONParser.parse(bytes) else {
                continue
            }
            for holder in keys.holders {
                if let pod = Self.pod(in: holder.reduce(root) { $0?[$1] }, keys) { return pod }
            }
        }
        return nil
    }

    /// Where a runtime writes what.
    private struct Keys {
        /// The ways to the object that holds the names.
        let holders: [[String]]
        let namespace: String
        let name: String
        let uid: String
        let container: String
    }

    private static let containerd = Keys(
        holders: [["annotations"]], namespace: "io.kubernetes.cri.sandbox-namespace",
        name: "io.kubernetes.cri.sandbox-name", uid: "io.kubernetes.cri.sandbox-uid",
        container: "io.kubernetes.cri.container-name")
    private static let kubelet = Keys(
        holders: [["annotations"], ["Config", "Labels"]], namespace: "io.kubernetes.pod.namespace",
        name: "io.kubernetes.pod.name", uid: "io.kubernetes.pod.uid", container: "io.kubernetes.container.name")

    /// The ways to all objects that hold names: with ``nameKeys`` everything that is looked at in a state file.
    package static var nameHolders: [[String]] {
        containerd.holders + kubelet.holders.filter { !containerd.holders.contains($0) }
    }

    /// What is looked for in those objects.
    package static var nameKeys: Set<String> {
        Set([containerd, kubelet].flatMap { [$0.namespace, $0.name, $0.uid, $0.container] })
    }

    private static func places(_ id: String) -> [(path: String, keys: Keys)] {
        let task = "io.containerd.runtime.v2.task/k8s.io/\(id)/config.json"
        let roots = [
            "/run/containerd", "/run/k3s/containerd", "/run/k0s/containerd", "/var/snap/microk8s/common/run/containerd",
        ]
        return roots.map { ("\($0)/\(task)", containerd) } + [
            ("/run/containers/storage/overlay-containers/\(id)/userdata/config.json", kubelet),
            ("/var/lib/containers/storage/overlay-containers/\(id)/userdata/config.json", kubelet),
            ("/var/lib/docker/containers/\(id)/config.v2.json", kubelet),
        ]
    }

    private static func pod(in object: JSONValue?, _ keys: Keys) -> HostPod? {
        guard let namespace = object?[keys.namespace]?.stringValue, let name = object?[keys.name]?.stringValue,
            KubernetesName.isValid(namespace), KubernetesName.isValid(name)
        else { return nil }
        let uid = object?[keys.uid]?.stringValue.flatMap { KubernetesName.isID($0) ? $0 : nil }
        let container = object?[keys.container]?.stringValue.flatMap { KubernetesName.isValid($0) ? $0 : nil }
        return HostPod(namespace: namespace, name: name, uid: uid, container: container)
    }
}
