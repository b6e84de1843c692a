/// The kernel's log of a node, in the records of /dev/kmsg.
struct KernelLog {
    private let scenario: Scenario
    /// GPUs whose UUID the driver has printed already; it does so once, before their first Xid.
    private var introduced: Set<Int> = []
    private var lines: [(time: Double, line: KernelLine)] = []

    init(_ scenario: Scenario) {
        self.scenario = scenario
        boot()
        let uptime = scenario.system.uptimeSeconds
        for line in scenario.kernelLog.sorted(by: { $0.time(uptime: uptime) < $1.time(uptime: uptime) }) {
            append(line, at: line.time(uptime: uptime))
        }
    }

    /// Records as reading /dev/kmsg gives them, one after the other.
    var records: String {
        lines.enumerated().map { sequence, entry in
            let microseconds = Int64(clamping: entry.time * 1_000_000)
            let line = entry.line
            let head = "\(line.priority),\(sequence),\(microseconds),\(line.flags);\(Self.escaped(line.message))\n"
            return head + line.tags.map { " \($0)\n" }.joined()
        }.joined()
    }

    private mutating func boot() {
        let system = scenario.system
        say("Linux version \(system.kernel) (buildd@lcy02) #63 SMP PREEMPT_DYNAMIC", at: 0, priority: 5)
        guard let version = system.moduleVersion else { return }
        let kind =
            system.openModule ? "Open Kernel Module for \(system.architecture)" : "\(system.architecture) Kernel Module"
        say("nvidia: loading out-of-tree module taints kernel.", at: 9.1, priority: 4)
        say("nvidia-nvlink: Nvlink Core is being initialized, major device number 239", at: 9.2, priority: 6)
        say("NVRM: loading NVIDIA UNIX \(kind)  \(version)  Release Build", at: 9.6, priority: 4, flags: "c")
    }

    private mutating func append(_ line: KernelLine, at time: Double) {
        guard let index = line.gpu, scenario.allGPUs.indices.contains(index) else {
            lines.append((time, line))
            return
        }
        let gpu = scenario.allGPUs[index]
        var line = line
        if let xid = line.xid {
            introduce(index, gpu, at: time)
            line.message = "NVRM: Xid (PCI:\(gpu.pci.busID.kernelName)): \(xid), \(line.message)"
        }
        line.message = line.message.replacing("{bus_id}", with: gpu.pci.busID.sysfsName)
        lines.append((time, line))
    }

    private mutating func introduce(_ index: Int, _ gpu: GPU, at time: Double) {
        guard introduced.insert(index).inserted, let uuid = gpu.identity.uuid.value?.string else { return }
        say("NVRM: GPU at PCI:\(gpu.pci.busID.kernelName): \(uuid)", at: time, priority: 4, flags: "c")
        guard let serial = gpu.identity.serial.value?.string else { return }
        say("NVRM: GPU Board Serial Number: \(serial)", at: time, priority: 4, flags: "c")
    }

    private mutating func say(_ message: String, at time: Double, priority: Int, flags: String = "-") {
        var line = KernelLine()
        line.priority = priority
        line.flags = flags
        line.message = message
        lines.append((time, line))
    }

    /// Control characters, bytes above 0x7e and the backslash, as the kernel prints them.
    private static func escaped(_ message: String) -> String {
        var escaped = ""
        for byte in message.utf8 {
            if byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\\") {
                escaped += "\\x" + hex(byte, 2)
            } else {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return escaped
    }
}

extension String {
    fileprivate func replacing(_ mark: String, with text: String) -> String {
        guard let range = firstRange(of: mark) else { return self }
        return self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
