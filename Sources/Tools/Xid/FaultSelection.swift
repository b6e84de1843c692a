internal import Diagnosis
internal import Snapshots

/// The groups that a caller asked for, each root with what follows from it right behind.
struct FaultSelection {
    private(set) var groups: [FaultGroup] = []
    /// What programs wrote into the log: shown, never counted.
    private(set) var injected: [FaultGroup] = []
    /// Groups of earlier boots that were left out.
    private(set) var earlierBootCount = 0
    /// Whether times are shown of which nobody knows the zone.
    var hasLocalTimes: Bool { (groups + injected).contains { $0.first.isZoneUnknown || $0.last.isZoneUnknown } }
    /// Groups in `groups` that no other one explains.
    var roots: [FaultGroup] { groups.filter { $0.rootID == nil } }

    /// - Parameter places: where the GPUs are that the caller named, and the ports above them; nil for all.
    init(_ report: KernelFaultReport, _ arguments: XidArguments, _ places: Set<UInt64>?) {
        var chosen: [FaultGroup] = []
        for group in report.groups where Self.isWanted(group, arguments, places) {
            if group.isInjected {
                injected.append(group)
            } else if arguments.since == nil, group.isEarlierBoot {
                earlierBootCount += 1
            } else if group.severity >= arguments.minimum {
                chosen.append(group)
            }
        }
        let ids = Set(chosen.map(\.id))
        let followers = Dictionary(grouping: chosen.filter { $0.rootID.map(ids.contains) ?? false }) { $0.rootID ?? 0 }
        for group in chosen where !(group.rootID.map(ids.contains) ?? false) {
            groups.append(group)
            groups += (followers[group.id] ?? []).sorted { $0.id < $1.id }
        }
    }

    private static func isWanted(_ group: FaultGroup, _ arguments: XidArguments, _ places: Set<UInt64>?) -> Bool {
        if let places, !(group.busID.map { places.contains($0.slot) } ?? false) { return false }
        if !arguments.numbers.isEmpty, !(group.code.number.map(arguments.numbers.contains) ?? false) { return false }
        // A line of unknown time is rather shown than hidden.
        if let since = arguments.since, let last = group.last.latestMicroseconds, last < since { return false }
        return true
    }
}

extension FaultCode {
    /// Of an Xid or an SXid.
    fileprivate var number: UInt32? {
        switch self {
        case .xid(let number), .sxid(let number): number
        case .driver, .pcie: nil
        }
    }
}
