import Snapshots

/// The end of a log file that grows: hands out what is added, also after the file was truncated or replaced by a new one.
struct LogFileTail: ~Copyable {
    private let node: HostDirectory
    private let path: String
    private var file: OpenLogFile?
    /// How far the file has been read.
    private var offset: Int64 = 0
    private var text: KernelLogText

    /// Bytes before the end with which following begins: they hold the beginning of a line that is still being written.
    private static let lead: Int64 = 64 << 10

    /// - Parameter path: the file; it need not exist yet.
    init(_ path: String, of node: HostDirectory) {
        self.node = node
        self.path = path
        text = Self.newText()
    }

    /// Passes over what is in the file already, and hands out the last part of it.
    mutating func skipToEnd(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        guard try reopen(), let size = file?.size else { return }
        if size > Self.lead { try start(at: size - Self.lead) }
        try readRest(body)
    }

    /// Hands out what is new. A file that is not there gives nothing until it is.
    mutating func readNew(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        text.calendar.now = WallClock.microseconds
        try readGrown(body)
        // The old file was read to its end; a new one of that name begins at its beginning.
        if try reopen() { try readRest(body) }
    }

    private mutating func readGrown(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        guard let size = file?.size, size != offset else { return }
        // Truncated: what was half read will not go on.
        if size < offset { try start(at: 0) }
        try readRest(body)
    }

    /// Opens the file that has the name now; true if it is not the one that is open.
    private mutating func reopen() throws(HostFileError) -> Bool {
        let found: OpenLogFile
        do throws(HostFileError) { found = OpenLogFile(try node.openRegular(path)) } catch {
            if error.cause == .missing { return false }
            throw error
        }
        guard found.identity != file?.identity else { return false }
        file = found
        offset = 0
        text = Self.newText()
        return true
    }

    private mutating func readRest(_ body: (KernelLogRecord) -> Void) throws(HostFileError) {
        guard let file else { return }
        do throws(SystemError) {
            try file.descriptor.forEachChunk(from: UInt64(clamping: offset)) { chunk in
                text.feed(chunk, body)
                offset += Int64(chunk.count)
                return true
            }
        } catch {
            throw HostFileError(path: path, errno: error.code)
        }
        text.settle(body)
    }

    private mutating func start(at place: Int64) throws(HostFileError) {
        text = Self.newText()
        guard let file, file.seek(to: place) else { throw HostFileError(path: path, cause: .wrongKind) }
        offset = place
    }

    private static func newText() -> KernelLogText {
        KernelLogText(calendar: LogCalendar(now: WallClock.microseconds))
    }
}
