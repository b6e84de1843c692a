internal import Snapshots

/// Moments at which faults of this boot came to an end: what happens afterwards is a fault of its own.
struct FaultEnds {
    /// The boot that all of it is of.
    let boot: Int
    /// The newest start of the driver.
    let loaded: LogMoment?
    /// What Xid 154 has said, by GPU.
    let recoveries: [BusID: RecoveryTrace]

    /// Whether the first of two bursts of one boot was over before the second one began.
    func lie(between cause: FaultBurst, _ burst: FaultBurst) -> Bool {
        guard cause.boot == boot else { return false }
        let moments = [loaded, cause.busID.flatMap { recoveries[$0]?.cleared }].compactMap(\.self)
        return moments.contains { !cause.last.follows($0) && !$0.follows(burst.first) }
    }
}
