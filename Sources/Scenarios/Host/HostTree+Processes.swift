extension HostTree {
    /// /proc/PID for the scenario's processes, and the log folders of their pods.
    mutating func addProcesses() {
        for process in scenario.processes {
            addStatus(process)
            addDescriptors(process)
            addMappings(process)
            if let pod = process.pod { addPod(pod) }
        }
    }

    private mutating func addStatus(_ process: HostProcess) {
        let folder = "proc/\(process.pid)"
        let name = String(process.name.prefix(15))
        let isZombie = process.state == "Z"
        // Clock ticks: 100 a second on every Linux that runs GPUs.
        let start = Int64(clamping: process.startedAt * 100)
        add(
            "\(folder)/stat",
            "\(process.pid) (\(name)) \(process.state) \(process.parent) \(process.pid) \(process.pid) 0 -1 4194560 0 0 0 0 "
                + "812 304 0 0 20 0 1 0 \(start) 0 \(process.residentKiB / 4) 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n"
        )
        let words = ["R": "running", "S": "sleeping", "D": "disk sleep", "Z": "zombie", "T": "stopped"]
        let user = process.user
        add(
            "\(folder)/status",
            "Name:\t\(name)\nState:\t\(process.state) (\(words[process.state] ?? "unknown"))\nTgid:\t\(process.pid)\n"
                + "Pid:\t\(process.pid)\nPPid:\t\(process.parent)\nUid:\t\(user)\t\(user)\t\(user)\t\(user)\n"
                + "Gid:\t\(user)\t\(user)\t\(user)\t\(user)\n"
                + (isZombie ? "" : "VmRSS:\t\(process.residentKiB) kB\n") + "Threads:\t1\n")
        add("\(folder)/comm", name + "\n")
        add("\(folder)/cmdline", isZombie ? "" : process.command.map { $0 + "\0" }.joined())
        add("\(folder)/cgroup", process.cgroupLines.map { $0 + "\n" }.joined())
        add("\(folder)/wchan", process.waitChannel.isEmpty ? "0" : process.waitChannel)
        add("\(folder)/stack", process.stack.map { "[<0>] \($0)\n" }.joined())
    }

    private mutating func addDescriptors(_ process: HostProcess) {
        let folder = "proc/\(process.pid)/fd"
        add(folder, .directory)
        guard process.state != "Z" else { return }
        add("\(folder)/0", .symlink("/dev/null"))
        for (index, path) in process.opens.enumerated() { add("\(folder)/\(3 + index)", .symlink(path)) }
    }

    /// A program, and the GPUs' device nodes, which CUDA maps.
    private mutating func addMappings(_ process: HostProcess) {
        guard process.state != "Z" else { return add("proc/\(process.pid)/maps", "") }
        var lines = ["00400000-00401000 r-xp 00000000 08:01 131100                     /usr/bin/\(process.name)\n"]
        for (index, path) in process.opens.enumerated() where path.hasPrefix("/dev/nvidia") {
            let address = 0x7f00_0000_0000 + index << 12
            let range = "\(String(address, radix: 16))-\(String(address + 4096, radix: 16))"
            lines.append("\(range) rw-s 00000000 00:05 \(600 + index)                        \(path)\n")
        }
        add("proc/\(process.pid)/maps", lines.joined())
    }

    private mutating func addPod(_ pod: PodPlace) {
        let log = "/var/log/pods/\(pod.namespace)_\(pod.name)_\(pod.uid)/\(pod.container)/0.log"
        add(String(log.dropFirst()), "")
        add("var/log/containers/\(pod.name)_\(pod.namespace)_\(pod.container)-\(pod.containerID).log", .symlink(log))
    }
}
