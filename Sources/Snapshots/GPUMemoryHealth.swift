/// What a GPU tells of its memory's errors and of the repairs made or needed.
package struct GPUMemoryHealth: SnapshotCodable, Equatable {
    /// ECC mode in force, and the one after the next reset.
    package var eccMode: Reading<ModePair> = .unavailable(.notRead)
    /// Errors since the driver was loaded or the GPU was reset.
    package var volatile = ECCCounts()
    /// Errors over the board's life: history that survives resets, no present fault.
    package var aggregate = ECCCounts()
    /// SRAM errors by kind and unit, with the vendor's threshold flag (A100, Hopper and newer; documented for root only).
    package var sram: Reading<SRAMErrors> = .unavailable(.notRead)
    /// Retired pages (Turing and older).
    package var retiredPages = RetiredPages()
    /// Remapped rows (Ampere and newer; some drivers do not tell them while MIG instances exist).
    package var remappedRows: Reading<RemappedRows> = .unavailable(.notRead)
    /// Banks by spare rows left (Ampere and newer).
    package var remapHistogram: Reading<RemapHistogram> = .unavailable(.notRead)
    /// Repairs that wait for a reset (driver branch 580 and newer).
    package var repair: Reading<RepairPending> = .unavailable(.notRead)
    /// Banks that spare banks stand in for (driver branch 610 and newer).
    package var bankRemapper: Reading<BankRemapper> = .unavailable(.notRead)
    /// True when the GPU has memory that cannot be repaired (driver branch 590 and newer).
    package var hasUnrepairableMemory: Reading<Bool> = .unavailable(.notRead)
    /// The NUMA node of the host that this GPU's memory is (Grace systems): the kernel itself may use it then.
    package var numaNode: Reading<UInt32> = .unavailable(.notRead)
    /// What the driver asks for: a level that returns to 0 after the recovery. Field 230 (driver branch 570 and newer); older
    /// drivers may tell of a reset by the fields 226 and 227.
    package var recoveryAction: Reading<UInt64> = .unavailable(.notRead)
    /// Asked only where ``recoveryAction`` is not supported: 0 says that no reset is needed (fields 226 and 227), which does not
    /// rule out that the node has to be rebooted.
    package var resetStatus: Reading<UInt64> = .unavailable(.notRead)
    /// True when the checksums of the InfoROM are right, which keeps the errors and repairs of the board's life; a corrupted one
    /// is the error 14.
    package var isInforomValid: Reading<Bool> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&eccMode)
        try coder.code(&volatile)
        try coder.code(&aggregate)
        try coder.code(&sram)
        try coder.code(&retiredPages)
        try coder.code(&remappedRows)
        try coder.code(&remapHistogram)
        try coder.code(&repair)
        try coder.code(&bankRemapper)
        try coder.code(&hasUnrepairableMemory)
        try coder.code(&numaNode)
        try coder.code(&recoveryAction)
        try coder.code(&resetStatus)
        try coder.code(&isInforomValid)
    }
}

/// The ECC errors of one period, in all and by place.
package struct ECCCounts: SnapshotCodable, Equatable {
    package var corrected: Reading<UInt64> = .unavailable(.notRead)
    package var uncorrected: Reading<UInt64> = .unavailable(.notRead)
    /// The places at which this generation counts.
    package var locations: [ECCLocationCount] = []

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&corrected)
        try coder.code(&uncorrected)
        try coder.code(&locations)
    }

    /// The errors at one place; nil where this generation does not count there.
    package subscript(location location: ECCLocation) -> ECCLocationCount? {
        locations.first { $0.location == location }
    }

    /// All uncorrected errors: the driver's own sum or, where it has none, that of the places. A place that tells of more is
    /// believed, other than SRAM, which is judged by itself; where only places could be read, they may tell of errors, but not
    /// that there are no others.
    package var allUncorrected: Reading<UInt64> {
        switch uncorrected {
        case .value(let total): return .value(max(total, sum(besides: .sram) ?? 0))
        case .unavailable(.notSupported): return sum(besides: nil).map { .value($0) } ?? uncorrected
        case .unavailable: return sum(besides: .sram).flatMap { $0 > 0 ? .value($0) : nil } ?? uncorrected
        }
    }

    /// Nil where no place tells.
    private func sum(besides place: ECCLocation?) -> UInt64? {
        let counts = locations.filter { $0.location != place }.compactMap(\.uncorrected.value)
        return counts.isEmpty
            ? nil : counts.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
    }
}

/// Where ECC errors are counted (`nvmlMemoryLocation_t`). Ampere and newer count DRAM and SRAM, older ones all but SRAM.
package enum ECCLocation: UInt8, Sendable, CaseIterable {
    case l1Cache = 0
    case l2Cache = 1
    case dram = 2
    case registerFile = 3
    case textureMemory = 4
    case textureShared = 5
    case cbu = 6
    case sram = 7
}

/// The ECC errors at one place.
package struct ECCLocationCount: SnapshotCodable, Equatable {
    package var location = ECCLocation.dram
    package var corrected: Reading<UInt64> = .unavailable(.notRead)
    package var uncorrected: Reading<UInt64> = .unavailable(.notRead)

    package init() {}

    package init(_ location: ECCLocation, corrected: Reading<UInt64>, uncorrected: Reading<UInt64>) {
        self.location = location
        self.corrected = corrected
        self.uncorrected = uncorrected
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var raw = location.rawValue
        try coder.code(&raw)
        guard let location = ECCLocation(rawValue: raw) else { throw .malformed }
        self.location = location
        try coder.code(&corrected)
        try coder.code(&uncorrected)
    }
}

/// SRAM errors in detail (`nvmlEccSramErrorStatus_t`).
package struct SRAMErrors: SnapshotCodable, Equatable {
    package var aggregateUncorrectedParity: UInt64 = 0
    package var aggregateUncorrectedSECDED: UInt64 = 0
    package var aggregateCorrected: UInt64 = 0
    package var volatileUncorrectedParity: UInt64 = 0
    package var volatileUncorrectedSECDED: UInt64 = 0
    package var volatileCorrected: UInt64 = 0
    /// Aggregate uncorrected errors by unit, these five.
    package var l2: UInt64 = 0
    package var sm: UInt64 = 0
    package var pcie: UInt64 = 0
    package var microcontroller: UInt64 = 0
    package var other: UInt64 = 0
    /// The vendor's own flag for replacing the board.
    package var isThresholdExceeded = false

    /// Errors since driver load that were not corrected, of both kinds.
    package var volatileUncorrected: UInt64 {
        let (sum, isTooLarge) = volatileUncorrectedParity.addingReportingOverflow(volatileUncorrectedSECDED)
        return isTooLarge ? .max : sum
    }

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&aggregateUncorrectedParity)
        try coder.code(&aggregateUncorrectedSECDED)
        try coder.code(&aggregateCorrected)
        try coder.code(&volatileUncorrectedParity)
        try coder.code(&volatileUncorrectedSECDED)
        try coder.code(&volatileCorrected)
        try coder.code(&l2)
        try coder.code(&sm)
        try coder.code(&pcie)
        try coder.code(&microcontroller)
        try coder.code(&other)
        try coder.code(&isThresholdExceeded)
    }
}
