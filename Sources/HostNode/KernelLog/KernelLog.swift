package import Snapshots

/// One reading of a node's kernel log, from wherever it can be had, page by page.
package struct KernelLog {
    private let files: any HostFiles
    /// How a file's dates are meant.
    package var calendar = LogCalendar(now: WallClock.microseconds)
    package var filter: KernelLogFilter = GPULogLines.mayMatter
    /// Matching records of a page, about.
    package var limit = 10_000

    package init(_ files: any HostFiles) {
        self.files = files
    }

    /// A page of what the kernel has now; of a recorded or simulated node, of its file at the device's place.
    ///
    /// - Parameter start: where the page before ended; nil: the oldest record that is left.
    package func read(from start: KernelLogCursor? = nil) throws(HostFileError) -> HostKernelLog {
        guard let node = files as? HostDirectory, case .characterDevice? = try? node.status(KernelRingBuffer.path).kind
        else { return try readRecording(from: start) }
        let first = start?.position ?? 0
        var device = try KernelRingBuffer(node, from: first)
        var page = KernelLogPage(limit: limit)
        var count = 0
        var isAtEnd = false
        while !isAtEnd, !page.isFull {
            let read = try device.readAvailable(limit: Self.step, matching: filter) { page.append($0) }
            isAtEnd = read < Self.step
            count += read
        }
        let next = device.nextSequence ?? first
        return HostKernelLog(
            source: .ringBuffer, bootID: bootID(), records: page.records, scannedCount: UInt64(count),
            lostCount: device.lostCount, firstSequence: device.firstSequence,
            firstMicroseconds: device.firstMicroseconds,
            next: isAtEnd ? nil : KernelLogCursor(position: next, count: 0))
    }

    /// Records of the device read before a look at how full the page is.
    private static let step = 512

    /// The boot time of /proc/stat is good enough for a recording, whose clocks cannot be asked any more.
    private func readRecording(from start: KernelLogCursor?) throws(HostFileError) -> HostKernelLog {
        var copy = self
        copy.calendar.bootTime = calendar.bootTime ?? BootTime.microseconds(files)
        var log = try copy.readText(KernelRingBuffer.path, from: start)
        log.bootID = bootID()
        return log
    }

    /// A page of a file that somebody gives as the log.
    package func read(file path: String, from start: KernelLogCursor? = nil) throws(HostFileError) -> HostKernelLog {
        if start == nil, let fault = LogFileForm.fault(try beginning(of: path)) {
            throw HostFileError(path: path, cause: .unusable(fault))
        }
        var log = try readText(path, from: start, isGiven: true)
        if log.next == nil { log.lastMicroseconds = try newestTime(in: path) }
        return log
    }

    /// Bytes at the end of a file in which its newest time is looked for.
    private static let tailBytes: Int64 = 64 << 10

    /// The newest date in the last lines of a file, whoever wrote them.
    private func newestTime(in path: String) throws(HostFileError) -> Int64? {
        let place = UInt64(clamping: try files.status(path).size - Self.tailBytes)
        var text = KernelLogText(
            calendar: calendar, filter: { _ in true }, from: KernelLogCursor(position: place, count: 0))
        var newest: Int64?
        func note(_ record: KernelLogRecord) {
            if let time = record.wallMicroseconds { newest = max(newest ?? time, time) }
        }
        try files.forEachChunk(of: path, from: place) { chunk in
            text.feed(chunk, note)
            return true
        }
        text.finish(note)
        return newest
    }

    /// The first bytes that are not the zeros of a crash.
    private func beginning(of path: String) throws(HostFileError) -> [UInt8] {
        var start: [UInt8] = []
        try files.forEachChunk(of: path, from: 0) { chunk in
            let rest = start.isEmpty ? chunk.drop { $0 == 0 } : chunk[...]
            start += rest.prefix(LogFileForm.length - start.count)
            return start.count < LogFileForm.length
        }
        return start
    }

    /// A page of a text file of the node, see `KernelLogText`.
    ///
    /// - Parameter isGiven: somebody says that it is a log; it may be any other text.
    private func readText(
        _ path: String, from cursor: KernelLogCursor?, isGiven: Bool = false
    ) throws(HostFileError) -> HostKernelLog {
        let start = cursor ?? KernelLogCursor()
        // A file that became shorter is another one.
        if start.position > 0, try files.status(path).size < Int64(clamping: start.position) {
            throw HostFileError(path: path, cause: .missing)
        }
        var text = KernelLogText(calendar: calendar, filter: filter, from: start)
        var page = KernelLogPage(limit: limit)
        var read = 0
        var isAtEnd = true
        try files.forEachChunk(of: path, from: start.position) { chunk in
            text.feed(chunk) { page.append($0) }
            read += chunk.count
            isAtEnd = !page.isFull && read < KernelLogPage.bytesRead
            return isAtEnd
        }
        var next = isAtEnd ? nil : text.cursor
        // A page has to get on, also in a file without line ends.
        if let place = next, place.position <= start.position {
            next = KernelLogCursor(
                position: start.position &+ UInt64(read), count: text.lineCount, hasStamps: place.hasStamps)
        }
        if next == nil || next != text.cursor { text.finish { page.append($0) } }
        if isGiven, cursor == nil, next == nil, !text.hasKernelLine {
            throw HostFileError(path: path, cause: .unusable(.noKernelLog))
        }
        return HostKernelLog(
            source: .file(path: path), records: page.records,
            scannedCount: (next?.count ?? text.lineCount) - start.count, next: next)
    }

    /// The boot's own id; with a record's sequence number it names an event for ever.
    package func bootID() -> String? {
        (try? files.read("/proc/sys/kernel/random/boot_id", limit: 64)).map { Text.clean($0) }
    }
}

/// The records of one page.
struct KernelLogPage {
    /// Bytes of text in a page, about: it has to fit into one answer of the probe.
    private static let textBytes = 3 << 20
    /// Bytes of a file that are read for one page, so that each is ready in good time whatever the file is.
    static let bytesRead = 64 << 20

    private let limit: Int
    private var bytes = 0
    private(set) var records: [KernelLogRecord] = []

    init(limit: Int) { self.limit = max(1, limit) }

    mutating func append(_ record: KernelLogRecord) {
        bytes += record.message.utf8.count + 64
        records.append(record)
    }

    var isFull: Bool { records.count >= limit || bytes >= Self.textBytes }
}
