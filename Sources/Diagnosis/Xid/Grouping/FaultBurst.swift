internal import Snapshots

/// A MIG instance that an Xid names.
package struct MIGInstance: Sendable, Hashable {
    package let gpuInstance: UInt32
    package let computeInstance: UInt32?
}

/// A program that an Xid names, with the pids seen under that name.
package struct FaultProcess: Sendable, Hashable {
    /// The kernel's task name; nil where the line has only a pid.
    package let name: String?
    /// In the order seen, at most `pidLimit`.
    package private(set) var pids: [UInt32] = []
    /// True where more pids were seen than are kept.
    package private(set) var hasMorePids = false

    package static let pidLimit = 8

    init(name: String?) { self.name = name }

    mutating func add(_ pid: UInt32) {
        guard !pids.contains(pid) else { return }
        guard pids.count < Self.pidLimit else {
            hasMorePids = true
            return
        }
        pids.append(pid)
    }
}

/// The lines of one code on one GPU that came close together. Its size does not grow with their number.
struct FaultBurst: Sendable {
    /// Of processes, MIG instances, details and links.
    static let listLimit = 8

    let code: FaultCode
    let busID: BusID?
    let isInjected: Bool
    /// Which boot of the log, counted from 0.
    let boot: Int
    private(set) var first: LogMoment
    private(set) var last: LogMoment
    /// Lines; an error that a port announced and the device told of counts once.
    var count: UInt64 { max(lines, announcements) }
    private var lines: UInt64 = 0
    private var announcements: UInt64 = 0
    /// Bursts that were folded into this one.
    private(set) var bursts = 1
    private(set) var processes: [FaultProcess] = []
    private(set) var hasMoreProcesses = false
    private(set) var instances: [MIGInstance] = []
    private(set) var details: [XidDetail] = []
    /// Of all details, also of those that found no room in the list.
    private(set) var digest = BurstDigest()
    private(set) var links: [UInt32] = []
    private(set) var rating: SXidFault.Rating?
    /// The newest level of Xid 154.
    private(set) var recovery: RecoveryLevel?
    /// Whether a line is of the NVIDIA driver's device: such a PCIe error is a GPU's, also of one that is gone.
    private(set) var isOfDriver = false
    let sample: KernelFault
    let firstLine: String

    init(_ event: KernelEvent, code: FaultCode, busID: BusID?, boot: Int) {
        self.code = code
        self.busID = busID
        self.boot = boot
        isInjected = event.isInjected
        first = event.moment
        last = event.moment
        sample = event.fault
        firstLine = event.line
        add(event)
    }

    mutating func add(_ event: KernelEvent) {
        advance(to: event.moment)
        switch event.fault {
        case .xid(let xid): add(xid)
        case .sxid(let sxid):
            note(sxid.rating)
            if let link = sxid.link { Self.add(link, to: &links) }
            // A continuation is the same event.
            if sxid.isContinuation, lines > 0 { return }
        case .driver(.fabricManager(_, let isFatal)): note(isFatal ? .fatal : .nonFatal)
        case .pcie: isOfDriver = isOfDriver || event.line.hasPrefix("nvidia ")
        default: break
        }
        if event.isAnnouncement { announcements += 1 } else { lines += 1 }
    }

    /// What an older file tells came before.
    private mutating func advance(to moment: LogMoment) {
        if moment.replaces(last) { last = moment }
    }

    private mutating func add(_ xid: XidFault) {
        if xid.pid != nil || xid.processName != nil { addProcess(xid.processName, xid.pid) }
        if let instance = xid.gpuInstance {
            Self.add(MIGInstance(gpuInstance: instance, computeInstance: xid.computeInstance), to: &instances)
        }
        guard let detail = xid.detail else { return }
        Self.add(detail, to: &details)
        digest.add(detail)
        if case .recovery(_, let level) = detail { recovery = level }
    }

    private mutating func addProcess(_ name: String?, _ pid: UInt32?) {
        let index: Int
        if let known = processes.firstIndex(where: { $0.name == name }) {
            index = known
        } else if processes.count < Self.listLimit {
            processes.append(FaultProcess(name: name))
            index = processes.count - 1
        } else {
            hasMoreProcesses = true
            return
        }
        if let pid { processes[index].add(pid) }
    }

    private mutating func note(_ new: SXidFault.Rating?) {
        guard let new, rating != .fatal else { return }
        if rating == nil || new == .fatal || rating == .correctable { rating = new }
    }

    private static func add<Element: Equatable>(_ element: Element, to list: inout [Element]) {
        if list.count < listLimit, !list.contains(element) { list.append(element) }
    }

    /// Takes in the burst that came after this one, so that a fault that never stops needs no more room.
    mutating func absorb(_ later: FaultBurst) {
        advance(to: later.last)
        lines += later.lines
        announcements += later.announcements
        bursts += later.bursts
        isOfDriver = isOfDriver || later.isOfDriver
        note(later.rating)
        recovery = later.recovery ?? recovery
        digest.absorb(later.digest)
        for process in later.processes { process.pids.forEach { addProcess(process.name, $0) } }
        hasMoreProcesses = hasMoreProcesses || later.hasMoreProcesses
        for detail in later.details { Self.add(detail, to: &details) }
        for instance in later.instances { Self.add(instance, to: &instances) }
        for link in later.links { Self.add(link, to: &links) }
    }
}
