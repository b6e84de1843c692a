internal import Snapshots

/// `NVRM: Xid (PCI:0000:3b:00 GPU-I:01 GPU-CI:00): 31, pid=4172, name=python3, text`, in the forms of all driver branches.
enum XidLine {
    static func parse(_ view: ByteView, _ context: LineContext) -> KernelEvent? {
        var scanner = ByteScanner(view)
        guard scanner.skip("NVRM: Xid (") else { return nil }
        var fault = XidFault(number: 0)
        let busID = address(&scanner, &fault)
        guard let close = view.slice(scanner.at, scanner.at + 64).find(")") else { return nil }
        scanner.at += close + 1
        _ = scanner.skip(":")
        scanner.skipSpaces()
        guard let number = scanner.decimal() else { return nil }
        fault.number = number
        _ = scanner.skip(",")
        scanner.skipSpaces()
        XidProcess.read(&scanner, into: &fault)
        let text = view.slice(scanner.at, view.count)
        fault.message = text.text(limit: KernelEventParser.messageLimit)
        fault.detail = XidText.detail(of: number, text)
        return context.event(.xid(fault), busID, view)
    }

    /// `PCI:` is missing in the oldest drivers; the bus id is masked in texts that people share.
    private static func address(_ scanner: inout ByteScanner, _ fault: inout XidFault) -> BusID? {
        _ = scanner.skip("PCI:")
        guard let busID = scanner.busID() else { return nil }
        if scanner.skip(" GPU-I:") { fault.gpuInstance = scanner.decimal() }
        if scanner.skip(" GPU-CI:") { fault.computeInstance = scanner.decimal() }
        return busID
    }
}

/// The `pid=` and `name=` of an Xid line; both, one or neither is there.
enum XidProcess {
    /// Bytes of a kernel task name (TASK_COMM_LEN less its NUL).
    private static let taskNameLength = 15
    /// Bytes that such a name can take when its bytes are escaped as `\xNN`.
    private static let escapedLength = 60
    /// How the driver's texts begin: a task name may hold ", ", and then only the text behind it tells where the name ends.
    private static let textStarts: [StaticString] = [
        "Ch ", "ch ", "Channel", "channel", "Graphics", "Class", "MMU", "GPU", "NVLink", "Timeout", "Contained",
        "Uncontained",
        "Row Remapper", "Dynamic Page", "An uncorrectable", "GSP", "C2C", "SEC_FAULT", "errorString", "CE", "PBDMA",
        "ESR", "RC",
    ]

    static func read(_ scanner: inout ByteScanner, into fault: inout XidFault) {
        if scanner.skip("pid=") {
            fault.pid = pid(&scanner)
            separator(&scanner)
        }
        guard scanner.skip("name=") else { return }
        let start = scanner.at
        let end = nameEnd(scanner.view, start)
        let name = scanner.view.slice(start, end).text(limit: escapedLength + 4)
        fault.processName = name.isEmpty || name == "<unknown>" ? nil : name
        scanner.at = end
        separator(&scanner)
    }

    /// A number; `'<unknown>'`, `<unknown>` and 0 stand for none.
    private static func pid(_ scanner: inout ByteScanner) -> UInt32? {
        _ = scanner.skip("'")
        let pid = scanner.decimal()
        if pid == nil { _ = scanner.skip("<unknown>") }
        _ = scanner.skip("'")
        return pid == 0 ? nil : pid
    }

    private static func separator(_ scanner: inout ByteScanner) {
        _ = scanner.skip(",")
        scanner.skipSpaces()
    }

    private static func nameEnd(_ view: ByteView, _ start: Int) -> Int {
        let window = view.slice(start, start + escapedLength + 2)
        guard let first = window.find(", ") else { return view.find(",", from: start) ?? view.count }
        let reach = window.contains("\\x") ? escapedLength : taskNameLength
        var candidate: Int? = first
        while let place = candidate, place <= reach {
            if textStarts.contains(where: { view.has($0, at: start + place + 2) }) { return start + place }
            candidate = window.find(", ", from: place + 2)
        }
        return start + first
    }
}
