/// The NVLinks of a GPU, and its chip-to-chip links to a Grace CPU.
package struct GPULinks: SnapshotCodable, Equatable {
    /// Number of NVLinks (field 91); not supported on boards without any.
    package var count: Reading<UInt32> = .unavailable(.notRead)
    /// One entry for each link, in order.
    package var links: [GPULink] = []
    /// Number of chip-to-chip links (field 170); not supported outside Grace systems.
    package var c2cCount: Reading<UInt32> = .unavailable(.notRead)
    /// One entry for each of those.
    package var c2cLinks: [C2CLink] = []

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&count)
        try coder.code(&links)
        try coder.code(&c2cCount)
        try coder.code(&c2cLinks)
    }
}

extension GPULinks {
    /// NVLinks that are up; no value where their number is not known or one of them would not tell, since unknown is not
    /// down. A board without NVLinks has none that is up.
    package var activeCount: Reading<UInt32> {
        if let unknown = count.reason, unknown != .notSupported { return .unavailable(unknown) }
        return Self.count(of: links.map(\.isActive))
    }

    /// Chip-to-chip links that are up; no value where one of them would not tell.
    package var activeC2CCount: Reading<UInt32> { Self.count(of: c2cLinks.map(\.isActive)) }

    /// A link without such a reading is not there.
    private static func count(of states: [Reading<Bool>]) -> Reading<UInt32> {
        if let unknown = states.compactMap(\.reason).first(where: { $0 != .notSupported }) {
            return .unavailable(unknown)
        }
        return .value(UInt32(states.filter { $0.value == true }.count))
    }
}

/// One NVLink as its GPU sees it.
package struct GPULink: SnapshotCodable, Equatable {
    package var number: UInt32 = 0
    /// With MIG on, links read as down and that is right.
    package var isActive: Reading<Bool> = .unavailable(.notRead)
    /// `nvmlNvlinkVersion_t`: 4 is NVLink 3.0, 6 is 4.0, 7 is 5.0.
    package var version: Reading<UInt32> = .unavailable(.notRead)
    /// Speed of the link, MB/s (field 164).
    package var speedMBps: Reading<UInt32> = .unavailable(.notRead)
    /// What is at the other end: 0 GPU, 1 IBM NPU, 2 switch, 255 unknown.
    package var remoteType: Reading<UInt32> = .unavailable(.notRead)
    /// PCI address of the other end; may be unsupported in NVL racks.
    package var remoteBusID: Reading<BusID> = .unavailable(.notRead)
    package var errors = GPULinkErrors()

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&number)
        try coder.code(&isActive)
        try coder.code(&version)
        try coder.code(&speedMBps)
        try coder.code(&remoteType)
        try coder.code(&remoteBusID)
        try coder.code(&errors)
    }
}

/// Error counters of one NVLink since the driver was loaded or they were reset. The first five exist up to NVLink 4, the
/// others from NVLink 5 on (fields 206 to 222).
package struct GPULinkErrors: SnapshotCodable, Equatable {
    package var replay: Reading<UInt64> = .unavailable(.notRead)
    package var recovery: Reading<UInt64> = .unavailable(.notRead)
    package var crcFlit: Reading<UInt64> = .unavailable(.notRead)
    package var crcData: Reading<UInt64> = .unavailable(.notRead)
    package var eccData: Reading<UInt64> = .unavailable(.notRead)
    package var malformedPackets: Reading<UInt64> = .unavailable(.notRead)
    package var bufferOverruns: Reading<UInt64> = .unavailable(.notRead)
    package var receiveErrors: Reading<UInt64> = .unavailable(.notRead)
    package var receiveRemoteErrors: Reading<UInt64> = .unavailable(.notRead)
    package var receiveGeneralErrors: Reading<UInt64> = .unavailable(.notRead)
    package var localIntegrityErrors: Reading<UInt64> = .unavailable(.notRead)
    package var transmitDiscards: Reading<UInt64> = .unavailable(.notRead)
    package var recoveriesSucceeded: Reading<UInt64> = .unavailable(.notRead)
    package var recoveriesFailed: Reading<UInt64> = .unavailable(.notRead)
    package var effectiveErrors: Reading<UInt64> = .unavailable(.notRead)
    /// Packed: mantissa in bits 8 to 11, exponent in bits 0 to 7 (255: no error seen); mantissa x 10^-exponent.
    package var effectiveBER: Reading<UInt64> = .unavailable(.notRead)
    package var symbolErrors: Reading<UInt64> = .unavailable(.notRead)
    /// Packed as `effectiveBER`.
    package var symbolBER: Reading<UInt64> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        for path in Self.all { try coder.code(&self[keyPath: path]) }
    }

    /// Every counter, in the order of the declaration.
    package static let all: [any WritableKeyPath<GPULinkErrors, Reading<UInt64>> & Sendable] = [
        \.replay, \.recovery, \.crcFlit, \.crcData, \.eccData, \.malformedPackets, \.bufferOverruns, \.receiveErrors,
        \.receiveRemoteErrors, \.receiveGeneralErrors, \.localIntegrityErrors, \.transmitDiscards,
        \.recoveriesSucceeded,
        \.recoveriesFailed, \.effectiveErrors, \.effectiveBER, \.symbolErrors, \.symbolBER,
    ]
}

/// One chip-to-chip link between a GPU and a Grace CPU.
package struct C2CLink: SnapshotCodable, Equatable {
    package var number: UInt32 = 0
    package var isActive: Reading<Bool> = .unavailable(.notRead)
    /// Highest bandwidth, MB/s (field 172).
    package var maxBandwidthMBps: Reading<UInt32> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&number)
        try coder.code(&isActive)
        try coder.code(&maxBandwidthMBps)
    }
}
