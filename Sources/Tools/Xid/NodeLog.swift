internal import Diagnosis
internal import Probe
internal import ProbeProtocol
internal import Snapshots

/// A node's kernel log, read to its end and grouped on the way: it may be longer than memory is large.
struct NodeLog {
    let source: HostKernelLog.Source
    /// Records or lines that were looked at.
    private(set) var scannedCount: UInt64
    /// Records that the kernel overwrote before they could be read.
    private(set) var lostCount: UInt64
    /// The number of the oldest record that is left; nil for files.
    let firstSequence: UInt64?
    /// When it was written, microseconds since 1970-01-01 UTC; nil where nobody knows.
    let firstMicroseconds: Int64?
    /// When the newest line of a file was written, microseconds since 1970-01-01 UTC; nil where nobody knows.
    private var lastMicroseconds: Int64?
    /// Why the end could not be read; nil when it was.
    fileprivate(set) var missingRest: Unavailable?
    private var analysis: KernelFaultAnalysis

    /// False where older records are gone, their faults unknown. A file does not tell.
    var reachesBackToBoot: Bool { firstSequence ?? 0 == 0 }

    init(_ page: HostKernelLog) {
        source = page.source
        firstSequence = page.firstSequence
        firstMicroseconds = page.firstMicroseconds
        analysis = KernelFaultAnalysis(isOneBoot: page.source == .ringBuffer)
        scannedCount = 0
        lostCount = 0
        add(page)
    }

    mutating func add(_ page: HostKernelLog) {
        scannedCount &+= page.scannedCount
        lostCount &+= page.lostCount
        lastMicroseconds = page.lastMicroseconds ?? lastMicroseconds
        for record in page.records { analysis.add(record) }
        analysis.addLostRecords(page.lostCount)
    }

    /// In which wrong order the lines stand, if they do.
    fileprivate var disorder: UnusableFile? { analysis.disorder }

    /// Whether a file ends before this boot began, in whatever zone its dates are meant: what is newer is not in it.
    fileprivate func end(before booted: Int64?) -> UnusableFile? {
        guard let lastMicroseconds, let booted else { return nil }
        return lastMicroseconds < booted - LogMoment.zoneMicroseconds ? .earlierBoot : nil
    }

    /// The faults, read with what NVML and the PCI bus tell.
    func report(_ snapshot: NodeSnapshot) -> KernelFaultReport {
        var context = FaultContext(
            driverVersion: snapshot.driver.driverVersion.value ?? snapshot.host?.kernelModuleVersion.value)
        for gpu in snapshot.gpus {
            guard let busID = gpu.busID.value, let raw = gpu.memoryHealth?.recoveryAction.value else { continue }
            context.recoveryLevels[busID] = RecoveryLevel(UInt32(clamping: raw))
        }
        context.gpusWithLinksUp = Set(snapshot.gpus.filter(\.areLinksUp).compactMap(\.busID.value))
        if snapshot.driver.state.outcome == .ready, snapshot.interruption == nil, snapshot.host != nil {
            let answering = snapshot.gpus.filter { $0.refusal == nil }
            context.isDriverReady = true
            context.answeringGPUs = Set(answering.compactMap(\.busID.value))
            context.areAllGPUsListed =
                snapshot.missingGPUs.isEmpty && !answering.isEmpty && answering.count == snapshot.gpus.count
        }
        if let devices = snapshot.devices?.pci.value {
            context.pcieDevices = Set(devices.map(\.busID) + devices.compactMap { $0.upstream?.busID })
            for gpu in devices where gpu.kind == .gpu { context.pciePorts[gpu.busID] = gpu.upstream?.busID }
            context.hopperGPUs = Set(devices.filter(\.isHopper).map(\.busID))
        }
        return analysis.report(XidCatalog(), SXidCatalog(), context)
    }
}

extension ToolContext {
    /// What the log says of faults; nil where it cannot be read.
    func faultReport() async -> KernelFaultReport? {
        let reading = await readFaults()
        return reading.log?.report(reading.snapshot)
    }

    /// So many pages hold some ten million lines.
    private static let pageLimit = 1_000

    /// The log of which a snapshot has the first page; nil where it has none.
    ///
    /// - Parameter reader: who reads the other pages; it must not be one that the driver holds.
    func readLog(_ snapshot: NodeSnapshot, by reader: Probe) async -> NodeLog? {
        guard let first = snapshot.kernelLog?.value else { return nil }
        var log = NodeLog(first)
        var next = first.next
        var pages = 1
        while let cursor = next {
            guard pages < Self.pageLimit, !Task.isCancelled else {
                log.missingRest = .notRead
                return log
            }
            let answer = await reader.read(ProbeRequest([.kernelLog], logCursor: cursor)).kernelLog
            guard case .value(let page) = answer else {
                log.missingRest = answer?.reason ?? .timedOut
                return log
            }
            log.add(page)
            next = page.next
            pages += 1
        }
        let booted = snapshot.devices?.bootedMicroseconds.value
        log.missingRest = (log.disorder ?? log.end(before: booted)).map(Unavailable.unusable)
        return log
    }
}

extension GPUSnapshot {
    /// Whether NVML says so of each NVLink; false where it was not asked.
    fileprivate var areLinksUp: Bool {
        guard let links = links?.links, !links.isEmpty else { return false }
        return links.allSatisfy { $0.isActive.value == true }
    }
}
