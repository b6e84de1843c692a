/// Memory pages that are no longer used (Turing and older).
package struct RetiredPages: SnapshotCodable, Equatable {
    /// Retired because of repeated single-bit errors.
    package var singleBit: Reading<UInt32> = .unavailable(.notRead)
    /// Retired because of a double-bit error.
    package var doubleBit: Reading<UInt32> = .unavailable(.notRead)
    /// When pages were retired because of a double-bit error, microseconds since 1970-01-01 UTC; empty where not told.
    package var doubleBitTimes: [UInt64] = []
    /// True when pages wait for a reset to be retired.
    package var isPending: Reading<Bool> = .unavailable(.notRead)

    package init() {}

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&singleBit)
        try coder.code(&doubleBit)
        try coder.code(&doubleBitTimes)
        try coder.code(&isPending)
    }
}

/// Memory rows that spare rows stand in for (Ampere and newer).
package struct RemappedRows: SnapshotCodable, Equatable {
    /// Because of corrected errors; nil where the driver tells the flags only.
    package var corrected: UInt32?
    /// Because of uncorrected errors; nil where the driver tells the flags only.
    package var uncorrected: UInt32?
    /// True when a remapping waits for a reset; the bad row is in use until then.
    package var isPending = false
    /// True when a remapping failed: the mark for replacing the board.
    package var hasFailed = false

    package init() {}

    package init(corrected: UInt32?, uncorrected: UInt32?, isPending: Bool, hasFailed: Bool) {
        self.corrected = corrected
        self.uncorrected = uncorrected
        self.isPending = isPending
        self.hasFailed = hasFailed
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&corrected)
        try coder.code(&uncorrected)
        try coder.code(&isPending)
        try coder.code(&hasFailed)
    }
}

/// Memory banks by how many of their spare rows are left.
package struct RemapHistogram: SnapshotCodable, Equatable {
    /// Banks with all spares.
    package var max: UInt32 = 0
    package var high: UInt32 = 0
    package var partial: UInt32 = 0
    package var low: UInt32 = 0
    /// Banks without a spare: the next error there cannot be repaired.
    package var none: UInt32 = 0

    package init() {}

    package init(max: UInt32, high: UInt32, partial: UInt32, low: UInt32, none: UInt32) {
        self.max = max
        self.high = high
        self.partial = partial
        self.low = low
        self.none = none
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&max)
        try coder.code(&high)
        try coder.code(&partial)
        try coder.code(&low)
        try coder.code(&none)
    }
}

/// Repairs that wait for a reset.
package struct RepairPending: SnapshotCodable, Equatable {
    /// Of a memory channel.
    package var channel = false
    /// Of a texture processing cluster.
    package var tpc = false

    package init() {}

    package init(channel: Bool, tpc: Bool) {
        self.channel = channel
        self.tpc = tpc
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&channel)
        try coder.code(&tpc)
    }
}

/// Memory banks that spare banks stand in for.
package struct BankRemapper: SnapshotCodable, Equatable {
    /// True when a remapping waits for a reset.
    package var isPending = false
    /// Groups of banks without a spare: the next error there cannot be repaired.
    package var groupsWithoutSpares: UInt32 = 0

    package init() {}

    package init(isPending: Bool, groupsWithoutSpares: UInt32) {
        self.isPending = isPending
        self.groupsWithoutSpares = groupsWithoutSpares
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&isPending)
        try coder.code(&groupsWithoutSpares)
    }
}
