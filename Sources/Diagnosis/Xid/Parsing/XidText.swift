internal import Snapshots

/// The fields of the Xid texts whose form the open driver shows.
enum XidText {
    static func detail(of number: UInt32, _ text: ByteView) -> XidDetail? {
        switch number {
        case 13: multiprocessor(text)
        case 31: memoryFault(text)
        case 43, 45: causedBy(text)
        case 48: framebuffer(text)
        case 74, 136: link(text)
        case 94, 95: containment(text)
        case 119, 175: gspTimeout(text)
        case 140: escapedECC(text)
        case 144...150: nvlink5(text)
        case 154: recovery(text)
        default: nil
        }
    }

    /// The number behind a label.
    private static func number(behind label: StaticString, _ text: ByteView) -> UInt32? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: label) else { return nil }
        scanner.skipSpaces()
        return scanner.decimal()
    }

    /// `SM` alone also begins the text's first words.
    private static func multiprocessor(_ text: ByteView) -> XidDetail? {
        guard let gpc = number(behind: "(GPC ", text), let tpc = number(behind: ", TPC ", text),
            let sm = number(behind: ", SM ", text)
        else { return nil }
        return .multiprocessor(gpc: gpc, tpc: tpc, sm: sm)
    }

    private static func memoryFault(_ text: ByteView) -> XidDetail? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "ENGINE ") else { return nil }
        guard let faulted = text.find(" faulted", from: scanner.at) else { return nil }
        let engine = text.slice(scanner.at, faulted).text(limit: 64)
        scanner.at = faulted
        let address = scanner.skip(to: "@ ") ? scanner.hexWord() : nil
        let kind = scanner.skip(to: "of type ") ? text.slice(scanner.at, text.count).text(limit: 64) : ""
        return .memoryFault(engine: engine, address: address, kind: kind)
    }

    private static func causedBy(_ text: ByteView) -> XidDetail? {
        number(behind: "caused by previous Xid ", text).map { .causedBy(xid: $0) }
    }

    private static func framebuffer(_ text: ByteView) -> XidDetail? {
        guard let partition = number(behind: "at partition ", text), let sub = number(behind: "subpartition ", text)
        else { return nil }
        return .framebuffer(partition: partition, subpartition: sub)
    }

    private static func link(_ text: ByteView) -> XidDetail? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "link "), let link = scanner.decimal() else { return nil }
        let registers = words(&scanner, limit: 7)
        var remote: BusID?
        if registers.isEmpty, scanner.skip(to: "remote ") {
            _ = scanner.skip("PCI:")
            remote = scanner.busID()
        }
        return .link(link, registers: registers, remote: remote)
    }

    /// `(0x1, 0x2)` or `(0x1 0x2)`, at once behind the scanner's place.
    private static func words(_ scanner: inout ByteScanner, limit: Int) -> [UInt32] {
        scanner.skipSpaces()
        guard scanner.skip("(") else { return [] }
        var words: [UInt32] = []
        while words.count < limit, let word = scanner.hexWord().flatMap({ UInt32(exactly: $0) }) {
            words.append(word)
            _ = scanner.skip(",")
            scanner.skipSpaces()
        }
        return words
    }

    private static func containment(_ text: ByteView) -> XidDetail? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "ontained: ") else { return nil }
        let unitEnd = text.find(" (0x", from: scanner.at) ?? text.find(".", from: scanner.at) ?? text.count
        let unit = text.slice(scanner.at, unitEnd).text(limit: 48)
        let address = scanner.skip(to: "physAddr: ") ? scanner.hexWord() : nil
        let drain = text.contains("D-RST: Yes")
        // "D-RST: Yes" ends in the same letters as "RST: Yes".
        let reset = text.contains(" RST: Yes")
        return .containment(unit: unit, reset: reset, drainAndReset: drain, address: address)
    }

    private static func gspTimeout(_ text: ByteView) -> XidDetail? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "Timeout after "), let seconds = scanner.decimal() else { return nil }
        guard scanner.skip(to: "function "), let function = scanner.decimal(), scanner.skip(" ("),
            let close = text.find(")", from: scanner.at)
        else { return .gspTimeout(seconds: seconds, function: nil, functionName: "") }
        return .gspTimeout(
            seconds: seconds, function: function, functionName: text.slice(scanner.at, close).text(limit: 48))
    }

    private static func escapedECC(_ text: ByteView) -> XidDetail? {
        guard let dram = number(behind: "DRAM:", text), let l2 = number(behind: "LTC:", text),
            let mmu = number(behind: "MMU:", text), let pcie = number(behind: "PCIE:", text)
        else { return nil }
        return .escapedECC(dram: dram, l2: l2, mmu: mmu, pcie: pcie)
    }

    /// The columns are padded with blanks.
    private static func nvlink5(_ text: ByteView) -> XidDetail? {
        guard let space = text.find(" "), space <= 48 else { return nil }
        var scanner = ByteScanner(text, at: space)
        scanner.skipSpaces()
        let isFatal = scanner.skip("Fatal ")
        guard isFatal || scanner.skip("Nonfatal ") || scanner.skip("Non-fatal ") else { return nil }
        var link: UInt32?
        if scanner.skip(to: "Link ") {
            scanner.skipSpaces()
            link = scanner.decimal()
        }
        guard scanner.skip(to: "("), scanner.at > 0 else { return nil }
        scanner.at -= 1
        let words = words(&scanner, limit: 6)
        return .nvlink5(
            NVLink5Line(unit: text.slice(0, space).text(limit: 48), isFatal: isFatal, link: link, words: words))
    }

    private static func recovery(_ text: ByteView) -> XidDetail? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "changed from "), let from = scanner.hexWord(), scanner.skip(to: " to "),
            let to = scanner.hexWord()
        else { return nil }
        return .recovery(from: RecoveryLevel(UInt32(clamping: from)), to: RecoveryLevel(UInt32(clamping: to)))
    }
}
