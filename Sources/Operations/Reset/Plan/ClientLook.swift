package import Snapshots

/// Who has a GPU open, by all three places that tell: NVML's lists, open device nodes, memory maps.
package struct ClientLook: Sendable, Hashable {
    /// When it was looked, microseconds since 1970-01-01 UTC.
    package var atMicroseconds: Int64
    /// By process id.
    package var clients: [GPUClient]
    /// Those that hold a node of the driver that belongs to no single GPU (nvidiactl, nvidia-uvm, nvidia-caps), and not this
    /// GPU's.
    package var otherHolders: [GPUClient]
    /// Why NVML's lists are not known; nil when they are.
    package var driverGap: String?
    /// Why /proc does not show all holders; nil when it does.
    package var hostGap: String?

    package init(
        atMicroseconds: Int64 = 0, clients: [GPUClient] = [], otherHolders: [GPUClient] = [], driverGap: String? = nil,
        hostGap: String? = nil
    ) {
        self.atMicroseconds = atMicroseconds
        self.clients = clients
        self.otherHolders = otherHolders
        self.driverGap = driverGap
        self.hostGap = hostGap
    }

    /// Reads it out of a snapshot with the sections `processes`, `nodeProcesses` and `deviceMappings`.
    ///
    /// - Parameter minor: the N of the GPU's /dev/nvidiaN; nil where it is not known, and then nothing can be said.
    package init(_ snapshot: NodeSnapshot, gpu: GPUSnapshot?, minor: UInt32?) {
        self.init(atMicroseconds: snapshot.collectedAtMicroseconds)
        let listed = gpu?.processes
        driverGap = Self.driverGap(listed)
        hostGap = minor == nil ? "the GPU's device node is not known" : Self.hostGap(snapshot.nodeProcesses)
        var found: [Int32: GPUClient] = [:]
        for node in snapshot.nodeProcesses?.processes ?? [] {
            guard let client = Self.client(node, minor: minor) else { continue }
            if client.evidence.isEmpty { otherHolders.append(client) } else { found[client.pid] = client }
        }
        add(listed, snapshot.nodeProcesses, to: &found)
        clients = found.values.sorted { $0.pid < $1.pid }
        otherHolders.removeAll { found[$0.pid] != nil }
    }

    /// The processes with an open device node or mapping of the GPUs with these minor numbers.
    package static func holders(_ snapshot: NodeSnapshot, ofGPUsExcept minor: UInt32?) -> [GPUClient] {
        (snapshot.nodeProcesses?.processes ?? []).compactMap { node in
            let others = Set(node.process.gpuMinors + node.process.mappedGPUMinors).filter { $0 != minor }
            guard !others.isEmpty else { return nil }
            return GPUClient(node, evidence: [.deviceNode], nodes: others.sorted().map { "nvidia\($0)" })
        }
    }

    /// A client of the GPU has evidence, a holder of other nodes of the driver none.
    private static func client(_ node: NodeProcess, minor: UInt32?) -> GPUClient? {
        let process = node.process
        let nodes = Set((process.deviceNodes.value ?? []) + (process.mappedNodes.value ?? [])).sorted()
        guard !nodes.isEmpty else { return nil }
        var evidence: [GPUClient.Evidence] = []
        if let minor, process.gpuMinors.contains(minor) { evidence.append(.deviceNode) }
        if let minor, process.mappedGPUMinors.contains(minor) { evidence.append(.mapping) }
        guard evidence.isEmpty else { return GPUClient(node, evidence: evidence, nodes: nodes) }
        // Who has only other GPUs open is no holder of what belongs to all.
        let shared = nodes.filter { !($0.hasPrefix("nvidia") && UInt32($0.dropFirst(6)) != nil) }
        return shared.isEmpty ? nil : GPUClient(node, evidence: [], nodes: shared)
    }

    private func add(
        _ listed: GPUProcesses?, _ known: ProcessesSnapshot?, to found: inout [Int32: GPUClient]
    ) {
        let lists: [(GPUClient.Evidence, Reading<[GPUProcess]>)] =
            listed.map { [(.compute, $0.compute), (.graphics, $0.graphics), (.mps, $0.mps)] } ?? []
        for (evidence, list) in lists {
            for process in list.value ?? [] {
                let pid = Int32(truncatingIfNeeded: process.pid)
                let node = known?.processes.first { $0.process.pid == pid }
                var client =
                    found[pid] ?? node.map { GPUClient($0, evidence: [], nodes: []) }
                    ?? GPUClient(pid: pid, name: process.life == .gone ? "(ended)" : "(unknown)", evidence: [])
                client.evidence = (client.evidence + [evidence]).sorted()
                found[pid] = client
            }
        }
    }

    private static func driverGap(_ listed: GPUProcesses?) -> String? {
        guard let listed else { return "the driver does not answer for this GPU" }
        if let reason = listed.compute.reason { return "NVML's compute list: \(reason.word)" }
        // Boards without graphics or MPS have no such lists.
        for (name, list) in [("graphics", listed.graphics), ("MPS", listed.mps)] {
            if let reason = list.reason, reason != .notSupported { return "NVML's \(name) list: \(reason.word)" }
        }
        return nil
    }

    private static func hostGap(_ processes: ProcessesSnapshot?) -> String? {
        guard let processes else { return "/proc was not read" }
        if let reason = processes.processCount.reason { return "/proc: \(reason.word)" }
        if processes.sharesProcessIDs == false { return "the agent is in a process id namespace of its own" }
        guard processes.unreadableCount > 0 else { return nil }
        return "the open files or memory maps of \(processes.unreadableCount) processes could not be read"
    }
}
