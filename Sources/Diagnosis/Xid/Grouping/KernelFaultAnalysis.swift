package import Snapshots

/// What the log says about a GPU's identity; it outlives the GPU's loss.
package struct LoggedGPUIdentity: Sendable, Hashable {
    /// `GPU-509665ad-...`
    package var uuid: String?
    /// Of the board.
    package var serial: String?
}

/// Takes a kernel log line by line and keeps only bursts: memory depends on how many different faults there are, not on how
/// many lines. `report` says what they mean.
package struct KernelFaultAnalysis: Sendable {
    /// Lines of one code on one GPU closer than this are one burst.
    package static let burstMicroseconds: Int64 = 180_000_000
    /// Different faults (GPU and code) that are kept: a node of 8 GPUs and 6 switches in ruins has fewer than 300.
    package static let faultLimit = 512
    /// The same for what programs wrote, apart, so that they cannot crowd out the kernel.
    package static let injectedFaultLimit = 64
    /// Bursts that are kept of each fault; the oldest are joined.
    package static let burstLimit = 8

    struct Key: Hashable {
        let code: FaultCode
        let busID: BusID?
        let isInjected: Bool
    }

    private(set) var bursts: [Key: [FaultBurst]] = [:]
    private var boots = BootTracker()
    private var direction = LogDirection()
    /// In which wrong order the lines stand, if they do: what is judged by their order is then worth nothing.
    package var disorder: UnusableFile? {
        guard !boots.isSingle else { return nil }
        return direction.isNewestFirst ? .newestFirst : direction.isOutOfOrder ? .outOfOrder : nil
    }
    /// Which boot the newest line is of, counted from 0.
    var boot: Int { boots.number }
    /// The first line of that boot; nil where the log begins in the middle of it.
    private var bootBegan: LogMoment?
    /// When the kernel module announced itself for the last time in the newest boot.
    private(set) var loaded: LogMoment?
    /// The newest level of Xid 154 in the newest boot, by GPU.
    private(set) var recoveries: [BusID: RecoveryTrace] = [:]
    /// When the PCIe link of a port or device last came back in the newest boot.
    private(set) var linksBack: [BusID: LogMoment] = [:]
    private(set) var identities: [BusID: LoggedGPUIdentity] = [:]
    /// Of the newest kernel module that announced itself.
    package private(set) var driverVersion: String?
    package private(set) var recordCount: UInt64 = 0
    package private(set) var eventCount: UInt64 = 0
    package private(set) var injectedCount: UInt64 = 0
    package private(set) var lostRecords: UInt64 = 0
    /// Events that found no room because of `faultLimit`.
    package private(set) var droppedEvents: UInt64 = 0

    private var injectedFaults = 0
    /// The GPU that the line before named, for messages that were split.
    private var named: (busID: BusID, sequence: UInt64)?

    /// - Parameter isOneBoot: the log can hold one boot only, as the kernel's own buffer does.
    package init(isOneBoot: Bool = false) { boots.isSingle = isOneBoot }

    /// Records that the source could not deliver: a gap in the ring buffer.
    package mutating func addLostRecords(_ count: UInt64) {
        lostRecords = lostRecords.addingReportingOverflow(count).partialValue
    }

    package mutating func add(_ record: KernelLogRecord) {
        recordCount += 1
        if !record.isInjected { direction.note(record) }
        // What an older file has of boots and their ends was before that of the newer one.
        let isMisplaced = !boots.isSingle && direction.isInOlderPart
        if !isMisplaced, boots.note(record) {
            forgetBoot()
            bootBegan = LogMoment(record)
        }
        var events: [KernelEvent] = []
        KernelEventParser.append(record, to: &events)
        for var event in events {
            event.moment.isMisplaced = isMisplaced
            add(event)
        }
    }

    package mutating func add(_ event: KernelEvent) {
        eventCount += 1
        if event.isInjected { injectedCount += 1 }
        var busID = event.busID
        if !event.isInjected { noteDevice(event, &busID) }
        guard let code = FaultCode(event.fault) else { return }
        add(event, Key(code: code, busID: busID, isInjected: event.isInjected))
        guard !event.isInjected, let busID, case .xid(let xid) = event.fault, case .recovery(_, let to) = xid.detail,
            boot(of: event) == boot, recoveries[busID].map({ event.moment.replaces($0.moment) }) ?? true
        else { return }
        recoveries[busID] = RecoveryTrace(to, event.moment, after: recoveries[busID])
    }

    private mutating func add(_ event: KernelEvent, _ key: Key) {
        guard let index = bursts.index(forKey: key) else {
            guard
                key.isInjected
                    ? injectedFaults < Self.injectedFaultLimit : bursts.count - injectedFaults < Self.faultLimit
            else {
                droppedEvents += 1
                return
            }
            if key.isInjected { injectedFaults += 1 }
            bursts[key] = [FaultBurst(event, code: key.code, busID: key.busID, boot: boot(of: event))]
            return
        }
        let cleared = key.busID.flatMap { recoveries[$0]?.cleared }
        Self.add(event, key, boot(of: event), cleared, to: &bursts.values[index])
    }

    /// Which boot a line is of: what an older file has from before the newest one began is of an earlier one.
    private func boot(of event: KernelEvent) -> Int {
        guard event.moment.isMisplaced, let bootBegan, !event.moment.follows(bootBegan) else { return boot }
        return boot - 1
    }

    /// - Parameter cleared: when Xid 154 last said that the GPU needs nothing any more.
    private static func add(
        _ event: KernelEvent, _ key: Key, _ boot: Int, _ cleared: LogMoment?, to list: inout [FaultBurst]
    ) {
        let end = list.count - 1
        let gap = event.moment.microseconds(since: list[end].last) ?? 0
        let isOver = cleared.map { !list[end].last.follows($0) } ?? false
        // A GPU off the bus stays off: the driver says so again at every access, unless it was brought back meanwhile.
        let isClose = gap.magnitude <= burstMicroseconds || key.code == .xid(79) && !isOver
        guard list[end].boot != boot || !isClose else {
            list[end].add(event)
            return
        }
        list.append(FaultBurst(event, code: key.code, busID: key.busID, boot: boot))
        guard list.count > burstLimit else { return }
        let second = list.remove(at: 1)
        list[0].absorb(second)
    }

    /// What held in the boot before says nothing about this one.
    private mutating func forgetBoot() {
        recoveries = [:]
        linksBack = [:]
        named = nil
        loaded = nil
    }

    /// Keeps what lines say for other lines: UUIDs, serial numbers, the driver's version, the first half of split messages.
    private mutating func noteDevice(_ event: KernelEvent, _ busID: inout BusID?) {
        let sequence = event.moment.sequence
        switch event.fault {
        case .identity(.uuid(let uuid)):
            if let busID, identities.count < Self.faultLimit {
                identities[busID, default: LoggedGPUIdentity()].uuid = uuid
            }
            named = busID.map { ($0, sequence) }
        case .identity(.serial(let serial)):
            if let busID = busID ?? recentlyNamed(sequence), identities.count < Self.faultLimit {
                identities[busID, default: LoggedGPUIdentity()].serial = serial
            }
        case .pcie(.recovered):
            guard let busID, linksBack[busID].map(event.moment.replaces) ?? (linksBack.count < Self.faultLimit) else {
                break
            }
            linksBack[busID] = event.moment
        case .driver(.deviceNamed): named = busID.map { ($0, sequence) }
        case .driver(.fallenOffBus): busID = busID ?? recentlyNamed(sequence)
        case .driver(.moduleLoaded(let version)) where loaded.map(event.moment.replaces) ?? true:
            driverVersion = version
            loaded = event.moment
            // A start of the driver resets its GPUs.
            recoveries = recoveries.filter { _, trace in
                trace.level.action == .rebootNode || !event.moment.replaces(trace.moment)
            }
        default: break
        }
    }

    private func recentlyNamed(_ sequence: UInt64) -> BusID? {
        guard let named, sequence >= named.sequence, sequence - named.sequence <= 4 else { return nil }
        return named.busID
    }
}
