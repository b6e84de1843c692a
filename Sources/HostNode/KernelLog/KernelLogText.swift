package import Snapshots

/// A kernel log in a text file: dmesg, a journal's text, syslog, or recorded /dev/kmsg records, told apart line by line.
package struct KernelLogText {
    private let filter: KernelLogFilter
    /// How dates without a year or zone are meant; who follows a file for long sets the time anew.
    package var calendar: LogCalendar
    private var splitter = LineSplitter()
    /// Waits for a following line without a stamp, which would be a part of it.
    private var pending: KernelLogRecord?
    /// Lines seen so far.
    package private(set) var lineCount: UInt64 = 0
    private var pendingLine: UInt64 = 0
    private var hasStamps = false
    /// After a recorded /dev/kmsg record come lines of its dictionary, no text.
    private var pendingIsWhole = false

    /// - Parameter calendar: how dates without a year or zone are meant.
    package init(calendar: LogCalendar, filter: @escaping KernelLogFilter = GPULogLines.mayMatter) {
        self.calendar = calendar
        self.filter = filter
    }

    /// Takes the next piece of the file and hands out the records that it completes. Constant memory.
    package mutating func feed(_ chunk: UnsafeRawBufferPointer, _ body: (KernelLogRecord) -> Void) {
        var splitter = splitter
        self.splitter = LineSplitter()
        splitter.feed(chunk) { take($0, body) }
        self.splitter = splitter
    }

    /// Hands out a record that waits for lines which might go on with it, because nobody can wait for them. A line whose end
    /// has not come yet stays.
    package mutating func settle(_ body: (KernelLogRecord) -> Void) { flush(body) }

    /// Hands out what is still held back at the end of the file.
    package mutating func finish(_ body: (KernelLogRecord) -> Void) {
        var splitter = splitter
        self.splitter = LineSplitter()
        splitter.finish { take($0, body) }
        flush(body)
    }

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>, _ body: (KernelLogRecord) -> Void) {
        lineCount += 1
        let isNextToPending = pending != nil && !pendingIsWhole && pendingLine + 1 == lineCount
        let matches = filter(line)
        guard matches || isNextToPending else { return }
        let parsed = LogLine(line, calendar)
        hasStamps = hasStamps || parsed.hasStamp
        let message = LogMessage.text(UnsafeBufferPointer(rebasing: line[parsed.messageStart...]))
        if isNextToPending, hasStamps, !parsed.hasStamp, Self.goesOn(line, message) {
            join(message)
            return
        }
        flush(body)
        guard matches else { return }
        pending = KernelLogRecord(
            sequence: parsed.sequence ?? lineCount, level: parsed.level, facility: parsed.facility,
            monotonicMicroseconds: parsed.monotonic, wallMicroseconds: parsed.wall ?? wall(parsed.monotonic),
            message: message)
        pendingLine = lineCount
        pendingIsWhole = parsed.sequence != nil
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
        return overflow ? nil : wall
    }

    private mutating func flush(_ body: (KernelLogRecord) -> Void) {
        if let pending { body(pending) }
        pending = nil
    }
}

extension KernelLogText {
    /// Reads a whole file of the node, record by record.
    /// - Returns: the number of lines.
    package static func forEachRecord(
        in path: String, of files: any HostFiles, calendar: LogCalendar,
        matching filter: @escaping KernelLogFilter = GPULogLines.mayMatter, _ body: (KernelLogRecord) -> Void
    ) throws(HostFileError) -> UInt64 {
        var text = KernelLogText(calendar: calendar, filter: filter)
        try files.forEachChunk(of: path) {
            text.feed($0, body)
            return true
        }
        text.finish(body)
        return text.lineCount
    }
}
