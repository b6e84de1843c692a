/// One page of a kernel log: the records that can matter to GPUs, what is known to be missing, and where it goes on.
package struct HostKernelLog: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// The kernel's own ring buffer, /dev/kmsg.
        case ringBuffer
        /// A text file: dmesg, a journal's text or recorded /dev/kmsg records.
        case file(path: String)
    }

    package var source: Source
    /// The boot that the records are of; with a record's sequence number it names an event for ever. Nil for a file.
    package var bootID: String?
    /// In the order of the log.
    package var records: [KernelLogRecord]
    /// Records or lines that were looked at for this page, matching or not.
    package var scannedCount: UInt64
    /// Records that the kernel overwrote before they could be read.
    package var lostCount: UInt64
    /// The sequence number of the oldest record that is left; above 0 the log no longer reaches back to the boot.
    /// Nil for files and for an empty log.
    package var firstSequence: UInt64?
    /// When that record was written, microseconds since 1970-01-01 UTC; nil where nobody knows.
    package var firstMicroseconds: Int64?
    /// When the newest line of a file was written, microseconds since 1970-01-01 UTC, local time of an unknown zone taken for it;
    /// told with the last page. Nil where its last lines have no date, and for the ring buffer.
    package var lastMicroseconds: Int64?
    /// Where the next page begins; nil at the end of the log.
    package var next: KernelLogCursor?

    package init(
        source: Source, bootID: String? = nil, records: [KernelLogRecord] = [], scannedCount: UInt64 = 0,
        lostCount: UInt64 = 0, firstSequence: UInt64? = nil, firstMicroseconds: Int64? = nil,
        next: KernelLogCursor? = nil
    ) {
        self.source = source
        self.bootID = bootID
        self.records = records
        self.scannedCount = scannedCount
        self.lostCount = lostCount
        self.firstSequence = firstSequence
        self.firstMicroseconds = firstMicroseconds
        self.next = next
    }
}
