package import Snapshots

/// One reading of a node's kernel log, from wherever it can be had.
package struct KernelLog {
    private let files: any HostFiles
    /// How a file's dates are meant.
    package var calendar = LogCalendar(now: WallClock.microseconds)
    package var filter: KernelLogFilter = GPULogLines.mayMatter
    /// Matching records kept, the newest.
    package var limit = 20_000

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// What the kernel has now; of a recorded or simulated node, its file at the device's place.
    package func read() throws(HostFileError) -> HostKernelLog {
        guard let node = files as? HostDirectory, case .characterDevice? = try? node.status(KernelRingBuffer.path).kind
        else { return try readRecording() }
        var device = try KernelRingBuffer(node)
        var kept = NewestRecords(limit: limit)
        let count = try device.readAvailable(matching: filter) { kept.append($0) }
        return HostKernelLog(
            source: .ringBuffer, bootID: bootID(), records: kept.inOrder, scannedCount: UInt64(count),
            lostCount: device.lostCount, firstSequence: device.firstSequence, droppedCount: kept.droppedCount)
    }

    /// The boot time of /proc/stat is good enough for a recording, whose clocks cannot be asked any more.
    private func readRecording() throws(HostFileError) -> HostKernelLog {
        var copy = self
        copy.calendar.bootTime = calendar.bootTime ?? BootTime.microseconds(files)
        var log = try copy.read(file: KernelRingBuffer.path)
        log.bootID = bootID()
        return log
    }

    /// A text file of the node, see `KernelLogText`.
    package func read(file path: String) throws(HostFileError) -> HostKernelLog {
        var kept = NewestRecords(limit: limit)
        let count = try KernelLogText.forEachRecord(in: path, of: files, calendar: calendar, matching: filter) {
            kept.append($0)
        }
        return HostKernelLog(
            source: .file(path: path), records: kept.inOrder, scannedCount: count, droppedCount: kept.droppedCount)
    }

    /// The boot's own id; with a record's sequence number it names an event for ever.
    package func bootID() -> String? {
        (try? files.read("/proc/sys/kernel/random/boot_id", limit: 64)).map { Text.clean($0) }
    }
}

/// The last so many records of a stream.
struct NewestRecords {
    private let limit: Int
    private var records: [KernelLogRecord] = []
    /// Where the oldest stands once the array is full.
    private var oldest = 0
    private(set) var droppedCount: UInt64 = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    mutating func append(_ record: KernelLogRecord) {
        guard records.count == limit else { return records.append(record) }
        records[oldest] = record
        oldest = (oldest + 1) % limit
        droppedCount += 1
    }

    var inOrder: [KernelLogRecord] { Array(records[oldest...] + records[..<oldest]) }
}
