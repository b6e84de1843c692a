package import HostNode

/// Whether a pod is alive: it has a cgroup exactly as long as the kubelet runs it.
package struct PodCgroups: Sendable {
    private let files: any HostFiles
    /// The folders in which pods' cgroups can lie, with the cgroup drivers that use them; those that exist.
    private let folders: [(path: String, isSystemd: Bool)]

    package init(_ files: any HostFiles) {
        self.files = files
        // Version 2 has one tree; with version 1 each controller has its own, of which every kubelet uses these.
        let roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/systemd"]
        // A node that is itself a container (kind) has its pods below a folder of the kubelet.
        let found = roots.flatMap { root in
            [
                ("\(root)/kubepods.slice", true), ("\(root)/kubepods", false),
                ("\(root)/kubelet.slice/kubelet-kubepods.slice", true), ("\(root)/kubelet/kubepods", false),
            ]
        }.filter { files.exists($0.0) }
        folders = found.map { (path: $0.0, isSystemd: $0.1) }
    }

    /// Nil where no pod's cgroup can be seen at all.
    package func isLive(_ uid: String) -> Bool? {
        guard !folders.isEmpty, !uid.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return folders.contains { folder in
            ["", "burstable", "besteffort"].contains { files.exists(path(uid, $0, in: folder)) }
        }
    }

    /// `kubepods-burstable.slice/kubepods-burstable-pod<uid with _>.slice`, or `burstable/pod<uid>`.
    private func path(_ uid: String, _ qos: String, in folder: (path: String, isSystemd: Bool)) -> String {
        guard folder.isSystemd else { return "\(folder.path)/\(qos)/pod\(uid)" }
        let prefix = folder.path.hasSuffix("kubelet-kubepods.slice") ? "kubelet-kubepods" : "kubepods"
        let name = String(uid.map { $0 == "-" ? "_" : $0 })
        return qos.isEmpty
            ? "\(folder.path)/\(prefix)-pod\(name).slice"
            : "\(folder.path)/\(prefix)-\(qos).slice/\(prefix)-\(qos)-pod\(name).slice"
    }
}
