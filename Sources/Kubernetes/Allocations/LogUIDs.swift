package import HostNode
internal import Snapshots

/// The uids of pods by their names: those under which they have left logs.
package struct LogUIDs: Sendable {
    private var uids: [Name: [String]] = [:]

    private struct Name: Hashable {
        let namespace: String
        let pod: String
    }

    package init(_ logs: PodLogNames) {
        for pod in logs.all {
            guard let uid = pod.uid else { continue }
            uids[Name(namespace: pod.namespace, pod: pod.name), default: []].append(uid)
        }
    }

    /// Several where a name was given again, as a StatefulSet does.
    package subscript(namespace: String, pod: String) -> [String] {
        uids[Name(namespace: namespace, pod: pod)] ?? []
    }
}
