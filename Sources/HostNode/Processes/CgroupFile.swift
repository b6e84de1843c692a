package import Snapshots

/// Reads /proc/<pid>/cgroup: one line `0::PATH` with cgroup v2, several `N:controllers:PATH` with v1 and mixed forms.
package enum CgroupFile {
    /// What the process belongs to. Total over bytes: what is not understood is `unknown`.
    package static func owner(_ bytes: [UInt8]) -> HostProcessOwner {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).prefix(64).compactMap(Line.init)
        let owners = lines.sorted { $0.rank < $1.rank }.map { CgroupPath($0.path).owner }
        return owners.min { $0.rank < $1.rank } ?? .unknown
    }

    private struct Line {
        let path: [UInt8]
        /// Controllers that container runtimes always use come first: with v1 each has a path of its own.
        let rank: Int

        init?(_ line: ArraySlice<UInt8>) {
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[2].count <= 4096 else { return nil }
            path = Array(parts[2])
            let controllers = String(decoding: parts[1].prefix(64), as: UTF8.self).split(separator: ",")
            rank = ["memory", "pids", "name=systemd"].firstIndex { controllers.contains(Substring($0)) } ?? 3
        }
    }
}

extension HostProcessOwner {
    /// The more a path tells, the lower.
    fileprivate var rank: Int {
        switch self {
        case .pod(let reference): reference.containerID != nil ? 0 : 1
        case .container: 2
        case .slurmJob: 3
        case .userSession: 4
        case .service: 5
        case .unknown: 6
        }
    }
}
