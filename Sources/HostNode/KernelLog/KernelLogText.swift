package import Snapshots

/// A kernel log in a text file: dmesg, a journal's text, syslog, or recorded /dev/kmsg records, told apart line by line.
package struct KernelLogText {
    private let filter: KernelLogFilter
    /// How dates without a year or zone are meant; who follows a file for long sets the time anew.
    package var calendar: LogCalendar
    private var splitter: LineSplitter
    /// Waits for a following line without a stamp, which would be a part of it.
    private var pending: KernelLogRecord?
    /// Lines seen so far.
    package private(set) var lineCount: UInt64
    /// Whether a line of the kernel was among them.
    private(set) var hasKernelLine = false
    private var pendingLine: UInt64 = 0
    /// Where reading has to begin again to find the pending record whole.
    private var pendingStart = KernelLogCursor()
    /// Where the next line begins.
    private var position: UInt64
    private var hasStamps: Bool
    /// After a recorded /dev/kmsg record come lines of its dictionary, no text.
    private var pendingIsWhole = false
    /// An entry of a journal's export whose end has not come yet.
    private var export: JournalExport?
    private var exportStart = KernelLogCursor()

    /// - Parameters:
    ///   - calendar: how dates without a year or zone are meant.
    ///   - start: where in the file it begins to read, as an earlier reading has left it.
    package init(
        calendar: LogCalendar, filter: @escaping KernelLogFilter = GPULogLines.mayMatter,
        from start: KernelLogCursor = KernelLogCursor()
    ) {
        self.calendar = calendar
        self.filter = filter
        splitter = LineSplitter(at: start.position)
        position = start.position
        lineCount = start.count
        hasStamps = start.hasStamps
    }

    /// Where a later reading has to begin to go on behind the records that were handed out.
    package var cursor: KernelLogCursor {
        if export != nil { return exportStart }
        return pending == nil
            ? KernelLogCursor(position: position, count: lineCount, hasStamps: hasStamps) : pendingStart
    }

    /// Takes the next piece of the file and hands out the records that it completes. Constant memory.
    package mutating func feed(_ chunk: UnsafeRawBufferPointer, _ body: (KernelLogRecord) -> Void) {
        var splitter = splitter
        self.splitter = LineSplitter()
        splitter.feed(chunk) { take($0, $1, body) }
        self.splitter = splitter
    }

    /// Hands out a record that waits for lines which might go on with it, because nobody can wait for them. A line whose end
    /// has not come yet stays.
    package mutating func settle(_ body: (KernelLogRecord) -> Void) { flush(body) }

    /// Hands out what is still held back at the end of the file.
    package mutating func finish(_ body: (KernelLogRecord) -> Void) {
        var splitter = splitter
        self.splitter = LineSplitter()
        splitter.finish { take($0, $1, body) }
        endExport(body)
        flush(body)
    }

    private mutating func take(
        _ line: UnsafeBufferPointer<UInt8>, _ next: UInt64, _ body: (KernelLogRecord) -> Void
    ) {
        let start = KernelLogCursor(position: position, count: lineCount, hasStamps: hasStamps)
        position = next
        lineCount += 1
        if takeField(line, start, body) { return }
        if !hasKernelLine { hasKernelLine = isOfKernel(line) }
        let isNextToPending = pending != nil && !pendingIsWhole && pendingLine + 1 == lineCount
        let matches = filter(line)
        guard matches || isNextToPending else { return }
        let parsed = LogLine(line, calendar)
        hasStamps = hasStamps || parsed.hasStamp
        if isNextToPending, hasStamps, !parsed.hasStamp {
            let message = parsed.message(in: line)
            if Self.goesOn(line, message) { return join(message) }
        }
        flush(body)
        guard matches else { return }
        pending = record(parsed, parsed.message(in: line))
        pendingLine = lineCount
        pendingStart = start
        pendingIsWhole = parsed.sequence != nil
    }

    /// The driver's own words count without a stamp, too: people paste them.
    private func isOfKernel(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let parsed = LogLine(line, calendar)
        guard !parsed.isOfKernel, parsed.facility == nil else { return parsed.isOfKernel }
        return UnsafeRawBufferPointer(line).firstIndex(of: "NVRM: ") != nil
    }

    /// Takes a line of a journal's export; false for any other.
    private mutating func takeField(
        _ line: UnsafeBufferPointer<UInt8>, _ start: KernelLogCursor, _ body: (KernelLogRecord) -> Void
    ) -> Bool {
        guard export != nil else {
            guard let begun = JournalExport(line) else { return false }
            flush(body)
            (export, exportStart) = (begun, start)
            return true
        }
        if !line.isEmpty, export?.add(line) ?? false { return true }
        endExport(body)
        return line.isEmpty
    }

    private mutating func endExport(_ body: (KernelLogRecord) -> Void) {
        guard let entry = export?.entry else {
            export = nil
            return
        }
        export = nil
        let line = LogLine(entry)
        hasKernelLine = hasKernelLine || line.isOfKernel
        var message = entry.message
        guard message.withUTF8(filter) else { return }
        var record = record(line, entry.message)
        record.sequence = exportStart.count + 1
        body(record)
    }

    private func record(_ line: LogLine, _ message: String) -> KernelLogRecord {
        let computed = line.wall == nil || line.isZoneUnknown ? wall(line.monotonic) : nil
        return KernelLogRecord(
            sequence: line.sequence ?? lineCount, level: line.level, facility: line.facility,
            monotonicMicroseconds: line.monotonic, wallMicroseconds: computed ?? line.wall, message: message,
            isZoneUnknown: line.isZoneUnknown && computed == nil, bootID: line.bootID)
    }

    /// A driver's message of several lines is printed with a stamp on its first line only, the others indented or not.
    private static func goesOn(_ line: UnsafeBufferPointer<UInt8>, _ message: String) -> Bool {
        !message.isEmpty && (line.first.map(Text.isBlank) ?? false || message.hasPrefix("NVRM:"))
            && !message.contains("Xid (")
    }

    private mutating func join(_ message: String) {
        pendingLine = lineCount
        guard let length = pending?.message.utf8.count, length + message.utf8.count < LogMessage.limit else { return }
        pending?.message += " " + message
    }

    private func wall(_ monotonic: UInt64?) -> Int64? {
        guard let monotonic, let bootTime = calendar.bootTime else { return nil }
        let (wall, overflow) = bootTime.addingReportingOverflow(Int64(clamping: monotonic))
        return overflow ? nil : WallClock.plausible(wall)
    }

    private mutating func flush(_ body: (KernelLogRecord) -> Void) {
        if let pending { body(pending) }
        pending = nil
    }
}
