internal import HostNode
internal import Kubernetes
internal import Snapshots

/// The node's files that the agent looks at, without what is private.
struct NodeFilesRecord {
    /// By absolute path.
    private(set) var entries: [String: InMemoryHostFiles.Entry]
    /// The name that the kernel has for the node; nil if it cannot be read.
    let hostName: String?

    /// Reads them all, as the tools would.
    init(_ files: any HostFiles, _ snapshot: NodeSnapshot, hidingUsers: Bool) {
        let recorder = RecordingHostFiles(files)
        let listed = Set(snapshot.gpus.flatMap { $0.processes?.all ?? [] }.map { Int32(truncatingIfNeeded: $0.pid) })
        let holders = Self.read(recorder, listed)
        hostName = (try? recorder.read("/proc/sys/kernel/hostname", limit: 256)).map(Self.text)
        _ = try? recorder.read("/proc/sys/kernel/random/boot_id", limit: 64)
        _ = try? recorder.read("/proc/stat", limit: 4 << 20)
        entries = recorder.entries
        keepProcesses(holders.union(listed))
        addKubelet(PodResourcesClient(files))
        for (path, entry) in entries {
            guard case .file(let bytes) = entry else { continue }
            entries[path] = .file(FileRedaction.redacted(path, bytes, hidingUsers: hidingUsers))
        }
        addKernelLog(snapshot.kernelLog)
    }

    /// - Returns: the processes that hold a device node.
    private static func read(_ files: any HostFiles, _ listed: Set<Int32>) -> Set<Int32> {
        var presence = GPUPresence(files)
        _ = presence.moduleVersion()
        _ = presence.onPCIBus()
        _ = presence.inProc()
        _ = PCIBus(files).devices()
        _ = NetworkCards(files).all()
        _ = (DriverFiles(files).driver(), DriverFiles(files).gpus(), DriverFiles(files).modules())
        _ = DeviceNodes(files).nodes()
        _ = NodeFactsFiles(files).read()
        var pods = NodePods(files)
        _ = pods.allocations()
        let holders = ProcessTable(files).deviceHolders().value?.processes ?? []
        for process in holders + ProcessTable(files).processes(listed.sorted()) { _ = pods.named(process) }
        for pid in listed { _ = ProcessTable(files).kernelWait(pid) }
        return Set(holders.map(\.pid))
    }

    /// Of other processes than those on GPUs nothing is kept, not even that they exist.
    private mutating func keepProcesses(_ pids: Set<Int32>) {
        entries = entries.filter { path, _ in
            let parts = path.split(separator: "/")
            guard parts.first == "proc", parts.count > 1, let pid = Int32(parts[1]) else { return true }
            return pids.contains(pid)
        }
    }

    /// The kubelet's answer in the socket's place, where a recorded node has it.
    private mutating func addKubelet(_ client: PodResourcesClient) {
        for path in entries.keys where path.hasSuffix("/pod-resources/kubelet.sock") {
            do throws(PodResourcesFailure) { entries[path] = .file(try client.message(path)) } catch {
                entries[path] = error.outcome == .noPermission ? .forbidden : nil
            }
        }
    }

    private mutating func addKernelLog(_ log: Reading<HostKernelLog>?) {
        switch log {
        case .value(let log): entries["/dev/kmsg"] = .text(log.records.map(KernelLogLine.text).joined())
        case .unavailable(.noPermission): entries["/dev/kmsg"] = .forbidden
        default: entries["/dev/kmsg"] = nil
        }
    }

    /// The contents of all files that hold text.
    var texts: [String] {
        entries.values.compactMap { entry in
            guard case .file(let bytes) = entry, !bytes.isEmpty else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

/// A record of the kernel's log in the form of /dev/kmsg.
enum KernelLogLine {
    static func text(_ record: KernelLogRecord) -> String {
        let priority = UInt(record.facility ?? 0) * 8 + UInt(record.level ?? 4)
        let time = record.monotonicMicroseconds ?? 0
        return "\(priority),\(record.sequence),\(time),-;\(escaped(record.message))\n"
    }

    /// As the kernel prints bytes that are not plain text.
    private static func escaped(_ message: String) -> String {
        message.utf8.map { byte in
            guard byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\\") else {
                return String(Unicode.Scalar(byte))
            }
            return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
