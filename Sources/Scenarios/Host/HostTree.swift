/// The files of a node, made to agree with what NVML says about it.
struct HostTree {
    let scenario: Scenario
    private(set) var files: [String: HostFile] = [:]

    /// - Parameter now: seconds since the epoch.
    init(_ scenario: Scenario, now: Int64) {
        self.scenario = scenario
        if scenario.host.isGenerated { generate(now) }
        files.merge(scenario.host.folder) { $1 }
        for (path, file) in scenario.host.files { files[path] = file }
        for path in scenario.host.removed { remove(path) }
    }

    private mutating func generate(_ now: Int64) {
        addKernel(now)
        addDriver()
        addPCI()
        addProcesses()
        addKubelet()
    }

    mutating func add(_ path: String, _ text: String) { files[path] = .text(text) }

    mutating func add(_ path: String, _ file: HostFile) { files[path] = file }

    private mutating func remove(_ path: String) {
        files = files.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
    }

    private mutating func addKernel(_ now: Int64) {
        let system = scenario.system
        let uptime = Int64(clamping: system.uptimeSeconds)
        var random = SplitMix(seed: "boot/\(system.hostname)")
        add("etc/hostname", system.hostname + "\n")
        add("proc/sys/kernel/hostname", system.hostname + "\n")
        add("proc/sys/kernel/osrelease", system.kernel + "\n")
        add("proc/sys/kernel/random/boot_id", random.uuid() + "\n")
        add("proc/sys/kernel/dmesg_restrict", "1\n")
        add("proc/uptime", "\(uptime).00 \(min(uptime, Int64.max / 40) * 40).00\n")
        add("proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\nbtime \(now - uptime)\n")
        add("proc/version", "Linux version \(system.kernel) (buildd@lcy02) #63 SMP PREEMPT_DYNAMIC\n")
        add("dev/kmsg", KernelLog(scenario).records)
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Scenario {
    /// The node's files by path without a leading slash; empty when the scenario has a real directory (`host.root`).
    ///
    /// The node was booted `system.uptimeSeconds` before now.
    package var hostFiles: [String: HostFile] { hostFiles(now: Int64(time(nil))) }

    /// The node's files at a time in seconds since the epoch.
    package func hostFiles(now: Int64) -> [String: HostFile] {
        host.root == nil ? HostTree(self, now: now).files : [:]
    }
}
