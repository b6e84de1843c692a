#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The processes of the container that this process runs in, found by control group.
///
/// Mount and pid namespaces do not tell: a pod on the host's pid namespace sees every process of the node, and a session
/// that has entered the driver's root is in another mount namespace. All that was started in the container, by whatever
/// way, stays in its control group (`/proc/PID/cgroup`, cgroups(7)).
package struct ContainerProcesses: Sendable {
    private let procRoot: String
    private let ownPID: Int32
    private let ownGroups: [UInt8]
    /// The kernel's own list of this group's members, where it can be reached.
    private let memberList: String?

    /// - Parameters:
    ///   - procRoot: where the proc file system is mounted.
    ///   - cgroupRoot: where the control group file systems are mounted.
    ///   - ownPID: the process whose group counts, which is not counted itself.
    /// - Returns: nil where the group cannot be read: no proc file system, or not Linux.
    package init?(procRoot: String = "/proc", cgroupRoot: String = "/sys/fs/cgroup", ownPID: Int32 = getpid()) {
        guard let groups = SmallFile.read("\(procRoot)/\(ownPID)/cgroup"), !groups.isEmpty else { return nil }
        self.procRoot = procRoot
        self.ownPID = ownPID
        ownGroups = groups
        memberList = Self.memberLists(of: groups, below: cgroupRoot).first { path in
            SmallFile.read(path).map(Self.pids)?.contains(ownPID) ?? false
        }
    }

    /// How many other living processes there are in this container.
    package func othersAlive() -> Int {
        if let memberList, let list = SmallFile.read(memberList) {
            // 0 stands for a process that this pid namespace cannot see.
            return Self.pids(list).filter { $0 != ownPID && $0 > 0 && isAlive($0) }.count
        }
        return allPIDs().filter { $0 != ownPID && isInOwnGroup($0) && isAlive($0) }.count
    }

    private func isInOwnGroup(_ pid: Int32) -> Bool { SmallFile.read("\(procRoot)/\(pid)/cgroup") == ownGroups }

    /// False for a zombie and for a process that is gone. The state follows the last `)`, since a name may hold any byte.
    private func isAlive(_ pid: Int32) -> Bool {
        guard let stat = SmallFile.read("\(procRoot)/\(pid)/stat"), let end = stat.lastIndex(of: UInt8(ascii: ")")),
            end + 2 < stat.count
        else { return false }
        return ![UInt8(ascii: "Z"), UInt8(ascii: "X")].contains(stat[end + 2])
    }

    private func allPIDs() -> [Int32] {
        guard let directory = opendir(procRoot) else { return [] }
        defer { closedir(directory) }
        var pids: [Int32] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let pid = Int32(name) { pids.append(pid) }
        }
        return pids
    }

    /// Where the member list may be: cgroup v2 has one tree, v1 one for each controller; with a private cgroup namespace
    /// the paths begin at the container.
    private static func memberLists(of groups: [UInt8], below root: String) -> [String] {
        String(decoding: groups, as: UTF8.self).split(separator: "\n").flatMap { line -> [String] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, !fields[2].contains("..") else { return [] }
            let path = fields[2] == "/" ? "" : String(fields[2])
            switch fields[1] {
            case "": return ["\(root)\(path)/cgroup.procs"]
            case "memory", "pids":
                return ["\(root)/\(fields[1])\(path)/cgroup.procs", "\(root)/\(fields[1])/cgroup.procs"]
            default: return []
            }
        }
    }

    private static func pids(_ list: [UInt8]) -> [Int32] {
        list.split(separator: UInt8(ascii: "\n")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }
}
