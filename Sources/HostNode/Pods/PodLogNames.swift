package import Snapshots

/// The names of pods and containers from the names of their log files: no API server is asked, and they vanish with the pod.
package struct PodLogNames: Sendable {
    private var pods: [String: HostPod] = [:]
    private var containers: [String: HostPod] = [:]
    private let files: any HostFiles

    /// Lists /var/log/pods and /var/log/containers once.
    package init(_ files: any HostFiles) {
        self.files = files
        for name in (try? files.list("/var/log/pods")) ?? [] {
            if let pod = Self.pod(folder: name), let uid = pod.uid { pods[uid] = pod }
        }
        for name in (try? files.list("/var/log/containers")) ?? [] {
            if let (id, pod) = Self.container(link: name) { containers[id] = pod }
        }
    }

    /// All pods that have a log directory, by namespace and name.
    package var all: [HostPod] {
        pods.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }

    /// The pod with this uid, without a container.
    package func pod(uid: String) -> HostPod? { pods[uid] }

    /// Pod and container of this container id.
    package func container(id: String) -> HostPod? { containers[id] }

    /// The container of a pod that has only one, init containers counted too; nil for several.
    package func onlyContainer(of pod: HostPod) -> String? {
        guard let uid = pod.uid else { return nil }
        let names = try? files.list("/var/log/pods/\(pod.namespace)_\(pod.name)_\(uid)")
        guard let names, names.count == 1, KubernetesName.isValid(names[0]) else { return nil }
        return names[0]
    }

    /// `<namespace>_<name>_<uid>`: none of the three can hold an underscore.
    private static func pod(folder name: String) -> HostPod? {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0...1].allSatisfy(KubernetesName.isValid), KubernetesName.isID(parts[2]) else {
            return nil
        }
        return HostPod(namespace: String(parts[0]), name: String(parts[1]), uid: String(parts[2]))
    }

    /// `<pod>_<namespace>_<container>-<id>.log`, with 64 digits of id.
    private static func container(link name: String) -> (id: String, pod: HostPod)? {
        guard name.hasSuffix(".log") else { return nil }
        let parts = name.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0...1].allSatisfy(KubernetesName.isValid), parts[2].utf8.count > 65 else {
            return nil
        }
        let id = parts[2].suffix(64)
        let container = parts[2].dropLast(65)
        guard KubernetesName.isID(id), KubernetesName.isValid(container), parts[2].dropLast(64).last == "-" else {
            return nil
        }
        let pod = HostPod(namespace: String(parts[1]), name: String(parts[0]), container: String(container))
        return (String(id), pod)
    }
}
