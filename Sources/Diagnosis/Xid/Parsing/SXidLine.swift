internal import Snapshots

/// `nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 30 LTSSM Fault Up`, and the lines that continue one.
enum SXidLine {
    static func parse(_ view: ByteView, _ context: LineContext) -> KernelEvent? {
        var scanner = ByteScanner(view)
        guard scanner.skip("nvidia-nvswitch") else { return nil }
        _ = scanner.decimal()
        guard let start = view.find("SXid (", from: scanner.at), start - scanner.at <= 2 else { return nil }
        scanner.at = start + 6
        _ = scanner.skip("PCI:")
        let busID = scanner.busID()
        guard let close = view.slice(scanner.at, scanner.at + 64).find(")") else { return nil }
        scanner.at += close + 1
        _ = scanner.skip(":")
        scanner.skipSpaces()
        guard let number = scanner.decimal() else { return nil }
        _ = scanner.skip(",")
        scanner.skipSpaces()
        let rating = rating(&scanner)
        let text = view.slice(scanner.at, view.count)
        let fault = SXidFault(
            number: number, rating: rating, link: link(text),
            isContinuation: text.has("Severity ", at: 0) || text.has("Data {", at: 0),
            message: text.text(limit: KernelEventParser.messageLimit))
        return context.event(.sxid(fault), busID, view)
    }

    private static func rating(_ scanner: inout ByteScanner) -> SXidFault.Rating? {
        let rating: SXidFault.Rating
        if scanner.skip("Fatal") {
            rating = .fatal
        } else if scanner.skip("Non-fatal") || scanner.skip("Non-Fatal") {
            rating = .nonFatal
        } else if scanner.skip("Correctable") {
            rating = .correctable
        } else {
            return nil
        }
        _ = scanner.skip(",")
        scanner.skipSpaces()
        return rating
    }

    private static func link(_ text: ByteView) -> UInt32? {
        var scanner = ByteScanner(text)
        guard scanner.skip("Link ") else { return nil }
        return scanner.decimal()
    }
}
