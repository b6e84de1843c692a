/// Finds where the driver's numbered messages begin in a line.
///
/// Programs choose their names and those of their files, and the kernel prints both. A name of a task has 15 bytes, too few for
/// the driver's words with an address behind them, so only the two together count. Of file names, which can be longer, see
/// `ProgramReport`.
enum NumberedMessage {
    /// The first place at or after `from` where `NVRM: Xid (` or `nvidia-nvswitch0: SXid (` stands with an address behind it.
    static func start(in view: ByteView, from: Int, allowsMask: Bool) -> Int? {
        var at = from
        while let place = view.find("Xid (", from: at) {
            if let start = driverWord(view, place), start >= from, hasAddress(view, place + 5, allowsMask) {
                return start
            }
            at = place + 5
        }
        return nil
    }

    /// Where the driver's own word begins that stands before the `Xid (` at `place`.
    private static func driverWord(_ view: ByteView, _ place: Int) -> Int? {
        if view.has("NVRM: ", at: place - 6) { return place - 6 }
        guard view[place - 1] == UInt8(ascii: "S") else { return nil }
        let window = max(0, place - 24)
        return view.slice(window, place).find("nvidia-nvswitch").map { window + $0 }
    }

    private static func hasAddress(_ view: ByteView, _ place: Int, _ allowsMask: Bool) -> Bool {
        if allowsMask, view.has("PCI:...)", at: place) { return true }
        var scanner = ByteScanner(view, at: place)
        _ = scanner.skip("PCI:")
        return scanner.busID() != nil
    }
}

/// The kernel's messages about a program that failed: they quote names of tasks and files, which anybody can choose.
enum ProgramReport {
    /// These name a file behind ` in `, and last the place of its mapping.
    private static let failures: [StaticString] = ["]: segfault at ", "traps: ", "]: unhandled "]
    private static let others: [StaticString] = ["process '", "Killed process ", "oom-kill:", "coredump: "]

    /// True where the text is such a message, or begins with one.
    static func isIn(_ text: ByteView) -> Bool {
        failures.contains { text.contains($0) } || others.contains { text.contains($0) }
    }

    /// Whether a message of the driver can be a name in such a report before it, and no message of its own that came onto the
    /// same line: the kernel ends the name of a file with the mapping, `[55d0c0a01000+1000]`, and names of tasks are too short.
    static func quotes(_ message: ByteView, behind report: ByteView) -> Bool {
        if others.contains(where: { report.contains($0) }) { return true }
        guard failures.contains(where: { report.contains($0) }), report.contains(" in ") else { return false }
        return !hasMapping(report) || hasMapping(message)
    }

    /// `[55d0c0a01000+1000]`, or `[2000,55d0c0a01000+1000]` of newer kernels: offset, beginning and length.
    private static func hasMapping(_ text: ByteView) -> Bool {
        var scanner = ByteScanner(text)
        while scanner.skip(to: "[") {
            var ahead = scanner
            guard ahead.hex(1, 16) != nil else { continue }
            if ahead.skip(","), ahead.hex(1, 16) == nil { continue }
            if ahead.skip("+"), ahead.hex(1, 16) != nil, ahead.skip("]") { return true }
        }
        return false
    }
}
