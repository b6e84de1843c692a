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
    private static let words: [StaticString] = [
        "]: segfault at ", "traps: ", "]: unhandled ", "process '", "Killed process ", "oom-kill:", "coredump: ",
    ]

    /// True where the text is such a message, or begins with one.
    static func isIn(_ text: ByteView) -> Bool { words.contains { text.contains($0) } }
}
