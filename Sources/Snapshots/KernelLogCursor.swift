/// Where a reading of the kernel log ended and the next one goes on.
package struct KernelLogCursor: SnapshotCodable, Sendable, Hashable {
    /// Of a file the byte at which the next line begins; of the ring buffer the number of the next record.
    package var position: UInt64 = 0
    /// Lines or records before that.
    package var count: UInt64 = 0
    /// Whether a line of the file had a time stamp: then lines without one continue others.
    package var hasStamps = false

    package init() {}

    package init(position: UInt64, count: UInt64, hasStamps: Bool = false) {
        self.position = position
        self.count = count
        self.hasStamps = hasStamps
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&position)
        try coder.code(&count)
        try coder.code(&hasStamps)
    }
}
