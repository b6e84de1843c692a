package import HostNode
package import Snapshots

/// The names of the node's pods and containers, from the folders in which their logs lie.
///
/// `/var/log/pods/<namespace>_<name>_<uid>` and `/var/log/containers/<pod>_<namespace>_<container>-<id>.log`; no name of
/// Kubernetes can have an underscore. Both vanish with the pod. Containers without a log are looked up in the runtime's own
/// state (``ContainerState``).
package struct PodNames: Sendable {
    /// Entries of one folder that are looked at.
    private static let limit = 65_536

    private let files: any HostFiles
    private var podsByUID: [String: PodIdentity] = [:]
    private var uidsByName: [PodName: Set<String>] = [:]
    private var containersByID: [String: PodIdentity] = [:]

    package init(_ files: any HostFiles) {
        self.files = files
        for name in ((try? files.list("/var/log/pods")) ?? []).prefix(Self.limit) { addPod(name) }
        for name in ((try? files.list("/var/log/containers")) ?? []).prefix(Self.limit) { addContainer(name) }
    }

    private mutating func addPod(_ folder: String) {
        let parts = folder.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard parts.count == 3, parts.allSatisfy(Self.isName) else { return }
        podsByUID[parts[2]] = PodIdentity(uid: parts[2], namespace: parts[0], name: parts[1])
        uidsByName[PodName(namespace: parts[0], name: parts[1]), default: []].insert(parts[2])
    }

    private mutating func addContainer(_ link: String) {
        guard link.hasSuffix(".log") else { return }
        let parts = link.dropLast(4).utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard parts.count == 3, parts[2].utf8.count > 65 else { return }
        let (container, id) = (String(parts[2].dropLast(65)), String(parts[2].suffix(64)))
        guard [parts[0], parts[1], container, id].allSatisfy(Self.isName) else { return }
        containersByID[id] = PodIdentity(namespace: parts[1], name: parts[0], container: container)
    }

    /// Letters, digits, dashes and dots: nothing else can be in names of Kubernetes.
    static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The pod with this uid; nil if no folder tells its name.
    package func pod(uid: String) -> PodIdentity? { podsByUID[uid] }

    /// The uid of a pod; nil if none or several of that name have left logs.
    package func uid(namespace: String, name: String) -> String? {
        let uids = uidsByName[PodName(namespace: namespace, name: name)] ?? []
        return uids.count == 1 ? uids.first : nil
    }

    /// All uids under which a pod of this name has left logs.
    package func uids(namespace: String, name: String) -> [String] {
        (uidsByName[PodName(namespace: namespace, name: name)] ?? []).sorted()
    }

    /// Whose a process is that belongs to this container or pod; nil outside of pods.
    package func identity(of reference: HostContainerReference) -> PodIdentity? {
        let known = reference.containerID.flatMap { containersByID[$0] ?? ContainerState.identity(of: $0, files) }
        let pod = reference.podUID.flatMap { podsByUID[$0] }
        guard reference.podUID != nil || known?.name != nil else { return nil }
        return PodIdentity(
            uid: reference.podUID ?? known?.uid, namespace: pod?.namespace ?? known?.namespace,
            name: pod?.name ?? known?.name, container: known?.container)
    }
}

private struct PodName: Hashable {
    let namespace: String
    let name: String
}
