/// A process of the node, as /proc tells about it.
package struct HostProcess: ScenarioSection, Sendable {
    package var pid: UInt32 = 0
    package var parent: UInt32 = 1
    /// The kernel's name, 15 bytes at most.
    package var name = ""
    package var command: [String] = []
    package var user = 0
    /// One letter: R, S, D, Z, T.
    package var state = "S"
    /// Seconds after the node was booted.
    package var startedAt = 0.0
    /// Lines of /proc/PID/cgroup; made from the pod when empty.
    package var cgroup: [String] = []
    package var pod: PodPlace?
    /// Device files it holds open.
    package var opens: [String] = []
    package var waitChannel = ""
    /// Frames of /proc/PID/stack.
    package var stack: [String] = []
    package var residentKiB = 0

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        guard let pid = UInt32(exactly: try reader.integer("pid") ?? 0), pid > 0 else {
            throw ScenarioError("expected a process id above 0", at: reader.place("pid"))
        }
        self.pid = pid
        parent = UInt32(truncatingIfNeeded: try reader.integer("parent") ?? 1)
        command = try reader.strings("command")
        name = try reader.string("name") ?? command.first ?? "process"
        user = try reader.integer("user") ?? 0
        state = try reader.string("state") ?? "S"
        startedAt = try reader.seconds("started_s") ?? 0
        cgroup = try reader.strings("cgroup")
        pod = try reader.optional("pod")
        opens = try reader.strings("opens")
        waitChannel = try reader.string("wait_channel") ?? ""
        stack = try reader.strings("stack")
        residentKiB = try reader.integer("resident_kib") ?? 0
    }

    /// What /proc/PID/cgroup says: the given lines, or the pod's place with the systemd driver on cgroup v2.
    var cgroupLines: [String] {
        if !cgroup.isEmpty { return cgroup }
        return ["0::" + (pod?.cgroup ?? "/system.slice/\(name).service")]
    }
}

/// The pod and container that a process belongs to.
package struct PodPlace: ScenarioSection, Sendable {
    package var namespace = "default"
    package var name = ""
    package var uid = ""
    package var container = ""
    /// 64 hexadecimal digits; made from the UID when nothing is said.
    package var containerID = ""

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        namespace = try reader.string("namespace") ?? "default"
        name = try reader.string("name") ?? ""
        container = try reader.string("container") ?? "main"
        var random = SplitMix(seed: "\(namespace)/\(name)")
        uid = try reader.string("uid") ?? random.uuid()
        var container = SplitMix(seed: "\(uid)/\(self.container)")
        let id = (0..<4).map { _ in hex(container.next(), 16) }.joined()
        containerID = try reader.string("container_id") ?? id
    }

    var cgroup: String {
        let slice = "kubepods-burstable-pod" + String(uid.map { $0 == "-" ? "_" : $0 }) + ".slice"
        return "/kubepods.slice/kubepods-burstable.slice/\(slice)/cri-containerd-\(containerID).scope"
    }
}
