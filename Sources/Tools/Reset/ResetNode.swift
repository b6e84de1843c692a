internal import Diagnosis
internal import EventLoop
internal import HostNode
internal import Operations
internal import Probe
internal import ProbeProtocol
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The node that a reset is done on: how it is read, and by what it is changed.
struct ResetNode: Sendable {
    let context: ToolContext
    let operation: OperatorContext
    /// The node's files; nil where there are none, as of a simulated node without a folder.
    let files: HostDirectory?

    init(_ context: ToolContext, _ operation: OperatorContext) {
        self.context = context
        self.operation = operation
        // A simulated node's root is never a real one's, this machine's own above all.
        let mayUse = operation.hasRealHost && !(context.isSimulated && LiveRoot.isLive(operation.hostRoot))
        files = mayUse ? try? HostDirectory(root: operation.hostRoot) : nil
    }

    /// A simulated node has no nvidia-smi of its own; this variable names what stands in for it.
    static let standInVariable = "NVIDIA_SMI_STAND_IN"

    var isRoot: Bool { context.isSimulated || geteuid() == 0 }

    /// The node's nvidia-smi: beside the library that the driver was opened with, in a driver container, on the node itself.
    func tool(_ driver: NVMLState) -> NvidiaSMI? {
        guard !context.isSimulated else { return simulatedTool }
        var roots: [String] = []
        if driver.outcome == .ready { roots.append(driver.driverRoot.isEmpty ? "/" : driver.driverRoot) }
        let root = operation.hostRoot == "/" ? "" : operation.hostRoot
        roots += ["\(root)/run/nvidia/driver", operation.hostRoot]
        return NvidiaSMI.find(roots: roots, loop: context.loop)
    }

    private var simulatedTool: NvidiaSMI? {
        if let path = getenv(Self.standInVariable) {
            return NvidiaSMI(root: "/", path: String(cString: path), loop: context.loop)
        }
        guard files != nil else { return nil }
        return NvidiaSMI.find(roots: [operation.hostRoot], entering: false, loop: context.loop)
    }

    /// What writes into the node's files.
    var controls: any NodeControls {
        guard let files else { return NoControls() }
        return HostWriter(files: files, root: operation.hostRoot, loop: context.loop)
    }

    // MARK: Reading

    static let everything: ProbeSections = [
        .driver, .host, .inventory, .memoryHealth, .links, .fabric, .processes, .nodeProcesses, .deviceMappings,
        .devices, .confidentialComputing,
    ]
    static let clients: ProbeSections = [.driver, .processes, .nodeProcesses, .deviceMappings]
    private static let stateSections: ProbeSections = [
        .driver, .inventory, .memoryHealth, .links, .fabric, .devices,
    ]

    func read(_ sections: ProbeSections, _ selectors: [GPUSelector] = []) async -> NodeSnapshot {
        await context.probe.read(ProbeRequest(sections, gpus: selectors)).withAllIdentities
    }

    func state(of target: ResetTarget) async -> ResetState {
        ResetState(judging: await read(Self.stateSections), of: target)
    }

    /// Who has the GPU open, asked without the driver; a daemon that closes it is given a moment.
    func holders(of target: ResetTarget) async -> [String] {
        var left: [String] = []
        for attempt in 0..<5 {
            if attempt > 0 { try? await context.loop.sleep(for: .milliseconds(500)) }
            let snapshot = await context.hostProbe.read(ProbeRequest([.nodeProcesses, .deviceMappings]))
            let look = ClientLook(snapshot, gpu: nil, minor: target.minor)
            left = look.clients.map(\.description) + [look.hostGap].compactMap { $0 }
            if left.isEmpty { return [] }
        }
        return left
    }

    /// So many pages hold far more than any ring buffer; a longer file counts as one that cannot be read.
    private static let logPageLimit = 200

    /// Goes through the whole kernel log, page by page; false where it cannot be read to its end.
    func readKernelLog(_ body: (KernelLogRecord) -> Void) async -> Bool {
        var cursor: KernelLogCursor?
        for _ in 0..<Self.logPageLimit {
            let request = ProbeRequest([.kernelLog], logCursor: cursor)
            guard let page = await context.hostProbe.read(request).kernelLog?.value else { return false }
            page.records.forEach(body)
            guard let next = page.next else { return true }
            cursor = next
        }
        return false
    }
}

/// Where there are no files, nothing can be changed.
private struct NoControls: NodeControls {
    let files: any HostFiles = InMemoryHostFiles()

    func apply(_ control: HostControl) async -> ControlOutcome { .failed(errno: ENOENT) }
}
