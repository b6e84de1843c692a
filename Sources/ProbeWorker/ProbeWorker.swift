internal import CUnix
internal import HostNode
internal import Kubernetes
internal import ProbeProtocol
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The probe's side of the pipe: the only code that opens NVML. It runs in a process of its own, which may hang or crash.
package struct ProbeWorker: ~Copyable {
    private let region: ProbeRegion
    private let node: WorkerNode
    private var presence: GPUPresence
    private var driver: DriverSession

    /// Serves requests until the pipe ends; returns the exit code of the process.
    package static func run(arguments: [String]) -> Int32 {
        _ = csystem_die_with_parent()
        // SwiftNIO's sockets are not closed on exec: a child that never ends would keep a server's port and its clients.
        csystem_close_from(ProbeDescriptor.last + 1)
        // Started as /proc/self/exe, it would be called "exe", which tells nobody whose GPU client it is.
        csystem_name_process(ProbeConfiguration.processName)
        guard let configuration = ProbeConfiguration(arguments: arguments) else {
            complain("probe-worker is started by the agent itself and has no use from a shell")
            return 2
        }
        do throws(ProbeRegionError) {
            let region = try ProbeRegion(descriptor: ProbeDescriptor.region, create: false)
            var worker = ProbeWorker(region: region, configuration: configuration)
            let code = worker.serve()
            // NVML's last call is marked in the region, so it comes before that is unmapped.
            worker.driver.close()
            return code
        } catch {
            complain("the memory shared with the agent cannot be mapped (errno \(error.code))")
            return 1
        }
    }

    private init(region: consuming ProbeRegion, configuration: ProbeConfiguration) {
        node = WorkerNode(configuration)
        presence = GPUPresence(node.files)
        driver = DriverSession(configuration: configuration, node: node, marks: region.marks)
        self.region = region
    }

    /// One request after the other, until the agent closes its end.
    private mutating func serve() -> Int32 {
        var hasTidied = false
        var requests = RequestReader(ProbeDescriptor.requests)
        while let (frame, request) = requests.next() {
            let slot = Int(frame.slot)
            region.commit(0, inSlot: slot)
            let length = answer(request, inSlot: slot)
            let answer = ProbeFrame(id: frame.id, slot: frame.slot, length: UInt32(clamping: length))
            guard writeAll(answer.bytes) else { return 1 }
            // NVML keeps what it found at its first attempt; the next request gets a process that starts over.
            if driver.mustStartOver { return 0 }
            // Opening the driver leaves much behind that is needed only once; it goes back after the first answer is out.
            if !hasTidied { csystem_release_start_up() }
            hasTidied = true
        }
        return 0
    }

    private mutating func answer(_ request: ProbeRequest, inSlot slot: Int) -> Int {
        var encoder = SnapshotCoder(writingInto: region.buffer(ofSlot: slot))
        // A snapshot that outgrows its slot ends with the last part that fits.
        do throws(SnapshotError) { try encode(request, &encoder, slot) } catch {
            region.currentGPU.pointee = 0
            return region.committedCount(ofSlot: slot)
        }
        return encoder.count
    }

    /// The host first: it is there even if the driver hangs.
    private mutating func encode(
        _ request: ProbeRequest, _ encoder: inout SnapshotCoder, _ slot: Int
    ) throws(SnapshotError) {
        if request.sections.contains(.host) {
            var host = HostSnapshot(&presence)
            try encoder.append(&host)
            region.commit(encoder.count, inSlot: slot)
        }
        try encodeHostDetails(request, &encoder, slot)
        let processes = try encodePods(request, &encoder, slot)
        guard !request.sections.isDisjoint(with: .needingDriver) else { return }
        var snapshot = driver.open(names: region, request.sections)
        try encoder.append(&snapshot)
        region.commit(encoder.count, inSlot: slot)
        var listed: Set<Int32> = []
        for index in request.order(of: min(snapshot.gpuCount.value ?? 0, 1_024)) {
            region.currentGPU.pointee = index + 1
            guard var gpu = driver.gpu(index, request) else { continue }
            gpu.processes = gpu.processes.map(node.withLives)
            listed.formUnion((gpu.processes?.all ?? []).map { Int32(truncatingIfNeeded: $0.pid) })
            try encoder.append(&gpu)
            region.commit(encoder.count, inSlot: slot)
        }
        region.currentGPU.pointee = 0
        if let processes { try encodeProcesses(listed, processes, &encoder, slot) }
    }

    /// What needs no driver: the node's facts, its pods and the holders of device nodes. Returns the latter, if asked for.
    private func encodePods(
        _ request: ProbeRequest, _ encoder: inout SnapshotCoder, _ slot: Int
    ) throws(SnapshotError) -> (holders: ProcessesSnapshot, pods: NodePods)? {
        if request.sections.contains(.facts) {
            var facts = node.facts()
            try encoder.append(&facts)
            region.commit(encoder.count, inSlot: slot)
        }
        guard !request.sections.isDisjoint(with: [.pods, .nodeProcesses]) else { return nil }
        var pods = node.pods()
        if request.sections.contains(.pods) {
            var allocations = pods.allocations()
            try encoder.append(&allocations)
            region.commit(encoder.count, inSlot: slot)
        }
        guard request.sections.contains(.nodeProcesses) else { return nil }
        let withMappings = request.sections.contains(.deviceMappings)
        var holders =
            request.pids.isEmpty
            ? node.deviceHolders(&pods, withMappings: withMappings)
            : node.processes(request.pids, &pods, withMappings: withMappings)
        try encoder.append(&holders)
        region.commit(encoder.count, inSlot: slot)
        return (holders, pods)
    }

    /// Once more, with the processes that NVML lists: the later part replaces the earlier one.
    private func encodeProcesses(
        _ listed: Set<Int32>, _ known: (holders: ProcessesSnapshot, pods: NodePods), _ encoder: inout SnapshotCoder,
        _ slot: Int
    ) throws(SnapshotError) {
        var pods = known.pods
        var processes = node.processes(listed, besides: known.holders, &pods)
        guard processes != known.holders else { return }
        try encoder.append(&processes)
        region.commit(encoder.count, inSlot: slot)
    }

    private func encodeHostDetails(
        _ request: ProbeRequest, _ encoder: inout SnapshotCoder, _ slot: Int
    ) throws(SnapshotError) {
        if request.sections.contains(.devices) {
            var devices = node.devices(withNetwork: request.sections.contains(.topology))
            try encoder.append(&devices)
            region.commit(encoder.count, inSlot: slot)
        }
        if request.sections.contains(.kernelLog) {
            var log = node.kernelLog(from: request.logCursor)
            try encoder.append(&log)
            region.commit(encoder.count, inSlot: slot)
        }
    }
}

// MARK: The pipes

extension ProbeWorker {
    private func writeAll(_ bytes: [UInt8]) -> Bool {
        write(ProbeDescriptor.answers, bytes, bytes.count) == bytes.count
    }

    private static func complain(_ text: String) {
        let line = Array("k8s-mcp-agent: \(text)\n".utf8)
        _ = write(2, line, line.count)
    }
}
