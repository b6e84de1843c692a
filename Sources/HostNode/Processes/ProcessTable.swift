package import Snapshots

/// The node's processes, from /proc. Environments are never read: they hold secrets.
///
/// It sees the processes of the process id namespace that /proc was mounted in: in a pod, only with `hostPID`.
package struct ProcessTable: Sendable {
    private let files: any HostFiles
    private let bootTime: Int64?
    /// Part of the target of every descriptor for a device of the driver, whatever root it was opened in.
    private static let devicePart = "/dev/nvidia"

    package init(_ files: any HostFiles) {
        self.files = files
        bootTime = BootTime.microseconds(files)
    }

    /// All process ids, in order.
    package func pids() throws(HostFileError) -> [Int32] {
        try files.list("/proc").compactMap { Int32($0) }.filter { $0 > 0 }.sorted()
    }

    /// Everything about one process; nil where there is none of that number.
    package func process(_ pid: Int32) -> HostProcess? {
        guard pid > 0 else { return nil }
        return process(pid, deviceNodes: deviceNodes(pid))
    }

    /// What a process does now; nil where there is none of that number. Nothing is read that would have to wait for one that is
    /// stuck, as its command line does.
    package func state(of pid: Int32) -> HostProcess.State? { stat(pid)?.state }

    /// Whether a process was started with this word as its first argument.
    package func process(_ pid: Int32, hasFirstArgument argument: String) -> Bool {
        let bytes = try? files.head("/proc/\(pid)/cmdline", limit: StartedProgram.limit)
        let words = (bytes ?? []).split(separator: 0, omittingEmptySubsequences: false)
        return words.count > 1 && words[1].elementsEqual(argument.utf8)
    }

    /// Only these processes, without those that have ended.
    ///
    /// - Parameter withMappings: as of ``deviceHolders(cpuBudget:withMappings:)``.
    package func processes(_ pids: some Sequence<Int32>, withMappings: Bool = false) -> [HostProcess] {
        guard withMappings else { return pids.compactMap { process($0) } }
        let numbers = DriverDeviceNumbers(files)
        return pids.compactMap { pid in
            guard pid > 0 else { return nil }
            var process = process(pid, deviceNodes: deviceNodes(pid, numbers))
            process?.mappedNodes = mappedNodes(pid)
            return process
        }
    }

    /// The processes that hold a device node of the driver open; looks at each process of the node, the newest first.
    ///
    /// The kernel needs about 3 microseconds for each open file of each process, which is nearly all that this costs.
    /// - Parameters:
    ///   - cpuBudget: microseconds of processor time after which the rest is left out and counted; nil for no end.
    ///   - withMappings: also look for device nodes that are mapped into memory, and for open ones by their numbers, whatever
    ///     they are called below /dev. A process that is stuck in the kernel can
    ///     make this wait for it, so only a process that may be killed should ask.
    package func deviceHolders(
        cpuBudget: Int64? = nil, withMappings: Bool = false
    ) -> Reading<HostDeviceHolders> {
        do throws(HostFileError) {
            let pids = try pids()
            var holders = HostDeviceHolders(processes: [], processCount: pids.count, unreadableCount: 0)
            let numbers = withMappings ? DriverDeviceNumbers(files) : nil
            let clock = ProcessorClock()
            for (index, pid) in pids.reversed().enumerated() {
                if let cpuBudget, index % 16 == 0, clock.microseconds >= cpuBudget {
                    holders.unscannedCount = pids.count - index
                    break
                }
                if let numbers { lookCloser(at: pid, numbers, &holders) } else { look(at: pid, &holders) }
            }
            holders.processes.sort { $0.pid < $1.pid }
            return .value(holders)
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private func look(at pid: Int32, _ holders: inout HostDeviceHolders) {
        switch deviceNodes(pid) {
        case .value(let nodes) where nodes.isEmpty: break
        case .value(let nodes): process(pid, deviceNodes: .value(nodes)).map { holders.processes.append($0) }
        // One that ended meanwhile is no holder.
        case .unavailable(.notSupported): break
        case .unavailable: holders.unreadableCount += 1
        }
    }

    /// Looks at descriptors and memory maps; a process whose maps may not be read counts as one that was not looked at.
    private func lookCloser(at pid: Int32, _ numbers: DriverDeviceNumbers, _ holders: inout HostDeviceHolders) {
        let (opened, mapped) = (deviceNodes(pid, numbers), mappedNodes(pid))
        // One that ended meanwhile is no holder.
        guard opened.reason != .notSupported, mapped.value != nil || files.exists("/proc/\(pid)/stat") else { return }
        if opened.value == nil || mapped.value == nil { holders.unreadableCount += 1 }
        guard !(opened.value ?? []).isEmpty || !(mapped.value ?? []).isEmpty else { return }
        guard var process = process(pid, deviceNodes: opened) else { return }
        process.mappedNodes = mapped
        holders.processes.append(process)
    }

    /// The processes that wait in the kernel and cannot be killed (state D), of these or of all.
    package func uninterruptible(among pids: [Int32]? = nil) -> [HostProcess] {
        ((try? pids ?? self.pids()) ?? []).compactMap { pid in
            guard stat(pid)?.state == .uninterruptible else { return nil }
            return process(pid)
        }
    }

    /// Where a process waits, for one that is stuck.
    package func kernelWait(_ pid: Int32) -> HostKernelWait {
        HostKernelWait(
            channel: files.reading("/proc/\(pid)/wchan") { bytes in
                bytes.isEmpty || bytes == [UInt8(ascii: "0")] ? nil : Text.clean(bytes, limit: 128)
            },
            stack: files.reading("/proc/\(pid)/stack", limit: 64 << 10) { bytes in
                Text.lines(bytes).prefix(64).map(Self.frame)
            })
    }

    /// `[<0>] nvidia_ioctl+0x1/0x2 [nvidia]` without what stands for the address.
    private static func frame(_ line: [UInt8]) -> String {
        guard line.first == UInt8(ascii: "["), let end = line.firstIndex(of: UInt8(ascii: "]")) else {
            return Text.clean(line, limit: 160)
        }
        return Text.clean(line[(end + 1)...], limit: 160)
    }
}

extension ProcessTable {
    private func process(_ pid: Int32, deviceNodes: Reading<[String]>) -> HostProcess? {
        guard let stat = stat(pid) else { return nil }
        let status = (try? files.read("/proc/\(pid)/status", limit: 16 << 10)) ?? []
        var process = HostProcess(
            pid: pid, parentPID: stat.parentPID, name: stat.name, state: stat.state,
            isKernelThread: stat.isKernelThread,
            startTicks: stat.startTicks, startedMicroseconds: started(stat.startTicks),
            uid: Self.number(status, "Uid", column: 1), innerPID: Self.number(status, "NSpid", column: -1),
            commandLine: commandLine(pid), owner: owner(pid), deviceNodes: deviceNodes)
        process.identity.executable = executable(pid)
        process.identity.namespacePIDs = Self.numbers(status, "NSpid")
        process.identity.threadGroupID = Self.number(status, "Tgid", column: 0)
        process.identity.threadCount = Self.number(status, "Threads", column: 0)
        return process
    }

    private func executable(_ pid: Int32) -> Reading<String> {
        do throws(HostFileError) {
            return .value(Text.clean(Array(try files.link("/proc/\(pid)/exe").utf8), limit: 256))
        } catch {
            return .unavailable(error.cause == .missing ? .notSupported : Unavailable(error))
        }
    }

    private func stat(_ pid: Int32) -> ProcessStat? {
        (try? files.read("/proc/\(pid)/stat", limit: 4096)).flatMap(ProcessStat.init)
    }

    /// Ticks in /proc are hundredths of a second on every processor that this agent is built for (USER_HZ).
    private func started(_ ticks: UInt64) -> Int64? {
        guard let bootTime, let ticks = Int64(exactly: ticks) else { return nil }
        let (sinceBoot, isTooLong) = ticks.multipliedReportingOverflow(by: 10_000)
        let (started, isTooLate) = bootTime.addingReportingOverflow(sinceBoot)
        return isTooLong || isTooLate ? nil : WallClock.plausible(started)
    }

    private func commandLine(_ pid: Int32) -> Reading<String> {
        do throws(HostFileError) {
            // One byte more, so that a text which is cut in the middle of a character is known to be cut.
            let bytes = try files.head("/proc/\(pid)/cmdline", limit: StartedProgram.limit + 1)
            return .value(StartedProgram.text(bytes))
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private func owner(_ pid: Int32) -> Reading<HostProcessOwner> {
        files.reading("/proc/\(pid)/cgroup", limit: 64 << 10, CgroupFile.owner)
    }

    /// One number of a line `Key:\t1\t2\t3` of /proc/<pid>/status; column -1 is the last one.
    private static func number<Number: FixedWidthInteger & Sendable>(
        _ status: [UInt8], _ key: String, column: Int
    ) -> Reading<Number> {
        for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: key.utf8) {
            let words = Text.words(line)
            guard words.first == key + ":" else { continue }
            let index = column < 0 ? words.count - 1 : column + 1
            if words.indices.contains(index), index > 0, let number = Number(words[index]) { return .value(number) }
        }
        return .unavailable(status.isEmpty ? .notRead : .notSupported)
    }

    /// All numbers of a line `Key:\t1\t2\t3` of /proc/<pid>/status.
    private static func numbers(_ status: [UInt8], _ key: String) -> Reading<[Int32]> {
        for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: key.utf8) {
            let words = Text.words(line)
            guard words.first == key + ":" else { continue }
            let numbers = words.dropFirst().compactMap { Int32($0) }
            if !numbers.isEmpty, numbers.count == words.count - 1 { return .value(numbers) }
        }
        return .unavailable(status.isEmpty ? .notRead : .notSupported)
    }

    /// The device nodes behind a process' descriptors, by their names in /dev.
    ///
    /// - Parameter numbers: to look also at what is called otherwise; nil to go by names.
    private func deviceNodes(_ pid: Int32, _ numbers: DriverDeviceNumbers? = nil) -> Reading<[String]> {
        do throws(HostFileError) {
            let folder = "/proc/\(pid)/fd"
            let links = try files.links(in: folder, containing: numbers == nil ? Self.devicePart : "/dev/")
            if links.isEmpty { return .value([]) }
            let nodes = links.compactMap { link in
                Self.nodeName(link.target) ?? numbers.flatMap { renamedNode(link, in: folder, $0) }
            }
            return .value(Set(nodes).sorted())
        } catch {
            // ESRCH: it ended between being listed and being read.
            let hasEnded = error.cause == .missing || error.cause == .system(errno: 3)
            return .unavailable(hasEnded ? .notSupported : Unavailable(error))
        }
    }

    /// A node of the driver by another name. Only below /dev, where no file lies on a network share that could be gone.
    private func renamedNode(_ link: HostLink, in folder: String, _ numbers: DriverDeviceNumbers) -> String? {
        guard link.target.hasPrefix("/dev/"),
            case .characterDevice(let major, let minor)? = (try? files.openFileStatus(link.name, in: folder))?.kind
        else { return nil }
        return numbers.name(major: major, minor: minor)
    }

    /// The device nodes in a process' memory map.
    private func mappedNodes(_ pid: Int32) -> Reading<[String]> {
        do throws(HostFileError) {
            var finder = MappedNodeFinder()
            try files.forEachChunk(of: "/proc/\(pid)/maps", from: 0) { finder.take($0) }
            finder.finish()
            return .value(Set(finder.paths.compactMap(Self.nodeName)).sorted())
        } catch {
            let hasEnded = error.cause == .missing || error.cause == .system(errno: 3)
            return .unavailable(hasEnded ? .notSupported : Unavailable(error))
        }
    }

    /// What stands behind the last `/dev/` of a target: `nvidia0` of `/dev/nvidia0` and of `/run/nvidia/driver/dev/nvidia0`.
    private static func nodeName(_ target: String) -> String? {
        let bytes = Array(target.utf8)
        let found = bytes.withUnsafeBytes { $0.firstIndex(of: Array(devicePart.utf8)) }
        guard let found else { return nil }
        let name = Text.clean(bytes[(found + 5)...], limit: 64)
        return name.hasSuffix(" (deleted)") ? String(name.dropLast(10)) : name
    }
}
